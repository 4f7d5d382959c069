/** Fetches a JSON document that somebody publishes: an issuer's metadata, its keys, a resource's metadata. */
import type { LookupFunction } from 'node:net'
import { egressFetch } from './egress-fetch.ts'

/**
 * The JSON document at a URL; redirects are not followed.
 * @param configured URLs of the configuration: see {@link egressFetch}
 * @param resolveName in place of the system's own
 * @throws when there is none, or it may not be fetched
 */
export async function fetchJson(
  url: string,
  configured: readonly string[],
  resolveName?: LookupFunction,
): Promise<unknown> {
  const { status, body } = await egressFetch({ url, configured, headers: { accept: 'application/json' } }, resolveName)
  if (status !== 200) throw new Error(`Cannot fetch "${url}": status ${status}`)
  return JSON.parse(body.toString('utf8'))
}
