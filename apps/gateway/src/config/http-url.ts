/** URLs of the configuration: http or https, and never with a credential inside. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { kindOfAddress } from '../egress/address-kind.ts'

/** A URL without a credential and a fragment. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'Invalid URL', abort: true })
  .refine((url) => !hasCredentials(url), 'Cannot hold credentials: put them under auth or headers')
  .refine((url) => !url.includes('#'), 'Cannot hold a fragment')

/** A URL that the gateway itself calls. */
export const calledUrl = httpUrl.refine(
  (url) => !hasForbiddenAddress(url),
  'Cannot be a link-local, multicast, unspecified or reserved address',
)

/** Scheme, host and port alone; the schema's output has no slash at its end. */
export const originUrl = z
  .url({ protocol: /^https?$/, error: 'Invalid URL', abort: true })
  .refine(isOrigin, { error: 'Want scheme, host and port only, such as https://mcp.example', abort: true })
  .transform((url) => new URL(url).origin)

function hasForbiddenAddress(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(host) !== 0 && kindOfAddress(host) === 'forbidden'
}

function hasCredentials(url: string): boolean {
  const { username, password } = new URL(url)
  return username !== '' || password !== ''
}

function isOrigin(url: string): boolean {
  const { pathname, search, hash } = new URL(url)
  return !hasCredentials(url) && pathname === '/' && search === '' && hash === ''
}
