/** Connects to a child over its pipes: finds out the era and shakes hands. */
import { GatewayError } from '../../errors.ts'
import { notificationText } from '../../wire/jsonrpc.ts'
import type { UpstreamAnswer } from '../answer.ts'
import type { Connection, UpstreamIdentity } from '../connection.ts'
import {
  DISCOVER_PARAMS,
  eraOf,
  GATEWAY_CAPABILITIES,
  initializeParams,
  readDiscover,
  readInitialize,
} from '../handshake.ts'
import { mayBeAsked } from '../may-be-asked.ts'
import { OWN_CALL } from '../own-call.ts'
import type { Child } from './child.ts'
import { type PipeOptions, StdioPipe } from './stdio-pipe.ts'

/** What the pipes need to know of their upstream, and its era where it is known. */
export interface StdioOptions extends PipeOptions {
  era: 'auto' | 'modern' | 'legacy'
  /** How long silence is waited for; 10 s by default, because a package runner takes seconds to start what it runs. */
  probeMs?: number
}

interface Asking extends Pick<StdioOptions, 'upstream' | 'signal'> {
  pipe: StdioPipe
}

const PROBE_MS = 10_000
const HANDSHAKE_MS = 30_000
const SETTLE_MS = 1_000

/**
 * Finds out the era over the pipes and returns the connection.
 * Anything but a recognized modern answer, silence included, is legacy (2026-07-28, "stdio").
 * @throws GatewayError upstream_*
 */
export async function connectStdio(child: Child, options: StdioOptions): Promise<Connection> {
  const pipe = new StdioPipe(child, options)
  const { upstream, signal } = options
  const asking = { pipe, upstream, signal }
  const isModern =
    options.era === 'modern' || (options.era === 'auto' && (await probe(asking, options.probeMs ?? PROBE_MS)))
  // Of a shared child's requests nobody could tell for whom they are, so it is told of no capabilities.
  pipe.identity = await (isModern
    ? discover(asking)
    : initialize(asking, options.callerCapabilities ?? GATEWAY_CAPABILITIES))
  if (isModern) pipe.listen()
  else if (options.callerCapabilities !== undefined && mayBeAsked(options.callerCapabilities)) await settle(asking)
  return pipe
}

async function probe(asking: Asking, silenceMs: number): Promise<boolean> {
  try {
    return eraOf(await ask(asking, { method: 'server/discover', params: DISCOVER_PARAMS }, silenceMs)) === 'modern'
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'upstream_timeout') return false
    throw error
  }
}

async function discover(asking: Asking): Promise<UpstreamIdentity> {
  const answer = await ask(asking, { method: 'server/discover', params: DISCOVER_PARAMS }, HANDSHAKE_MS)
  return readDiscover(answer, asking.upstream)
}

async function initialize(asking: Asking, capabilities: string): Promise<UpstreamIdentity> {
  const answer = await ask(asking, { method: 'initialize', params: initializeParams(capabilities) }, HANDSHAKE_MS)
  const identity = readInitialize(answer, asking.upstream)
  asking.pipe.write(notificationText('notifications/initialized'))
  return identity
}

// What it asks as soon as it knows whom stands before its answer to what comes next.
async function settle(asking: Asking): Promise<void> {
  await ask(asking, { method: 'ping', params: '{}' }, SETTLE_MS).catch(() => {})
}

async function ask(
  { pipe, upstream, signal }: Asking,
  request: { method: string; params: string },
  timeoutMs: number,
): Promise<UpstreamAnswer> {
  const reason = `Cannot start upstream "${upstream}": no answer to ${request.method}`
  const failure = new GatewayError('upstream_timeout', reason, { upstream, retryable: true })
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(failure), timeoutMs)
  try {
    const either = AbortSignal.any([signal, timeout.signal])
    return await pipe.call({ ...OWN_CALL, ...request, idText: '0', signal: either })
  } finally {
    clearTimeout(timer)
  }
}
