/** Contradictions between the issuers of access tokens and the rest of the configuration. */
import { isSecure } from './auth-schema.ts'
import { type ConfigNode, pathsLike, problemAt, valueAt } from './config-node.ts'
import { isLoopbackHost } from './loopback.ts'
import type { Path, Problem } from './problem.ts'

/** Finds issuers that stand twice, the gateway as its own issuer, several that would be asked about one token, and a public URL that tokens cannot be for. */
export function checkIssuers(root: ConfigNode): Problem[] {
  const paths = pathsLike(root, ['auth', 'issuers', '*', 'issuer'])
  if (paths.length === 0) return []
  const publicUrl = valueAt(root, ['publicUrl'])
  const seen = new Set<unknown>()
  const ofIssuers = paths.flatMap((path) => {
    const issuer = valueAt(root, path)
    const isTwice = seen.has(issuer)
    seen.add(issuer)
    if (isTwice) return problemAt(root, path, 'This issuer exists already')
    const isOwn =
      typeof issuer === 'string' && typeof publicUrl === 'string' && originOf(issuer) === originOf(publicUrl)
    return isOwn ? problemAt(root, path, "The gateway's own tokens are for upstreams alone: see publicUrl") : []
  })
  return [...ofIssuers, ...checkIntrospection(root), ...checkPublicUrl(root, publicUrl)]
}

// An opaque token does not say whose it is, and no issuer should see another's.
function checkIntrospection(root: ConfigNode): Problem[] {
  const isSet = (path: Path) => (valueAt(root, path) ?? null) !== null
  const [, ...others] = pathsLike(root, ['auth', 'issuers', '*', 'introspection']).filter(isSet)
  return others.flatMap((path) => problemAt(root, path, 'Only one issuer can be asked about opaque tokens'))
}

function checkPublicUrl(root: ConfigNode, publicUrl: unknown): Problem[] {
  if (typeof publicUrl === 'string') {
    if (!URL.canParse(publicUrl) || isSecure(publicUrl)) return []
    return problemAt(root, ['publicUrl'], 'Want https where auth.issuers are configured: access tokens travel to it')
  }
  const host = valueAt(root, ['listen', 'host']) ?? '127.0.0.1'
  if (typeof host !== 'string' || isLoopbackHost(host)) return []
  return problemAt(root, ['auth', 'issuers'], 'Access tokens are for one URL: set publicUrl')
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined
}
