/** Starts a real gateway on a free port in a temporary directory, and everything a story needs around it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { stringify } from 'yaml'
import type { AuditFiles } from '../../src/audit/audit-files.ts'
import { issueKey } from '../../src/identity/issue-key.ts'
import { type Listening, listen } from '../../src/listen.ts'

/** A configuration as it would stand in the file, without version, listener and directory. */
export interface StoryConfig {
  upstreams: Record<string, unknown>
  agents?: Record<string, { roles?: string[]; limits?: object }>
  rules?: unknown[]
  [key: string]: unknown
}

/** What stands in place of the outside world. */
export interface StoryWorld {
  auditFiles?: AuditFiles
  log?: Logger
}

export interface StoryGateway {
  url: string
  /** Where the admin API is. */
  adminUrl: string
  dir: string
  configPath: string
  listening: Listening
  /** A new key of the agent. */
  key(agent: string): string
  /** Replaces the configuration file; does not reload. */
  write(config: StoryConfig | string): void
  /** Waits until the upstreams have published and calls reach them. */
  ready(...ids: string[]): Promise<void>
  /** Ends the gateway and starts it again on the same port and data; `meanwhile` happens in between. */
  restart(meanwhile?: () => void): Promise<void>
  /** Starts another gateway on the same configuration and data, on a port of its own; whoever starts it closes it. */
  startAnother(): Promise<Listening>
  close(): Promise<void>
}

/** Rules that let `operator` do everything. */
export const OPERATOR_RULES = [
  { id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'], prompts: ['*'], resources: ['*'] },
]

/** Stories call more often than agents do. */
export const NO_LIMITS = { agent: { perMinute: 0, concurrency: 0 }, user: { perMinute: 0 }, write: { perMinute: 0 } }

export async function startGateway(config: StoryConfig, world: StoryWorld = {}): Promise<StoryGateway> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-story-'))
  const configPath = join(dir, 'causeway.yaml')
  const log = pino({ level: process.env.STORY_LOG ?? 'silent' }, pino.destination({ dest: 2, sync: true }))
  let port = 0
  const write = (next: StoryConfig | string) => {
    const text =
      typeof next === 'string'
        ? next
        : stringify({
            version: 1,
            listen: { host: '127.0.0.1', port },
            admin: { port: 0 },
            dataDir: 'data',
            agents: { ops: { roles: ['operator'] } },
            rules: OPERATOR_RULES,
            limits: NO_LIMITS,
            ...next,
          })
    writeFileSync(configPath, text)
  }
  write(config)
  const start = () =>
    listen({ configPath, env: { CAUSEWAY_PORT: String(port), CAUSEWAY_ADMIN_PORT: '0' }, log, ...world })
  const story: StoryGateway = {
    url: '',
    adminUrl: '',
    dir,
    configPath,
    listening: await start(),
    key: (agent) => issueKey(story.listening.store, { agent, origin: 'cli' }).key,
    write,
    async ready(...ids) {
      await until(
        () =>
          ids.every(
            (id) =>
              story.listening.gateway.catalog.current.upstreams.has(id) &&
              story.listening.gateway.upstreams.get(id)?.connection !== undefined,
          ),
        `upstreams ${ids.join(', ')} are ready`,
      )
    },
    startAnother: () => listen({ configPath, env: { CAUSEWAY_PORT: '0', CAUSEWAY_ADMIN_PORT: '0' }, log }),
    async restart(meanwhile) {
      await story.listening.close()
      meanwhile?.()
      story.listening = await start()
      story.adminUrl = story.listening.adminUrl ?? ''
    },
    async close() {
      await story.listening.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  story.url = story.listening.url
  story.adminUrl = story.listening.adminUrl ?? ''
  port = Number(new URL(story.url).port)
  return story
}

/** Waits until the condition holds, at most 15 s. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 15_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
