/** The `admit` step: a place among the requests served at once, refused before the body is read so that overload costs little. */
import { GatewayError } from '../errors.ts'

/** Requests in flight, all agents together. */
export interface Admission {
  inFlight: number
  /** Most requests at once; 0 for no bound. */
  max: number
}

const RETRY_AFTER_MS = 1_000

/**
 * Takes a place.
 * @returns the function that gives it back
 * @throws GatewayError overloaded
 */
export function admit(admission: Admission): () => void {
  if (admission.max > 0 && admission.inFlight >= admission.max) {
    throw new GatewayError('overloaded', `Cannot serve the request: ${admission.max} requests are under way`, {
      retryAfterMs: RETRY_AFTER_MS,
    })
  }
  admission.inFlight++
  return () => {
    admission.inFlight--
  }
}
