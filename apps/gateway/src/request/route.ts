/** The `route` step: where the decided call goes, over which connection, in which shape and with which credential. */
import {
  CALL_META_KEY,
  REQUEST_ID_HEADER,
  REQUEST_ID_META_KEY,
  TOKEN_META_KEY,
} from '@causeway/shared-contracts/wire-names'
import { reveal } from '../config/secret.ts'
import { wantsOAuth } from '../credentials/oauth-tokens.ts'
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import type { Trace } from '../observe/trace.ts'
import type { Decision } from '../policy/decide.ts'
import type { Connection } from '../upstream/connection.ts'
import { sessionKeyOf } from '../upstream/session-key.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { encodeHeaderValue } from '../wire/header-value.ts'
import { checkParamHeaders, type ParamHeader, paramHeadersFor } from '../wire/param-headers.ts'
import { paramsToUpstream } from '../wire/to-upstream.ts'
import type { Approval } from './approve.ts'
import { capabilitiesFor, declaredText } from './asks/ask-rules.ts'
import { openState, sealState } from './asks/input-required.ts'
import { requestDigest } from './asks/request-digest.ts'
import { type CallMessage, callMessageFor } from './call-message.ts'
import type { Caller } from './caller.ts'
import type { Inbound } from './read.ts'
import type { Exchange, McpRequest } from './receive.ts'
import { logLevelOf } from './set-level.ts'
import type { Target } from './targets/target.ts'
import type { View } from './view.ts'

/** A call that is ready to be sent. */
export interface Routed {
  upstream: Upstream
  connection: Connection
  params: string
  headers: Record<string, string>
  credential: string | undefined
  /** Another one in place of one that the upstream refused, where there can be one. */
  renewCredential: (() => string | undefined | Promise<string | undefined>) | undefined
  sessionKey: string
  /** JSON text of the client capabilities that the upstream may know of. */
  capabilities: string
  /** The log severity that the agent asked for. */
  logLevel: string | undefined
  /** The agent's id of a task of this call. */
  wrapTask(taskId: string): string
  /** Seals an upstream's request state, where a shared credential hides the callers from it. */
  sealState: ((stateText: string) => string) | undefined
  /** The token that stands in `params` in place of the agent's, where the transport is shared. */
  progressToken: string | undefined
  /** The agent's own token, as JSON text. */
  agentProgressToken: string | undefined
  /** What is said of the call beside it, to a domain server. */
  callMessage: CallMessage | undefined
}

/** What the earlier steps found. */
export interface Decided {
  exchange: Exchange
  caller: Caller
  inbound: Inbound
  view: View
  target: Target
  decision: Decision
  /** What lets the call through, where a person had to approve it. */
  approval?: Approval
  /** The trace that goes onward. */
  trace?: Trace | undefined
}

let nextToken = 1

/** @throws GatewayError upstream_unavailable | header_mismatch */
export async function route(decided: Decided, gateway: Gateway): Promise<Routed> {
  const { inbound, target, exchange } = decided
  const { message, era } = inbound
  const upstream = upstreamOf(target, gateway)
  if (era === 'modern') checkParamHeaders(target.entry.paramHeaders, message.params.arguments, exchange.request.headers)
  const connection = upstream.connection ?? (await upstream.connected())
  const given = credentialFor(upstream, decided, gateway)
  const credential = given instanceof Promise ? await given : given
  const isStdio = upstream.config.command !== undefined
  const upstreamEra = connection.identity.era
  const agentProgressToken = progressTokenOf(inbound)
  const logLevel = logLevelOf(inbound)
  const capabilities = capabilitiesFor(inbound, upstreamEra, upstream.config)
  const states =
    upstreamEra === 'modern' && upstream.config.auth.mode !== 'gateway' ? statesOf(decided, gateway) : undefined
  const callMessage = callMessageFor(decided, gateway)
  const progressToken = agentProgressToken !== undefined && !connection.passesIds ? String(nextToken++) : undefined
  return {
    upstream,
    connection,
    params: paramsToUpstream(message, {
      agentEra: era,
      upstreamEra,
      ...nameOf(target),
      ...(progressToken === undefined ? {} : { progressToken }),
      ...(inbound.session ? { clientInfo: { name: inbound.session.clientName || 'unknown', version: '0' } } : {}),
      ...(era === 'modern' && capabilities === declaredText(inbound) ? {} : { capabilities }),
      ...(states ? states.opened : {}),
      ...(logLevel === undefined ? {} : { logLevel }),
      ...(decided.trace ? { trace: decided.trace } : {}),
      reservedMeta: {
        ...(isStdio ? stdioMeta(credential, exchange.requestId) : {}),
        ...(callMessage ? { [CALL_META_KEY]: callMessage.text } : {}),
      },
    }),
    headers: isStdio ? {} : headersFor(decided, upstreamEra),
    credential: isStdio ? undefined : credential,
    renewCredential: wantsOAuth(upstream.config) ? () => credentialFor(upstream, decided, gateway) : undefined,
    sessionKey: sessionKeyOf({ caller: decided.caller.id, session: inbound.session?.number ?? null }, capabilities),
    capabilities,
    logLevel,
    wrapTask: (taskId) =>
      gateway.taskIds.wrap({ upstream: upstream.id, tool: target.entry.originalName, taskId }, decided.caller),
    sealState: states?.seal,
    progressToken: progressToken ?? (connection.passesIds ? agentProgressToken : undefined),
    agentProgressToken,
    callMessage,
  }
}

