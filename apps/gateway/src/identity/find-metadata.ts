/** Finds the metadata of an issuer, by RFC 8414 or OpenID Connect Discovery. */
import { fetchJson } from '../egress/fetch-json.ts'

/** Where to look, and for what. */
export interface MetadataQuery {
  issuer: string
  /** URLs of the configuration: an issuer that others name must be at a public address. */
  configured: readonly string[]
  /** A URL that the metadata must have. */
  member: 'jwks_uri' | 'token_endpoint'
}

/**
 * The first metadata document that is the issuer's own and has what is looked for.
 * @throws when there is none
 */
export async function findMetadata({ issuer, configured, member }: MetadataQuery): Promise<Record<string, unknown>> {
  const failures: string[] = []
  for (const url of metadataUrls(issuer)) {
    try {
      const metadata = (await fetchJson(url, configured)) as Record<string, unknown> | null
      if (metadata?.issuer !== issuer) throw new Error('the metadata is of another issuer')
      if (typeof metadata[member] !== 'string') throw new Error(`the metadata has no ${member}`)
      return metadata
    } catch (error) {
      failures.push(`${url}: ${error instanceof Error ? error.message : 'failed'}`)
    }
  }
  throw new Error(`Cannot find the metadata of issuer "${issuer}": ${failures.join('; ')}`)
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
