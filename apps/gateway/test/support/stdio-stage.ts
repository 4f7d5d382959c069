/** What stories of `causeway stdio` run on: a gateway with upstreams, a proxy before it that can be cut, and processes that are ended after each story. */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type LegacyUpstream, startLegacyUpstream } from '../fixtures/legacy-upstream.ts'
import { type ScriptedUpstream, startScriptedUpstream } from '../fixtures/scripted-upstream.ts'
import { type CuttableProxy, startCuttableProxy } from './cuttable-proxy.ts'
import { isRunning } from './is-running.ts'
import { type StoryGateway, startGateway } from './start-gateway.ts'
import { stdioCommand } from './stdio-command.ts'
import { type StdioProcess, startStdio } from './stdio-process.ts'

/** All of it, from the first story of a file to its last. */
export interface StdioStage {
  legacy: LegacyUpstream
  scripted: ScriptedUpstream
  gateway: StoryGateway
  proxy: CuttableProxy
  /** Of the agent `ops`. */
  key: string
  /** A process for one story. */
  start(args?: readonly string[], env?: Record<string, string>): StdioProcess
  /** The same through the proxy, with the agent's own key and no configuration. */
  startRemote(): StdioProcess
  /** One process for all stories of a block. */
  shared(): () => StdioProcess
  /** Keys that are there for processes. */
  impersonations(): { keyId: string }[]
}

const MARKED = {
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, plain: { type: 'string' } },
}

/** Sets it up for the stories of the file that calls this. */
export function useStdioStage(): StdioStage {
  const running: StdioProcess[] = []
  const stage = processesOf(running) as StdioStage
  beforeAll(async () => {
    stage.legacy = await startLegacyUpstream()
    stage.scripted = await startScriptedUpstream({
      tools: [
        { name: 'marked', inputSchema: MARKED },
        { name: 'hang', inputSchema: { type: 'object' } },
      ],
    })
    stage.gateway = await startGateway({
      upstreams: {
        notes: { run: join(import.meta.dirname, '../fixtures/notes') },
        old: { url: stage.legacy.url },
        up: { url: stage.scripted.url },
      },
    })
    await stage.gateway.ready('notes', 'old', 'up')
    stage.key = stage.gateway.key('ops')
    stage.proxy = await startCuttableProxy(stage.gateway.url)
  })
  afterEach(async () => {
    for (const each of running.splice(0)) {
      each.end()
      await each.exited
      expect(isRunning(each.pid)).toBe(false)
    }
  })
  afterAll(async () => {
    await stage.proxy.close()
    // Calls that hang there would hold up the end of the gateway.
    await stage.scripted.close()
    await stage.gateway.close()
    await stage.legacy.close()
  })
  return stage
}

function processesOf(running: StdioProcess[]): Partial<StdioStage> {
  return {
    start(this: StdioStage, args, env) {
      const started = startStdio(stdioCommand(this.gateway, args), env)
      running.push(started)
      return started
    },
    startRemote(this: StdioStage) {
      return this.start(['--url', this.proxy.url], { CAUSEWAY_KEY: this.key })
    },
    shared(this: StdioStage) {
      let stdio: StdioProcess
      beforeAll(() => {
        stdio = startStdio(stdioCommand(this.gateway))
      })
      afterAll(async () => {
        stdio.end()
        await stdio.exited
      })
      return () => stdio
    },
    impersonations(this: StdioStage) {
      return this.gateway.listening.store.apiKeys.list().filter(({ origin }) => origin === 'impersonation')
    },
  }
}

/** The request that asks whether the other side is there. */
export function ping(id: unknown): object {
  return { jsonrpc: '2.0', id, method: 'ping' }
}

/** A call of a tool, modern with such a `_meta`. */
export function callOf(id: unknown, name: string, args: object, _meta?: object): object {
  const params = { name, arguments: args, ...(_meta ? { _meta } : {}) }
  return { jsonrpc: '2.0', id, method: 'tools/call', params }
}
