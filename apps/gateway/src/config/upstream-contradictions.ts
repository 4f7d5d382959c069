/** Keys of one upstream that do not go together. */
import { ENV } from '@causeway/shared-contracts/wire-names'
import { authContradictionsOf } from './upstream-auth-schema.ts'
import type { WrittenUpstream } from './upstream-schema.ts'

/** A key, from the upstream on, and what is wrong with it. */
export type Contradiction = [path: string[], message: string]

/** The ways to reach an upstream. */
export const KINDS = ['run', 'url', 'command'] as const

const OURS: readonly string[] = Object.values(ENV)
const ONLY_HTTP = new Set(['bearer', 'client_credentials', 'token_exchange'])
const FRAMING =
  /^(host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept|mcp-.*|x-request-id|traceparent)$/i

/** Finds contradictions in a value that may be wrong in other ways too, so that all problems show at once. */
export function contradictionsOf(written: Partial<WrittenUpstream>): Contradiction[] {
  const kinds = KINDS.filter((kind) => written[kind] !== undefined)
  const isKnown = kinds.length === 1
  const isHttp = kinds.includes('url')
  const mode = written.auth?.mode
  const headers = Object.keys(written.headers ?? {})
  const variables = Object.keys(written.env ?? {})
  const found: Contradiction[] = []
  if (!isKnown) found.push([[], 'Want exactly one of run, url, command'])
  if (isKnown && !isHttp && headers.length > 0) found.push([['headers'], 'Only for url'])
  if (isKnown && isHttp && variables.length > 0) found.push([['env'], 'Only for run and command'])
  if (isKnown && !isHttp && mode !== undefined && ONLY_HTTP.has(mode))
    found.push([['auth'], `Mode "${mode}" is only for url`])
  if (isKnown && written.command === undefined && written.perCaller === true)
    found.push([['perCaller'], 'Only for command'])
  for (const name of headers) {
    if (FRAMING.test(name)) found.push([['headers', name], 'Set by the gateway itself'])
    const isCredential = /^authorization$/i.test(name) && mode !== undefined && mode !== 'none'
    if (isCredential) found.push([['headers', name], 'Cannot go together with auth'])
  }
  for (const name of variables) if (OURS.includes(name)) found.push([['env', name], 'Set by the gateway itself'])
  return [...found, ...authContradictionsOf(written.auth)]
}
