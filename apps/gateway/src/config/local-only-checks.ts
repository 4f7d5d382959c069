/** What is for local work alone, anonymous callers and the development issuer, is refused wherever others could reach it. */
import { type ConfigNode, problemAt, valueAt } from './config-node.ts'
import { isLoopbackHost } from './loopback.ts'
import type { Path, Problem } from './problem.ts'

/** Finds why what is configured for local work cannot be. */
export function checkLocalOnly(root: ConfigNode, nodeEnv: string | undefined): Problem[] {
  const isPublic = reasonsAgainst(root, nodeEnv)
  const issuers = valueAt(root, ['auth', 'issuers'])
  const hasIssuers = [
    Array.isArray(issuers) && issuers.length > 0 && 'auth.issuers are configured',
    isSet(root, ['auth', 'development']) && 'auth.development is configured',
  ]
  return [
    ...problems(root, ['auth', 'anonymous'], {
      what: 'Cannot accept callers without a credential',
      reasons: [...isPublic, ...hasIssuers],
    }),
    ...problems(root, ['auth', 'development'], { what: 'Cannot issue tokens for development', reasons: isPublic }),
  ]
}

type Reason = string | false

function reasonsAgainst(root: ConfigNode, nodeEnv: string | undefined): Reason[] {
  const host = valueAt(root, ['listen', 'host']) ?? '127.0.0.1'
  const publicUrl = valueAt(root, ['publicUrl'])
  return [
    typeof host === 'string' && !isLoopbackHost(host) && `listen.host "${host}" can be reached from other machines`,
    typeof publicUrl === 'string' && !isLoopbackUrl(publicUrl) && 'publicUrl can be reached from other machines',
    nodeEnv === 'production' && 'NODE_ENV is production',
  ]
}

function problems(root: ConfigNode, path: Path, { what, reasons }: { what: string; reasons: Reason[] }): Problem[] {
  if (!isSet(root, path)) return []
  return reasons.filter((reason) => reason !== false).flatMap((reason) => problemAt(root, path, `${what}: ${reason}`))
}

function isSet(root: ConfigNode, path: Path): boolean {
  return (valueAt(root, path) ?? null) !== null
}

function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && isLoopbackHost(new URL(url).hostname)
}