function upstreamOf({ entry }: Target, gateway: Gateway): Upstream {
  const upstream = gateway.upstreams.get(entry.upstream)
  if (upstream) return upstream
  throw new GatewayError(
    'upstream_unavailable',
    `Cannot reach upstream "${entry.upstream}": it is not configured any more`,
    { upstream: entry.upstream },
  )
}

// The name to write in place of the agent's, where it is another.
function nameOf(target: Target): { name?: { field: NonNullable<Target['field']>; value: string } } {
  const { field, name, formerName, upstreamName } = target
  const isOther = field === 'taskId' || (formerName ?? name) !== upstreamName
  return field && isOther ? { name: { field, value: upstreamName } } : {}
}

/** The request state of an upstream that sees all agents as one client: sealed on its way out, opened on its way back. */
function statesOf(
  { caller, inbound, target }: Decided,
  gateway: Gateway,
): { seal(stateText: string): string; opened: { requestState?: string } } {
  const { message } = inbound
  // Most calls carry no state and get none, and the digest of a large request is not free.
  const boundTo = () => JSON.stringify(['state', target.entry.upstream, caller.id, requestDigest(message)])
  const { requestState } = message.params
  if (requestState !== undefined && typeof requestState !== 'string')
    throw new GatewayError('invalid_state', 'Cannot go on with the request: its requestState is not a string')
  return {
    seal: (stateText) => sealState(gateway.states, stateText, boundTo()),
    opened: requestState === undefined ? {} : { requestState: openState(gateway.states, requestState, boundTo()) },
  }
}

function credentialFor(
  { id, config }: Upstream,
  { caller, view, target }: Decided,
  gateway: Gateway,
): string | undefined | Promise<string | undefined> {
  if (config.auth.mode === 'none') return undefined
  if (config.auth.mode === 'bearer') return reveal(config.auth.token)
  if (wantsOAuth(config)) return gateway.oauthTokens.tokenFor(config, caller)
  // The URI that a rule allows may be of a template that the caller does not see.
  const { agent, user, roles, token } = caller
  const held = token ? view.scopesAt(id).filter((scope) => token.scopes.includes(scope)) : view.scopesAt(id)
  const scopes = [...new Set([...held, ...target.entry.facts.scopes])].sort()
  return gateway.callTokens.tokenFor({ agent, ...(user === undefined ? {} : { user }), roles, scopes }, id)
}

function stdioMeta(credential: string | undefined, requestId: string): Record<string, string> {
  return credential
    ? { [TOKEN_META_KEY]: JSON.stringify(credential), [REQUEST_ID_META_KEY]: JSON.stringify(requestId) }
    : {}
}

function headersFor(
  { inbound, target, exchange, trace }: Decided,
  upstreamEra: 'modern' | 'legacy',
): Record<string, string> {
  const headers: Record<string, string> = { [REQUEST_ID_HEADER]: exchange.requestId }
  if (exchange.via !== undefined) headers.via = exchange.via
  if (trace) {
    headers.traceparent = trace.traceparent
    if (trace.tracestate !== undefined) headers.tracestate = trace.tracestate
  }
  if (upstreamEra === 'legacy') return headers
  const { method, params } = inbound.message
  const { paramHeaders } = target.entry
  if (method === 'resources/read') headers['mcp-name'] = encodeHeaderValue(String(params.uri))
  else if (target.field === 'name' || target.field === 'taskId')
    headers['mcp-name'] = encodeHeaderValue(target.upstreamName)
  if (inbound.era === 'modern') addUnknownParamHeaders(headers, exchange.request, paramHeaders)
  return paramHeaders.length === 0 ? headers : { ...headers, ...paramHeadersFor(paramHeaders, params.arguments) }
}

// A modern client may mark arguments that this gateway's copy of the definition does not mark yet.
function addUnknownParamHeaders(
  headers: Record<string, string>,
  request: McpRequest,
  declared: readonly ParamHeader[],
): void {
  for (const name of Object.keys(request.headers)) {
    const value = name.startsWith('mcp-param-') ? request.headers[name] : undefined
    if (typeof value === 'string' && !declared.some(({ header }) => header === name)) headers[name] = value
  }
}

function progressTokenOf({ message }: Inbound): string | undefined {
  const member = message.metaMembers.find((each) => each.key === 'progressToken')
  return member && message.text.slice(member.start, member.end)
}
