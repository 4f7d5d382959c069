/** Opens a connection to an upstream as its configuration says: over HTTP, as a supervised child, or on the pipes of a command. */
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { UpstreamConfig } from '../config/schema.ts'
import { reveal } from '../config/secret.ts'
import { GatewayError } from '../errors.ts'
import { VIA_VARIABLE } from '../wire/via.ts'
import { type UpstreamAnswer, unavailable } from './answer.ts'
import type { Connection, UpstreamCall } from './connection.ts'
import { createDispatchers } from './dispatchers.ts'
import { DISCOVER_PARAMS, eraOf, readDiscover, refusesKnownRevision } from './handshake.ts'
import { createModernHttp, modernRequest } from './http-modern.ts'
import type { HttpTarget } from './http-target.ts'
import { connectLegacyHttp } from './legacy/http-legacy.ts'
import { MAX_SESSIONS } from './legacy/legacy-sessions.ts'
import { OWN_CALL } from './own-call.ts'
import { callWithRenewal, isUnauthorized } from './renew-credential.ts'
import { CallerChildren } from './stdio/caller-children.ts'
import { childEnv, startChild } from './stdio/child.ts'
import { PerCaller } from './stdio/per-caller.ts'
import { connectStdio, type StdioOptions } from './stdio/stdio.ts'
import { type GatewayFacts, startSupervised } from './stdio/supervised.ts'

/** What opening needs from the rest of the gateway. */
export interface OpenDeps {
  id: string
  config: UpstreamConfig
  /** The gateway's data directory; children get a directory of their own in it. */
  dataDir: string
  facts: GatewayFacts
  log: Logger
  /** `Via` of requests that begin here. */
  via: string
  /** The credential that lists the catalog. */
  credential: () => Promise<string | undefined>
  /** Told of a credential that the upstream refused; there where another one can be had. */
  refused: ((credential: string) => void) | undefined
}

/** Makes the holder of the callers' own children, where the configuration gives them some; it outlives connections, so that the end of the shared child is not theirs. */
export function createCallerChildren(deps: OpenDeps): CallerChildren | undefined {
  if (!deps.config.perCaller) return undefined
  return new CallerChildren({
    upstream: deps.id,
    start: ({ era, capabilities }, signal) => startStdio(deps, { era, callerCapabilities: capabilities, signal }),
  })
}

const PROBE_MS = 5_000
const SMALL_ANSWER_BYTES = 256 * 1024

/**
 * Opens the connection and finds out the era.
 * @throws GatewayError upstream_*
 */
export async function openConnection(
  deps: OpenDeps,
  signal: AbortSignal,
  children?: CallerChildren,
): Promise<Connection> {
  const { config } = deps
  if (config.url !== undefined) return openHttp(deps, new URL(config.url), signal)
  if (config.run !== undefined) return openSupervised(deps, config.run, signal)
  const shared = await startStdio(deps, { era: config.era, signal })
  return children ? new PerCaller(shared, children) : shared
}

async function openSupervised(deps: OpenDeps, folder: string, signal: AbortSignal): Promise<Connection> {
  const { child, url } = await startSupervised(
    {
      upstream: deps.id,
      folder,
      env: revealAll(deps.config.env),
      dataDir: join(deps.dataDir, 'upstreams', deps.id),
      facts: deps.facts,
      log: deps.log,
    },
    signal,
  )
  try {
    const http = await openHttp(deps, url, signal)
    // HTTP alone would notice the child's end only at the next call.
    const ended = Promise.race([child.ended, http.ended])
    const close = async () => {
      await http.close()
      await child.stop()
    }
    return wrap(http, { ended, close })
  } catch (error) {
    await child.stop()
    throw error
  }
}

async function startStdio(
  { config, log, id, via }: OpenDeps,
  as: Pick<StdioOptions, 'era' | 'callerCapabilities' | 'signal'>,
): Promise<Connection> {
  const [command = '', ...args] = config.command ?? []
  const env = childEnv({ ...revealAll(config.env), [VIA_VARIABLE]: via })
  const child = startChild({ command, args, env, log })
  try {
    return await connectStdio(child, { upstream: id, maxResultBytes: config.maxResultBytes, log, ...as })
  } catch (error) {
    await child.stop()
    throw error
  }
}

