/** `causeway stdio` as a client would start it, for a gateway of a story. */
import { join } from 'node:path'
import type { StoryGateway } from './start-gateway.ts'

const ENTRY = join(import.meta.dirname, '../../src/main.ts')

/** What to spawn. */
export interface StdioCommand {
  command: string
  args: string[]
  env: Record<string, string>
}

/** @param args behind `stdio`; as the agent `ops` by default */
export function stdioCommand(gateway: StoryGateway, args: readonly string[] = ['--as', 'ops']): StdioCommand {
  return {
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ENTRY, '--config', gateway.configPath, 'stdio', ...args],
    env: { PATH: process.env.PATH ?? '', CAUSEWAY_PORT: new URL(gateway.url).port },
  }
}
