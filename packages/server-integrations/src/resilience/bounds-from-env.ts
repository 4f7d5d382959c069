/** The bounds that an operator may set. */
import { DEFAULT_BOUNDS, type RequestBounds } from './request-bounds.ts'

const VARIABLES = {
  INTEGRATIONS_TIMEOUT_MS: 'timeoutMs',
  INTEGRATIONS_ATTEMPT_TIMEOUT_MS: 'attemptTimeoutMs',
  INTEGRATIONS_BREAKER_FAILURES: 'breakerFailures',
  INTEGRATIONS_BREAKER_OPEN_MS: 'breakerOpenMs',
} as const satisfies Record<string, keyof RequestBounds>

/**
 * The usual bounds with those that are set.
 * @throws for anything but a whole number of 1 and more
 */
export function boundsFromEnv(env: NodeJS.ProcessEnv): RequestBounds {
  const bounds = { ...DEFAULT_BOUNDS }
  for (const [variable, name] of Object.entries(VARIABLES)) {
    const given = env[variable]?.trim()
    if (!given) continue
    if (!/^[1-9]\d{0,7}$/.test(given))
      throw new Error(`Cannot use ${variable} "${given}": not a whole number of 1 and more`)
    bounds[name] = Number(given)
  }
  return bounds
}
