/** A command that could not be carried out: a stable code, the cause, the next step, and the exit code of its kind. */

/** Exit codes by kind of failure; scripts depend on them. */
export const EXIT_CODES = {
  usage: 1,
  configuration: 2,
  credentials: 3,
  unreachable: 4,
  tool_error: 5,
  denied: 6,
  policy_test: 7,
  drift: 8,
} as const

/** What kind of failure it is. */
export type FailureKind = keyof typeof EXIT_CODES

/** Thrown by commands; {@link reportFailure} prints it. */
export class CliError extends Error {
  readonly kind: FailureKind
  readonly code: string
  readonly hint: string
  /** What was learned all the same, such as a tool's own failed result. */
  readonly data: unknown

  /**
   * @param message `Cannot <do> "<value>": <reason>`
   * @param more.code stable snake_case code
   * @param more.hint the next command, or what to change
   */
  constructor(kind: FailureKind, message: string, more: { code: string; hint: string; data?: unknown }) {
    super(message)
    this.name = 'CliError'
    this.kind = kind
    this.code = more.code
    this.hint = more.hint
    this.data = more.data
  }
}
