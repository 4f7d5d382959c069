/** Who is calling: from the gateway's token over HTTP or stdio, or the local caller when no gateway is trusted. */
import { randomUUID } from 'node:crypto'
import { type AuthInfo, ProtocolError, ProtocolErrorCode, type ServerContext } from '@modelcontextprotocol/server'
import { ASK_NOBODY } from './ask.ts'
import { ToolRequest } from './call-message.ts'
import type { Caller } from './caller.ts'
import type { DomainServer } from './define-domain-server.ts'
import type { CallContext } from './define-tool.ts'
import type { Logger } from './log.ts'
import { parseTraceparent, TRACEPARENT } from './trace-context.ts'
import { type CallTokenVerifier, createCallTokenVerifier } from './verify-call-token.ts'
import { CALL_META_KEY, ENV, REQUEST_ID_HEADER, REQUEST_ID_META_KEY, TOKEN_META_KEY } from './wire-names.ts'

/** Whom this process believes: the gateway that started it, or nobody but the local user. */
export type Trust = { verifier: CallTokenVerifier } | { local: Caller }

/**
 * Reads the trust from the environment; without a gateway the local caller gets `role`, and only `viewer` is held to reading.
 * @throws when the environment names a gateway in part: half of a lock is none
 */
export function createTrust<Services>(server: DomainServer<Services>, role: string): Trust {
  const { [ENV.issuer]: issuer, [ENV.audience]: audience, [ENV.jwks]: keys } = process.env
  if (issuer && audience && keys) return { verifier: createCallTokenVerifier({ issuer, audience, keys }) }
  const named = [ENV.issuer, ENV.audience, ENV.jwks]
  const missing = named.filter((name) => !process.env[name])
  if (missing.length < named.length)
    throw new Error(`Cannot trust a gateway: the environment lacks ${missing.join(' and ')}`)
  const reads = server.tools.filter((tool) => tool.effect === 'read').flatMap((tool) => tool.scopes)
  return {
    local: {
      agent: 'local',
      roles: [role],
      scopes: role === 'viewer' ? [...new Set([...reads, `${server.id}.read`])] : 'all',
    },
  }
}

/** The caller as the HTTP edge proved it, in the shape the SDK passes through. */
export function toAuthInfo(caller: Caller): AuthInfo {
  return {
    token: '',
    clientId: caller.agent,
    scopes: caller.scopes === 'all' ? [] : [...caller.scopes],
    extra: { caller },
  }
}

/** Returns the function that makes one request's context. */
export function createContextOf<Services>(services: Services, trust: Trust, log: Logger) {
  return async (ctx: ServerContext): Promise<CallContext<Services>> => {
    const meta = ctx.mcpReq._meta as Record<string, unknown> | undefined
    const requestId =
      ctx.http?.req?.headers.get(REQUEST_ID_HEADER) ??
      (meta?.[REQUEST_ID_META_KEY] as string | undefined) ??
      randomUUID()
    const traceparent = traceparentOf(ctx, meta)
    const caller = await callerOf(ctx, meta, trust)
    const message = messageOf(meta, caller, trust)
    return {
      services,
      caller,
      requestId,
      ...(message ? { message } : {}),
      ...(traceparent === undefined ? {} : { traceparent }),
      signal: ctx.mcpReq.signal,
      ask: ASK_NOBODY,
      log: log.child({ requestId, ...traceFields(traceparent) }),
      async progress(done, total, message) {
        const progressToken = meta?.progressToken as string | number | undefined
        if (progressToken === undefined) return
        await ctx.mcpReq.notify({
          method: 'notifications/progress',
          params: {
            progressToken,
            progress: done,
            ...(total === undefined ? {} : { total }),
            ...(message ? { message } : {}),
          },
        })
      },
    }
  }
}

// Only a gateway says what came in; of somebody else it is no more than a claim.
function messageOf(
  meta: Record<string, unknown> | undefined,
  caller: Caller,
  trust: Trust,
): CallContext['message'] | undefined {
  const said = meta?.[CALL_META_KEY]
  if (said === undefined || 'local' in trust) return undefined
  const message = ToolRequest.safeParse(said)
  if (message.success && message.data.agent === caller.agent && message.data.user === caller.user) return message.data
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `Cannot take the call: its _meta["${CALL_META_KEY}"] is no message of this caller`,
  )
}

// What the message says counts before what its transport says (2026-07-28, basic protocol, "Trace context").
function traceparentOf(ctx: ServerContext, meta: Record<string, unknown> | undefined): string | undefined {
  const given = [meta?.[TRACEPARENT], ctx.http?.req?.headers.get(TRACEPARENT)]
  return given.find((each): each is string => parseTraceparent(each) !== undefined)
}

function traceFields(traceparent: string | undefined): { traceId?: string; spanId?: string } {
  const trace = parseTraceparent(traceparent)
  return trace ? { traceId: trace.traceId, spanId: trace.spanId } : {}
}

async function callerOf(ctx: ServerContext, meta: Record<string, unknown> | undefined, trust: Trust): Promise<Caller> {
  if ('local' in trust) return trust.local
  const proven = ctx.http?.authInfo?.extra?.caller as Caller | undefined
  if (proven) return proven
  return trust.verifier.verify(String(meta?.[TOKEN_META_KEY] ?? ''))
}
