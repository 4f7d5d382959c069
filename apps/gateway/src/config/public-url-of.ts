/** The canonical URL of the gateway: as configured, or as the listener has it. */
import { isIPv6 } from 'node:net'
import type { Config } from './schema.ts'

const WILDCARDS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

/**
 * The origin, without a slash at its end, that links and resource identifiers derive from.
 * @param actualPort the port that the listener got, because the configured one may be 0
 */
export function publicUrlOf(config: Pick<Config, 'publicUrl' | 'listen'>, actualPort: number): string {
  if (config.publicUrl !== undefined) return config.publicUrl
  const host = WILDCARDS[config.listen.host] ?? config.listen.host
  return new URL(`http://${isIPv6(host) ? `[${host}]` : host}:${actualPort}`).origin
}
