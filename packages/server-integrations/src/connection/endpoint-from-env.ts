/** Reads from the environment whether a connector talks to the real API, and where. */
import { isIP } from 'node:net'
import type { Endpoint } from '../http/vendor-api.ts'

/** The variables of one connector. */
export interface EndpointVariables {
  token: string
  url: string
  defaultUrl: string
}

/**
 * The real API's endpoint, or undefined when no token is set (an empty one counts as none).
 * @throws for a URL that is not https, unless it is on loopback
 */
export function endpointFromEnv(env: NodeJS.ProcessEnv, variables: EndpointVariables): Endpoint | undefined {
  const token = env[variables.token]?.trim()
  if (!token) return undefined
  const given = env[variables.url]?.trim() || variables.defaultUrl
  const refuse = (reason: string) => new Error(`Cannot use ${variables.url} "${given}": ${reason}`)
  if (!URL.canParse(given)) throw refuse('not a URL')
  const url = new URL(given)
  if (url.username || url.password || url.search || url.hash) throw refuse('only origin and path may be given')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw refuse('want https, or http on loopback')
  return { baseUrl: given.replace(/\/+$/, ''), token }
}

function isLoopback(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '')
  return hostname === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}
