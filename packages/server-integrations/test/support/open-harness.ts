/** The tools of server-integrations with real services in a temporary directory, called without a transport between. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ASK_NOBODY, type Ask } from '@causeway/shared-contracts/ask'
import type { Caller } from '@causeway/shared-contracts/caller'
import { openDataDir } from '@causeway/shared-contracts/data-dir'
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import { runTool } from '@causeway/shared-contracts/run-tool'
import type { ToolErrorShape } from '@causeway/shared-contracts/tool-error'
import { type Integrations, openIntegrations } from '../../src/integrations.ts'
import { integrationsServer } from '../../src/integrations-server.ts'
import type { RequestBounds } from '../../src/resilience/request-bounds.ts'

/** What a call came to, in both halves. */
export interface CallOutcome {
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: each tool's data has its own shape, which the contract suite checks
  data: any
  /** Set when the call failed. */
  error?: ToolErrorShape
}

/** How one call differs from the usual one. */
export interface CallOptions {
  caller?: Caller
  signal?: AbortSignal
  requestId?: string
  ask?: Ask
}

const OPERATOR: Caller = { agent: 'tester', roles: ['operator'], scopes: 'all' }

/**
 * Opens the services.
 * @param options.env the connectors' variables; none means emulators
 */
export function openHarness(
  options: {
    env?: Record<string, string>
    bounds?: Partial<RequestBounds>
    dir?: string
    toolsChanged?: () => void
  } = {},
) {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'causeway-integrations-'))
  const logged: string[] = []
  const log = fakeLog(logged)
  const opened = openIntegrations({
    dataDir: openDataDir(dir),
    log,
    env: options.env ?? {},
    ...(options.bounds ? { bounds: options.bounds } : {}),
    ...(options.toolsChanged ? { toolsChanged: options.toolsChanged } : {}),
  }) as Awaited<ReturnType<typeof openIntegrations>>
  const tools = () => [...integrationsServer.tools, ...(integrationsServer.moreTools?.(opened.services) ?? [])]
  return {
    dir,
    toolNames: () => tools().map(({ name }) => name),
    logged,
    health: () => opened.health(),
    async call(name: string, args: Record<string, unknown>, given: CallOptions = {}): Promise<CallOutcome> {
      const tool = tools().find((each) => each.name === name)
      if (!tool) throw new Error(`Cannot call "${name}": no such tool`)
      const context: CallContext<Integrations> = {
        services: opened.services,
        caller: given.caller ?? OPERATOR,
        requestId: given.requestId ?? 'req-1',
        signal: given.signal ?? new AbortController().signal,
        log,
        ask: given.ask ?? ASK_NOBODY,
        progress: async () => {},
      }
      const result = await runTool(tool, args, context)
      const text = result.content[0].text
      const data = result.structuredContent
      return { text, data, ...(result.isError ? { error: data.error as ToolErrorShape } : {}) }
    },
    async close(isKept = false) {
      await opened.close()
      if (!isKept) rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** An open harness. */
export type Harness = ReturnType<typeof openHarness>

function fakeLog(logged: string[]): CallContext['log'] {
  const write = (entry: unknown, message?: string) => {
    const { err, ...rest } = entry as { err?: Error }
    logged.push(JSON.stringify({ ...rest, message, err: err && [err.message, err.stack, JSON.stringify(err)] }))
  }
  const log = { error: write, warn: write, info: write, debug: write, child: () => log }
  return log as unknown as CallContext['log']
}
