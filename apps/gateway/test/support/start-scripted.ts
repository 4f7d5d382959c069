/** A gateway before a scripted upstream, and two agents that may do everything: where stories of refusals begin. */
import { expect } from 'vitest'
import { type ScriptedLists, type ScriptedUpstream, startScriptedUpstream } from '../fixtures/scripted-upstream.ts'
import { postModern } from './clients.ts'
import type { RawRequest } from './raw-http.ts'
import { type StoryGateway, type StoryWorld, startGateway } from './start-gateway.ts'

export interface Scripted {
  upstream: ScriptedUpstream
  gateway: StoryGateway
  /** The URL of `/mcp`. */
  url: string
  /** A key of the agent `ops`. */
  key: string
  /** The headers that a raw legacy request needs. */
  headers: readonly (readonly [name: string, value: string])[]
  /** Fails unless a good call is served. */
  expectServing(): Promise<void>
  close(): Promise<void>
}

/** A request that the gateway answers by itself. */
export const PING = '{"jsonrpc":"2.0","id":7,"method":"ping"}'

/**
 * Starts both.
 * @param lists what the upstream `up` lists beside the tool `echo`
 * @param config more of the gateway's configuration, and of the upstream's under `up`
 */
export async function startScripted(
  lists: ScriptedLists = {},
  { up, ...config }: { up?: object; [key: string]: unknown } = {},
  world: StoryWorld = {},
): Promise<Scripted> {
  const echo = { name: 'echo', inputSchema: { type: 'object' } }
  const upstream = await startScriptedUpstream({ ...lists, tools: [echo, ...(lists.tools ?? [])] })
  const gateway = await startGateway(
    {
      upstreams: { up: { url: upstream.url, ...up } },
      agents: { ops: { roles: ['operator'] }, other: { roles: ['operator'] } },
      ...config,
    },
    world,
  )
  const url = `${gateway.url}/mcp`
  const key = gateway.key('ops')
  await gateway.ready('up')
  return {
    upstream,
    gateway,
    url,
    key,
    headers: [
      ['Authorization', `Bearer ${key}`],
      ['Content-Type', 'application/json'],
    ],
    async expectServing() {
      const { status, json } = await postModern(url, key, 'tools/call', { name: 'up__echo' })
      expect([status, json?.result?.content]).toEqual([200, [{ type: 'text', text: 'echo' }]])
    },
    async close() {
      await gateway.close()
      await upstream.close()
    },
  }
}

/** The headers with some of them replaced or added. */
export function having(
  headers: NonNullable<RawRequest['headers']>,
  ...changed: (readonly [name: string, value: string])[]
): NonNullable<RawRequest['headers']> {
  const names = changed.map(([name]) => name.toLowerCase())
  return [...headers.filter(([name]) => !names.includes(name.toLowerCase())), ...changed]
}
