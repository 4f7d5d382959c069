/** Finds where an issuer publishes its keys: in its metadata, by RFC 8414 or OpenID Connect Discovery. */
import { fetchJson } from '../egress/fetch-json.ts'

/**
 * The `jwks_uri` of the first metadata document that is the issuer's own.
 * @throws when there is none
 */
export async function findJwks(issuer: string): Promise<string> {
  const failures: string[] = []
  for (const url of metadataUrls(issuer)) {
    try {
      return jwksUriIn(await fetchJson(url, [issuer]), issuer)
    } catch (error) {
      failures.push(`${url}: ${error instanceof Error ? error.message : 'failed'}`)
    }
  }
  throw new Error(`Cannot find the keys of issuer "${issuer}": ${failures.join('; ')}`)
}

/** Where an issuer's metadata may be, the likeliest first (RFC 8414 §3.1, OpenID Connect Discovery §4.1). */
export function metadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const urls = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/openid-configuration${path}`,
  ]
  return [...new Set(urls)]
}

function jwksUriIn(metadata: unknown, issuer: string): string {
  const { issuer: named, jwks_uri: uri } = (metadata ?? {}) as { issuer?: unknown; jwks_uri?: unknown }
  if (named !== issuer) throw new Error('the metadata is of another issuer')
  if (typeof uri !== 'string') throw new Error('the metadata has no jwks_uri')
  return uri
}
