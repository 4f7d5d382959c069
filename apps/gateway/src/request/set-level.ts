/** How much a legacy client wants to hear of its upstreams' logs; it is kept with the session and reaches each upstream with the next call. */
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import { isLogLevel } from '../wire/log-level.ts'
import { LOG_LEVEL_META } from '../wire/revisions.ts'
import type { Inbound } from './read.ts'

/**
 * Serves `logging/setLevel`.
 * @throws GatewayError invalid_params
 */
export function setLevel({ message, session }: Inbound, gateway: Gateway): void {
  const { level } = message.params
  if (!isLogLevel(level))
    throw new GatewayError('invalid_params', 'Cannot set the log level: params.level is not a severity')
  if (session && session.logLevel !== level) gateway.sessions.setLogLevel(session.number, level)
}

/** The severity that the client of this request asked for, if it did. */
export function logLevelOf({ era, message, session }: Inbound): string | undefined {
  const level = era === 'modern' ? message.meta[LOG_LEVEL_META] : session?.logLevel
  return isLogLevel(level) ? level : undefined
}