async function openHttp(deps: OpenDeps, url: URL, signal: AbortSignal): Promise<Connection> {
  const { id, config, credential } = deps
  // A call that waits for its agent has no place in the bulkhead and keeps its connection, which must not be another call's.
  const dispatchers = await createDispatchers(url, config.concurrency * 2 + 8 + MAX_SESSIONS)
  const target: HttpTarget = {
    upstream: id,
    ...dispatchers,
    path: url.pathname + url.search,
    headers: { ...withLowerCaseKeys(revealAll(config.headers)), via: deps.via },
    log: deps.log,
  }
  try {
    const http = (await probeModern(target, deps, signal)) ?? (await connectLegacyHttp(target, credential, signal))
    return wrap(http, {
      ...(deps.refused ? { call: callWithRenewal(http, { own: credential, refused: deps.refused }) } : {}),
      ended: http.ended,
      async close() {
        await http.close()
        await dispatchers.close(signal.aborted)
      },
    })
  } catch (error) {
    await Promise.all([dispatchers.close(true), tellRefused(error, deps)])
    throw error
  }
}

// The next attempt to connect is to have another one.
async function tellRefused(error: unknown, { credential, refused }: OpenDeps): Promise<void> {
  if (!refused || !isUnauthorized(error)) return
  const token = await credential().catch(() => undefined)
  if (token !== undefined) refused(token)
}

// Over HTTP a refusal, a failure or silence proves nothing about the era, so those are thrown and tried again later.
async function probeModern(target: HttpTarget, deps: OpenDeps, signal: AbortSignal): Promise<Connection | undefined> {
  const { config, credential, id } = deps
  if (config.era === 'legacy') return undefined
  const answer = await readableProbe(target, deps, signal)
  if (!answer || (config.era === 'auto' && eraOf(answer) === 'legacy')) return undefined
  // Who refuses the revision and lists it as supported asks for another try.
  const settled = refusesKnownRevision(answer) ? await probe(target, await credential(), signal) : answer
  return createModernHttp(target, readDiscover(settled, id), credential)
}

async function readableProbe(
  target: HttpTarget,
  { config, credential }: OpenDeps,
  signal: AbortSignal,
): Promise<UpstreamAnswer | undefined> {
  try {
    return await probe(target, await credential(), signal)
  } catch (error) {
    if (config.era === 'auto' && error instanceof GatewayError && error.code === 'upstream_invalid') return undefined
    throw error
  }
}

async function probe(target: HttpTarget, credential: string | undefined, signal: AbortSignal) {
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(unavailable(target.upstream, 'it did not answer in time')), PROBE_MS)
  const call: UpstreamCall = {
    method: 'server/discover',
    params: DISCOVER_PARAMS,
    ...OWN_CALL,
    idText: '"causeway-discover"',
    credential,
    signal: AbortSignal.any([signal, timeout.signal]),
    maxBytes: SMALL_ANSWER_BYTES,
  }
  try {
    return await modernRequest(target, call)
  } finally {
    clearTimeout(timer)
  }
}

type OwnPart = Pick<Connection, 'ended' | 'close'> & Partial<Pick<Connection, 'call'>>

function wrap(inner: Connection, own: OwnPart): Connection {
  return {
    identity: inner.identity,
    passesIds: inner.passesIds,
    call: (call) => inner.call(call),
    get onListChanged() {
      return inner.onListChanged
    },
    set onListChanged(listener) {
      inner.onListChanged = listener
    },
    watch: (uris, byCaller) => inner.watch(uris, byCaller),
    get onResourceUpdated() {
      return inner.onResourceUpdated
    },
    set onResourceUpdated(listener) {
      inner.onResourceUpdated = listener
    },
    ...own,
  }
}

function withLowerCaseKeys(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function revealAll(values: Readonly<Record<string, Parameters<typeof reveal>[0]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, reveal(value)]))
}
