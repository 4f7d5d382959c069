/** opencode, connected by an entry of its configuration file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findConnection } from '../../src/connect/connections.ts'
import type { Client } from '../client.ts'
import { openAgent } from '../open-agent.ts'
import { chatDialect } from '../scripted-model/chat-dialect.ts'
import { startModel } from '../scripted-model/start-model.ts'
import type { Stage } from '../stage.ts'
import { startProgram } from '../start-program.ts'

const QUIET = {
  OPENCODE_DISABLE_AUTOUPDATE: '1',
  OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
  OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
  OPENCODE_DISABLE_MODELS_FETCH: '1',
}

/** One headless run, kept busy by its scripted model. */
export const opencode: Client = {
  id: 'opencode',
  title: 'opencode',
  connection: 'opencode',
  packages: ['opencode-ai'],
  learns: 'told',
  open,
}

async function open({ url, key, home, env }: Stage) {
  const model = await startModel(chatDialect)
  const entry = JSON.parse(findConnection('opencode')?.textFor({ url, key }) ?? '') as object
  writeFileSync(join(home, 'opencode.json'), JSON.stringify({ ...entry, ...settings(model.origin) }))
  return openAgent({
    program: startProgram('opencode', ['run', 'Go.'], { cwd: home, env: { ...env, ...QUIET } }),
    model,
    callOf: (tool, args) => ({ call: `causeway_${tool}`, args }),
    readOf: (uri) => ({ call: 'read_mcp_resource', args: { server: 'causeway', uri } }),
  })
}

function settings(origin: string): object {
  const scripted = {
    npm: '@ai-sdk/openai-compatible',
    options: { baseURL: `${origin}/v1`, apiKey: 'scripted' },
    models: { scripted: { tool_call: true, limit: { context: 200_000, output: 8_000 } } },
  }
  return {
    model: 'scripted/scripted',
    small_model: 'scripted/scripted',
    provider: { scripted },
    permission: { '*': 'allow' },
    autoupdate: false,
    share: 'disabled',
    snapshot: false,
  }
}
