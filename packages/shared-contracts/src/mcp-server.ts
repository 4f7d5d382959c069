/** Builds the SDK's server from a declaration: one fresh instance a request over HTTP, one a connection over stdio. */
import {
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type RegisteredTool,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { AskPending, createAsk } from './ask.ts'
import { type Caller, callerKey, missingScopes } from './caller.ts'
import type { DomainServer } from './define-domain-server.ts'
import type { PromptPart } from './define-prompt.ts'
import type { ResourceDefinition } from './define-resource.ts'
import type { CallContext, ToolDefinition } from './define-tool.ts'
import { answerFormerNames, presentNames } from './former-names.ts'
import { logged } from './logged.ts'
import { runTool } from './run-tool.ts'
import type { Sealer } from './sealer.ts'
import { ToolError } from './tool-error.ts'
import { listingOf, type ToolListing } from './tool-listing.ts'
import { TOOL_META_KEY } from './wire-names.ts'

/** Makes the {@link CallContext} of one request from what the SDK knows of it. */
export type ContextOf<Services> = (ctx: ServerContext) => Promise<CallContext<Services>>

/** Makes the SDK's server of one request or connection; `canSubscribe` says whether a later word would reach its client. */
export type McpServerFactory = (client: { canSubscribe: boolean }) => McpServer

/**
 * Returns a factory for SDK servers; the schemas are converted once, here.
 * @param of.states seals what a call remembers while it waits for an answer
 */
export function createMcpServerFactory<Services>(
  server: DomainServer<Services>,
  services: Services,
  of: { contextOf: ContextOf<Services>; states: Sealer },
): McpServerFactory {
  const { contextOf } = of
  const offered = server.tools.filter((tool) => tool.isOffered?.(services) ?? true)
  const listings = offered.map((tool) => ({ tool, listing: listingOf(tool, server) }))
  const present = presentNames(offered)
  const offerMore = createMoreTools(server, services, of)
  return ({ canSubscribe }) => {
    const mcp = new McpServer(
      { name: `causeway-${server.id}`, title: server.title, version: server.version },
      {
        instructions: server.instructions,
        capabilities: {
          // Announced here it would have its handlers before former names can be heard of; the first tool announces it as well.
          ...(present.size > 0 ? {} : { tools: { listChanged: true } }),
          resources: { listChanged: true, subscribe: canSubscribe },
          prompts: { listChanged: true },
        },
      },
    )
    answerFormerNames(mcp, present)
    for (const { tool, listing } of listings) registerTool(mcp, tool, listing, of)
    offerMore(mcp)
    for (const resource of server.resources) registerResource(mcp, resource, services, contextOf)
    for (const prompt of server.prompts) registerPrompt(mcp, prompt, contextOf)
    return mcp
  }
}

const refreshers = new WeakMap<McpServer, () => void>()

/** Tells a client on a lasting connection of tools that came or went. */
export function refreshTools(mcp: McpServer): void {
  refreshers.get(mcp)?.()
  mcp.sendToolListChanged()
}

/** Returns the function that gives one SDK server the tools that come and go, and keeps it up with them. */
function createMoreTools<Services>(
  server: DomainServer<Services>,
  services: Services,
  of: { contextOf: ContextOf<Services>; states: Sealer },
): (mcp: McpServer) => void {
  const listings = new WeakMap<ToolDefinition<Services>, ToolListing>()
  return (mcp) => {
    const offered = new Map<ToolDefinition<Services>, RegisteredTool>()
    const refresh = () => {
      const tools = server.moreTools?.(services) ?? []
      for (const [tool, registered] of offered) {
        if (tools.includes(tool)) continue
        registered.remove()
        offered.delete(tool)
      }
      for (const tool of tools) {
        if (offered.has(tool)) continue
        const listing = listings.get(tool) ?? listingOf(tool, server)
        listings.set(tool, listing)
        offered.set(tool, registerTool(mcp, tool, listing, of))
      }
    }
    refreshers.set(mcp, refresh)
    refresh()
  }
}

function registerTool<Services>(
  mcp: McpServer,
  tool: ToolDefinition<Services>,
  listing: ToolListing,
  { contextOf, states }: { contextOf: ContextOf<Services>; states: Sealer },
): RegisteredTool {
  return mcp.registerTool(tool.name, listing, async (args: unknown, ctx: ServerContext) => {
    const call = await contextOf(ctx)
    const boundTo = JSON.stringify([callerKey(call.caller), tool.name, args])
    const ask = createAsk(ctx, { sessionCapabilities: mcp.server.getClientCapabilities(), states, boundTo })
    return runTool(tool, args, { ...call, ask }).catch((error: unknown) => {
      if (error instanceof AskPending) return error.result
      throw error
    })
  })
}

function registerResource<Services>(
  mcp: McpServer,
  resource: ResourceDefinition<Services>,
  services: Services,
  contextOf: ContextOf<Services>,
): void {
  const { name, title, description, mimeType, uri } = resource
  const config = {
    title,
    description,
    mimeType,
    cacheHint: { ttlMs: resource.ttlMs, cacheScope: 'private' as const },
    _meta: readFacts(resource.scopes),
  }
  const read = async (url: URL, variables: Record<string, string>, ctx: ServerContext) => {
    const call = await contextOf(ctx)
    const answer = await logged(call, { kind: 'resource read', name }, async () => {
      requireScopes(call.caller, resource.scopes, resource.name)
      return toProtocolErrors(async () => resource.read(variables, call), url.href)
    })
    const given = { ttlMs: undefined, data: undefined, ...(typeof answer === 'string' ? { text: answer } : answer) }
    const { ttlMs, data, ...content } = given
    const json = data && { uri: url.href, mimeType: 'application/json', text: JSON.stringify(data) }
    // Only the modern revision knows how long a result may be kept.
    const isModern = ctx.mcpReq.envelope !== undefined
    return {
      contents: [{ uri: url.href, mimeType, ...content }, ...(json ? [json] : [])],
      ...(isModern && ttlMs !== undefined ? { ttlMs } : {}),
    }
  }
  if (!uri.includes('{')) {
    mcp.registerResource(name, uri, config, (url, ctx) => read(url, {}, ctx))
    return
  }
  const complete = Object.fromEntries(
    Object.entries(resource.complete ?? {}).map(([variable, find]) => [
      variable,
      (typed: string) => (typed.length > MAX_VARIABLE ? [] : find(typed, services).slice(0, 100)),
    ]),
  )
  const list = () => ({
    resources: (resource.list?.(services) ?? []).map((each) => ({ ...each, name: each.title, description, mimeType })),
  })
  mcp.registerResource(name, new ResourceTemplate(uri, { list, complete }), config, (url, variables, ctx) =>
    read(url, variablesOf(url, variables), ctx),
  )
}

/** Most characters of a resource's variable; no name of anything is as long. */
const MAX_VARIABLE = 256

function variablesOf(url: URL, variables: Record<string, string | string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([key, encoded]) => {
      const value = decoded(String(encoded))
      if (value !== undefined && value.length <= MAX_VARIABLE) return [key, value]
      const shown = url.href.slice(0, MAX_VARIABLE)
      const why = value === undefined ? 'is not well encoded' : `is longer than ${MAX_VARIABLE} characters`
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Cannot read "${shown}": its ${key} ${why}`)
    }),
  )
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function registerPrompt<Services>(
  mcp: McpServer,
  prompt: DomainServer<Services>['prompts'][number],
  contextOf: ContextOf<Services>,
): void {
  const config = {
    title: prompt.title,
    description: prompt.description,
    argsSchema: prompt.args,
    _meta: readFacts(prompt.scopes),
  }
  mcp.registerPrompt(prompt.name, config, async (args: unknown, ctx: ServerContext) => {
    const call = await contextOf(ctx)
    const parts = await logged(call, { kind: 'prompt', name: prompt.name }, async () => {
      requireScopes(call.caller, prompt.scopes, prompt.name)
      return toProtocolErrors(async () => prompt.render(args as never, call))
    })
    return { messages: parts.map((part) => ({ role: 'user' as const, content: toContent(part) })) }
  })
}

function readFacts(scopes: readonly string[]): Record<string, unknown> {
  return { [TOOL_META_KEY]: { effect: 'read', scopes } }
}

function toContent(part: PromptPart) {
  return 'text' in part
    ? { type: 'text' as const, text: part.text }
    : { type: 'resource' as const, resource: part.resource }
}

function requireScopes(caller: Caller, scopes: readonly string[], name: string): void {
  const missing = missingScopes(caller, scopes)
  if (missing.length > 0)
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `Cannot read ${name}: the caller lacks the scope ${missing.join(', ')}`,
    )
}

async function toProtocolErrors<T>(run: () => Promise<T>, uri?: string): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ToolError)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message, {
        ...(uri ? { uri } : {}),
        ...error.shape,
      })
    throw error
  }
}
