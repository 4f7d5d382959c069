/** The `admit` step: a place among the requests served at once, refused before the body is read so that overload costs little. */
import type { ServerResponse } from 'node:http'
import { GatewayError } from '../errors.ts'

/** Requests in flight, all agents together. */
export interface Admission {
  inFlight: number
  /** Most requests at once; 0 for no bound. */
  max: number
}

type Answering = Pick<ServerResponse, 'writableEnded' | 'writableFinished' | 'destroyed' | 'once'>

const RETRY_AFTER_MS = 1_000

/**
 * Takes a place.
 * @returns the function that gives it back once the answer is out, or at once where none was begun or a stream stays open
 * @throws GatewayError overloaded
 */
export function admit(admission: Admission): (response: Answering) => void {
  if (admission.max > 0 && admission.inFlight >= admission.max) {
    throw new GatewayError('overloaded', `Cannot serve the request: ${admission.max} requests are under way`, {
      retryAfterMs: RETRY_AFTER_MS,
    })
  }
  admission.inFlight++
  const leave = () => {
    admission.inFlight--
  }
  return (response) => {
    // An answer that its reader has not taken yet is memory, and would be cut off if the process ended now.
    if (response.writableEnded && !response.writableFinished && !response.destroyed) response.once('close', leave)
    else leave()
  }
}
