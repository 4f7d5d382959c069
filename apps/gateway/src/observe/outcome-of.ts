/** How a request ended, in one word. */
import { FAILURES, type FailureCode } from '../failures.ts'
import type { Trail } from '../request/record.ts'

/** Failures by which somebody is kept from something, beside those of policy's own: what is hidden answers as if it did not exist. */
const DENIALS = new Set<FailureCode>([
  'unauthorized',
  'insufficient_scope',
  'host_forbidden',
  'origin_forbidden',
  'unknown_tool',
  'unknown_prompt',
  'unknown_resource',
  'unknown_task',
  'unknown_route',
])

/** `result`, `tool_error` and `upstream_error` are the upstream's answers; the others are failures of the request. */
export type Outcome = 'result' | 'tool_error' | 'upstream_error' | 'gateway_error' | 'denied' | 'cancelled'

/** The outcome of a request that is over. */
export function outcomeOf({ error, outcome }: Pick<Trail, 'error' | 'outcome'>): Outcome {
  if (!error) return (outcome as Outcome | undefined) ?? 'result'
  if (error.code === 'call_cancelled') return 'cancelled'
  return FAILURES[error.code].source === 'policy' || DENIALS.has(error.code) ? 'denied' : 'gateway_error'
}
