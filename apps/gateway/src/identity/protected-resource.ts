/** The gateway as an OAuth protected resource: what each route is called in tokens, its metadata (RFC 9728) and its challenges, all of them from the configuration alone. */
import type { Config } from '../config/schema.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const REALM = 'Bearer realm="causeway"'
/** Of a scope that can stand in a challenge (RFC 6749 §3.3); a glob names none. */
const SCOPE_TERM = /^scope:([\x21\x23-\x29\x2b-\x5b\x5d-\x7e]+)$/

/** What is published of one route. */
export interface ResourceMetadata {
  resource: string
  resource_name: string
  authorization_servers: readonly string[]
  bearer_methods_supported: readonly ['header']
  scopes_supported?: readonly string[]
}

export interface ProtectedResource {
  /** The resource identifier of a route: `aud` of the tokens for it. @param route the upstream of `/s/{upstream}/mcp` */
  identifierOf(route: string | undefined): string
  /** The metadata of a route, whether or not there is such an upstream; `undefined` where no issuer is configured. */
  metadataOf(route: string | undefined): ResourceMetadata | undefined
  /** `WWW-Authenticate` for who has proven nothing. */
  challengeOf(route: string | undefined): string
  /** `WWW-Authenticate` for whose token lacks scopes (RFC 6750 §3.1). */
  scopeChallengeOf(route: string | undefined, scopes: readonly string[]): string
}

/** @param publicUrl without a slash at its end */
export function createProtectedResource(
  publicUrl: string,
  { auth, rules }: Pick<Config, 'auth' | 'rules'>,
): ProtectedResource {
  const issuers = auth.issuers.map(({ issuer }) => issuer)
  const scopes = scopesOf(rules)
  const identifierOf = (route: string | undefined) => publicUrl + pathOf(route)
  const metadataUrl = (route: string | undefined) => `resource_metadata="${publicUrl}${WELL_KNOWN}${pathOf(route)}"`
  return {
    identifierOf,
    metadataOf(route) {
      if (issuers.length === 0) return undefined
      return {
        resource: identifierOf(route),
        resource_name: 'Causeway',
        authorization_servers: issuers,
        bearer_methods_supported: ['header'],
        ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
      }
    },
    challengeOf(route) {
      if (issuers.length === 0) return REALM
      return [`${REALM}, ${metadataUrl(route)}`, ...(scopes.length === 0 ? [] : [scopeText(scopes)])].join(', ')
    },
    scopeChallengeOf: (route, needed) =>
      `${REALM}, error="insufficient_scope", ${scopeText(needed)}, ${metadataUrl(route)}`,
  }
}

function pathOf(route: string | undefined): string {
  return route === undefined ? '/mcp' : `/s/${route}/mcp`
}

function scopeText(scopes: readonly string[]): string {
  return `scope="${scopes.join(' ')}"`
}

// Only what the rules name: what upstreams ask for would tell a stranger which there are.
function scopesOf(rules: Config['rules']): readonly string[] {
  const terms = rules
    .filter(({ effect }) => effect !== 'deny')
    .flatMap(({ tools }) => tools.flatMap((selector) => selector.split(' ')))
  return [...new Set(terms.flatMap((term) => SCOPE_TERM.exec(term)?.[1] ?? []))].sort()
}
