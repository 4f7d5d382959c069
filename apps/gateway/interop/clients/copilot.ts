/** Copilot CLI, connected by its own command, with a model provider of the user's own. */
import { findConnection } from '../../src/connect/connections.ts'
import type { Client } from '../client.ts'
import { openAgent } from '../open-agent.ts'
import { chatDialect } from '../scripted-model/chat-dialect.ts'
import { startModel } from '../scripted-model/start-model.ts'
import type { Stage } from '../stage.ts'
import { runProgram, startProgram } from '../start-program.ts'

const LINE_MS = 30_000

/** One headless run, kept busy by its scripted model. */
export const copilot: Client = {
  id: 'copilot',
  title: 'Copilot CLI',
  connection: 'copilot',
  packages: ['@github/copilot'],
  learns: 'lists again',
  reconnectsWithinMs: 40_000,
  notes: {
    read: 'it gives its model no tool that reads a resource',
    change: 'it is told, and lists again when its model goes on',
    restart:
      'when its event stream is cut, it connects again by itself, within seconds; a call before that fails, and it gave up on a gateway that was away for eight seconds',
  },
  open,
}

async function open({ url, key, home, env: base }: Stage) {
  const model = await startModel(chatDialect)
  const own = {
    COPILOT_OFFLINE: 'true',
    COPILOT_PROVIDER_BASE_URL: `${model.origin}/v1`,
    COPILOT_PROVIDER_API_KEY: 'scripted',
    COPILOT_MODEL: 'scripted',
  }
  const env = { ...base, ...own }
  const line = findConnection('copilot')?.textFor({ url, key }) ?? ''
  await runProgram('sh', ['-c', line], { cwd: home, env, timeoutMs: LINE_MS })
  return openAgent({
    program: startProgram('copilot', ['-p', 'Go.', '--allow-all'], { cwd: home, env }),
    model,
    callOf: (tool, args) => ({ call: `causeway-${tool}`, args }),
  })
}
