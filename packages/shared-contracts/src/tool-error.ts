/** A tool's own failure, told so that a model can act on it: what, why, what to do next. */

/** The machine-readable half of a failed tool result, in `structuredContent.error`. */
export interface ToolErrorShape {
  /** Stable snake_case code, e.g. `not_found`, `version_conflict`, `confirmation_required`. */
  code: string
  message: string
  retryable: boolean
  retry_after_ms?: number
  /** The argument at fault, as a dotted path. */
  field?: string
  /** Values that would have been accepted. */
  allowed?: readonly string[]
  /** The closest existing value. */
  did_you_mean?: string
  /** What else the caller needs to go on, e.g. the confirmation token. */
  [extra: string]: unknown
}

/** Thrown by a tool to answer with `isError`; anything else thrown becomes `internal` and tells nothing. */
export class ToolError extends Error {
  readonly shape: ToolErrorShape

  /**
   * @param code stable snake_case code
   * @param message what, why and what to do next, in full sentences for a model
   * @param more the other fields of {@link ToolErrorShape}; `retryable` is false unless given
   */
  constructor(code: string, message: string, more: Partial<ToolErrorShape> = {}) {
    super(message)
    this.name = 'ToolError'
    this.shape = { retryable: false, ...more, code, message }
  }
}
