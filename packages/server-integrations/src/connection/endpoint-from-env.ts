/** Reads from the environment whether a connector talks to the real API, and where. */
import { isIP } from 'node:net'
import type { Endpoint } from '../http/vendor-api.ts'

/** The variables of one connector. */
export interface EndpointVariables {
  token: string
  url: string
  /** None for an API that every customer has at an address of its own. */
  defaultUrl?: string
  /** Who the token belongs to, for an API that takes both. */
  user?: string
}

/**
 * The real API's endpoint, or undefined when no token is set (an empty one counts as none).
 * @throws for a URL that is not https, unless it is on loopback
 */
export function endpointFromEnv(env: NodeJS.ProcessEnv, variables: EndpointVariables): Endpoint | undefined {
  const token = env[variables.token]?.trim()
  if (!token) return undefined
  const user = variables.user && env[variables.user]?.trim()
  return { baseUrl: baseUrlFromEnv(env, variables), token: user ? `${user}:${token}` : token }
}

/**
 * Where the real API is.
 * @throws as above, and when there is neither a variable nor a default
 */
export function baseUrlFromEnv(
  env: NodeJS.ProcessEnv,
  variables: Pick<EndpointVariables, 'url' | 'defaultUrl'>,
): string {
  const given = env[variables.url]?.trim() || variables.defaultUrl
  if (!given) throw new Error(`Cannot tell where the API is: ${variables.url} is not set`)
  return safeUrl(variables.url, given)
}

/**
 * The address of a variable, without a trailing slash.
 * @throws for one that is not https, unless it is on loopback
 */
export function safeUrl(variable: string, given: string): string {
  const refuse = (reason: string) => new Error(`Cannot use ${variable} "${given}": ${reason}`)
  if (!URL.canParse(given)) throw refuse('not a URL')
  const url = new URL(given)
  if (url.username || url.password || url.search || url.hash) throw refuse('only origin and path may be given')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw refuse('want https, or http on loopback')
  return given.replace(/\/+$/, '')
}

/** Whether a host name can only mean this machine. */
export function isLoopback(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '')
  return hostname === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}
