/** Finds the authorization service of an upstream: the configured one, or the one that the upstream's metadata names. */
import type { OAuthClientConfig } from '../config/upstream-auth-schema.ts'
import { egressFetch } from '../egress/egress-fetch.ts'
import { fetchJson } from '../egress/fetch-json.ts'
import { findMetadata } from '../identity/find-metadata.ts'

/** The authorization service, as far as getting tokens needs it. */
export interface TokenService {
  issuer: string
  tokenEndpoint: string
  /** How clients may prove themselves, where it says so. */
  authMethods: readonly string[] | undefined
  /** What the upstream calls itself, where it was asked (RFC 9728). */
  resource: string | undefined
  /** URLs of the configuration that led there. */
  configured: readonly string[]
}

const METADATA_PARAMETER = /\bresource_metadata="([^"\\]+)"/i

/**
 * Finds it.
 * @param upstreamUrl the URL of the MCP endpoint
 * @throws when it cannot be found, or says that it is another
 */
export async function findTokenEndpoint(config: OAuthClientConfig, upstreamUrl: string): Promise<TokenService> {
  const { tokenUrl } = config
  if (tokenUrl !== undefined)
    return {
      issuer: tokenUrl,
      tokenEndpoint: tokenUrl,
      authMethods: undefined,
      resource: undefined,
      configured: [tokenUrl],
    }
  if (config.issuer !== undefined) return serviceOf(config.issuer, undefined, [config.issuer])
  const { issuer, resource } = await readResource(upstreamUrl)
  return serviceOf(issuer, resource, [upstreamUrl])
}

async function serviceOf(
  issuer: string,
  resource: string | undefined,
  configured: readonly string[],
): Promise<TokenService> {
  const metadata = await findMetadata({ issuer, configured, member: 'token_endpoint' })
  const methods = metadata.token_endpoint_auth_methods_supported
  const authMethods = Array.isArray(methods) ? methods.filter((method) => typeof method === 'string') : undefined
  return { issuer, tokenEndpoint: metadata.token_endpoint as string, authMethods, resource, configured }
}

async function readResource(upstreamUrl: string): Promise<{ issuer: string; resource: string }> {
  const failures: string[] = []
  for (const url of await metadataUrls(upstreamUrl)) {
    try {
      return issuerIn(await fetchJson(url, [upstreamUrl]), upstreamUrl)
    } catch (error) {
      failures.push(`${url}: ${(error as Error).message}`)
    }
  }
  throw new Error(`Cannot find the authorization service of "${upstreamUrl}": ${failures.join('; ')}`)
}

// Where the challenge says so, it is there and nowhere else (RFC 9728 §5.1). Otherwise the well-known path stands before
// that of the resource (§3.1); a resource that is a whole origin is described at its root.
async function metadataUrls(upstreamUrl: string): Promise<string[]> {
  const challenged = await challengeOf(upstreamUrl)
  if (challenged !== undefined) return [challenged]
  const { origin, pathname } = new URL(upstreamUrl)
  const wellKnown = `${origin}/.well-known/oauth-protected-resource`
  return [...new Set([wellKnown + pathname.replace(/\/$/, ''), wellKnown])]
}

async function challengeOf(url: string): Promise<string | undefined> {
  try {
    const { status, headers } = await egressFetch({ url, configured: [url], headers: { accept: 'text/event-stream' } })
    return status === 401 ? METADATA_PARAMETER.exec(String(headers['www-authenticate']))?.[1] : undefined
  } catch {
    return undefined
  }
}

function issuerIn(metadata: unknown, upstreamUrl: string): { issuer: string; resource: string } {
  const { resource, authorization_servers: issuers } = (metadata ?? {}) as Record<string, unknown>
  if (typeof resource !== 'string' || !covers(resource, upstreamUrl))
    throw new Error('the metadata is of another resource')
  const [issuer] = Array.isArray(issuers) ? issuers : []
  if (typeof issuer !== 'string' || !URL.canParse(issuer))
    throw new Error('the metadata names no authorization service')
  return { issuer, resource }
}

// A resource may be more than its MCP endpoint, and never another one.
function covers(resource: string, upstreamUrl: string): boolean {
  if (!URL.canParse(resource)) return false
  const [whole, part] = [new URL(resource), new URL(upstreamUrl)]
  const path = whole.pathname.replace(/\/$/, '')
  return whole.origin === part.origin && (part.pathname === path || part.pathname.startsWith(`${path}/`))
}
