/** A seeded workspace in a temporary directory, with a clock that stands still until told, for tests that call tools. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ASK_NOBODY } from '@causeway/shared-contracts/ask'
import type { Caller } from '@causeway/shared-contracts/caller'
import { openDataDir } from '@causeway/shared-contracts/data-dir'
import { createLog } from '@causeway/shared-contracts/log'
import { runTool } from '@causeway/shared-contracts/run-tool'
import type { ToolErrorShape } from '@causeway/shared-contracts/tool-error'
import { openServices, type ProjectCall } from '../src/open-services.ts'
import { projectsServer } from '../src/projects-server.ts'
import type { TaskSummary } from '../src/store/task.ts'

/** A caller who may do everything, unless told otherwise. */
export const OPERATOR: Caller = { agent: 'ops-orchestrator', roles: ['operator'], scopes: 'all' }

/** A Tuesday noon. */
export const NOW = new Date('2026-03-10T12:00:00Z')

interface Answer {
  text: string
  task: TaskSummary
  tasks: (TaskSummary & Record<string, unknown>)[]
  total: number
  next_cursor?: string
  replayed?: boolean
  changed: string[]
  notified: string[]
  [field: string]: unknown
}

/** Opens a new workspace, or, given its directory, one that was there before. */
export function openWorkspace(dir = mkdtempSync(join(tmpdir(), 'causeway-projects-'))) {
  const clock = { now: NOW }
  const updated: string[] = []
  const changes = {
    resourceUpdated: (uri: string) => void updated.push(uri),
    toolsChanged() {},
    resourcesChanged: () => void updated.push('list'),
  }
  const opened = openServices({ dataDir: openDataDir(dir), changes, log: createLog('test') }, () => clock.now)
  const contextOf = (caller: Caller): ProjectCall => ({
    services: opened.services,
    caller,
    requestId: 'test',
    signal: new AbortController().signal,
    log: createLog('test'),
    ask: ASK_NOBODY,
    progress: async () => {},
  })
  const run = async (name: string, args: object, caller: Caller) => {
    const tool = projectsServer.tools.find((each) => each.name === name)
    if (!tool) throw new Error(`Cannot call "${name}": no such tool`)
    return runTool(tool, args, contextOf(caller))
  }
  return {
    dir,
    clock,
    updated,
    contextOf,
    db: opened.services.db,
    /** Calls a tool that must succeed. */
    async call(name: string, args: object = {}, caller = OPERATOR): Promise<Answer> {
      const result = await run(name, args, caller)
      const text = result.content[0]?.text ?? ''
      if (result.isError) throw new Error(`Cannot call ${name}: ${text}`)
      return { ...result.structuredContent, text } as unknown as Answer
    },
    /** Calls a tool that must fail. */
    async fail(name: string, args: object = {}, caller = OPERATOR): Promise<ToolErrorShape> {
      const result = await run(name, args, caller)
      if (!result.isError) throw new Error(`Cannot see ${name} fail: it answered ${result.content[0]?.text}`)
      return result.structuredContent.error as ToolErrorShape
    },
    /** Closes the database and keeps the directory. */
    async close() {
      await opened.close()
    },
    async remove() {
      await opened.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** What {@link openWorkspace} returns. */
export type Workspace = ReturnType<typeof openWorkspace>
