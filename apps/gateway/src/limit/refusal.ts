/** Refusals as errors without a stack: nobody asks where one was made, and to gather it cost more than the rest of a refusal. */
import { type FailureDetail, GatewayError } from '../errors.ts'

/** Makes one. */
export function refusal(code: 'rate_limited' | 'overloaded', message: string, detail: FailureDetail): GatewayError {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return new GatewayError(code, message, detail)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
