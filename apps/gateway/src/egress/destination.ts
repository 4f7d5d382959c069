/** Where a request of the gateway's own may go, judged by its URL alone; names are judged again by what they resolve to. */
import { isIP } from 'node:net'
import { isAllowedAddress, type Trust } from './checked-lookup.ts'

/** A URL that passed. */
export interface Destination {
  url: URL
  trust: Trust
}

/**
 * Judges a URL. Beyond the origins of the configuration there is only https on its own port.
 * @param configured URLs that the operator wrote
 * @throws when it may not be fetched
 */
export function destinationOf(text: string, configured: readonly string[]): Destination {
  const refuse = (reason: string) => new Error(`Cannot fetch "${text.slice(0, 200)}": ${reason}`)
  if (!URL.canParse(text)) throw refuse('not a URL')
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('neither https nor http')
  if (url.username !== '' || url.password !== '') throw refuse('it holds a credential')
  const trust = configured.some((each) => new URL(each).origin === url.origin) ? 'configured' : 'published'
  if (trust === 'published' && (url.protocol !== 'https:' || url.port !== ''))
    throw refuse('not https on its own port, and not of an origin in the configuration')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(host) !== 0 && !isAllowedAddress(host, trust)) throw refuse('its address is not allowed')
  return { url, trust }
}
