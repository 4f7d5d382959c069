/** Bounds how often somebody may present what does not admit. */
import { GatewayError } from '../errors.ts'

const MAX_FAILURES = 10
const WINDOW_MS = 60_000
/** More addresses than attack at once; beyond, the oldest are forgotten. */
const MAX_ADDRESSES = 1_000

/** Counts failures by address. */
export interface Attempts {
  /** @throws GatewayError too_many_attempts after too many failures */
  check(address: string): void
  /** Notes one that failed. */
  failed(address: string): void
}

/** @param now ms, for tests */
export function createAttempts(now: () => number = Date.now): Attempts {
  const failures = new Map<string, { count: number; untilMs: number }>()
  const current = (address: string) => {
    const found = failures.get(address)
    return found && now() < found.untilMs ? found : undefined
  }
  return {
    check(address) {
      const found = current(address)
      if (!found || found.count < MAX_FAILURES) return
      throw new GatewayError('too_many_attempts', 'Cannot admit: too many attempts that failed', {
        retryAfterMs: found.untilMs - now(),
      })
    },
    failed(address) {
      const found = current(address)
      if (found) found.count++
      else {
        if (failures.size >= MAX_ADDRESSES) failures.delete(failures.keys().next().value as string)
        failures.delete(address)
        failures.set(address, { count: 1, untilMs: now() + WINDOW_MS })
      }
    },
  }
}
