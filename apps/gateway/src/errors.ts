/** The one error of the gateway: a row of the table of failures, with what the place that throws it knows. */
import { FAILURES, type Failure, type FailureCode } from './failures.ts'

/** What a failure says beside its code. */
export interface FailureDetail {
  upstream?: string
  tool?: string
  /** Overrides the table where the place knows better, e.g. when nothing was sent yet. */
  retryable?: boolean
  /** Overrides the table's hint. */
  hint?: string
  /** Milliseconds after which another try makes sense. */
  retryAfterMs?: number
  /** `WWW-Authenticate` of the answer. */
  challenge?: string
  /** Fields that the specification puts into `error.data` (`supported`, `uri`, `requiredCapabilities` …). */
  data?: Record<string, unknown>
  /** The technical reason: goes to the log, never to an agent. */
  cause?: unknown
}

/** A request that could not be served, as a value of the table above. A tool that fails is not one: that is a successful reply. */
export class GatewayError extends Error {
  readonly code: FailureCode
  readonly detail: FailureDetail

  /**
   * @param code key of {@link FAILURES}
   * @param message what the agent is told: `Cannot <do> "<value>": <reason>`
   */
  constructor(code: FailureCode, message: string, detail: FailureDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'GatewayError'
    this.code = code
    this.detail = detail
  }

  get failure(): Failure {
    return FAILURES[this.code]
  }
}

/** Any thrown value as a GatewayError: what nobody foresaw is `internal` and tells nothing of itself. */
export function toGatewayError(thrown: unknown): GatewayError {
  return thrown instanceof GatewayError
    ? thrown
    : new GatewayError('internal', 'Cannot serve the request: an internal error', { cause: thrown })
}
