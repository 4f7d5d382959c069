/** Codex CLI, connected by its own command. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findConnection } from '../../src/connect/connections.ts'
import type { Client } from '../client.ts'
import { openAgent } from '../open-agent.ts'
import { responsesDialect } from '../scripted-model/responses-dialect.ts'
import { startModel } from '../scripted-model/start-model.ts'
import type { Stage } from '../stage.ts'
import { runProgram, startProgram } from '../start-program.ts'

const LINE_MS = 30_000

/** One headless run, kept busy by its scripted model. */
export const codex: Client = {
  id: 'codex',
  title: 'Codex CLI',
  connection: 'codex',
  packages: ['@openai/codex'],
  learns: 'not at all',
  notes: {
    change: 'it is told and does not list again (openai/codex#33266); the next `codex` does',
  },
  open,
}

async function open({ url, key, home, env: base }: Stage) {
  const model = await startModel(responsesDialect)
  const env = { ...base, CODEX_HOME: join(home, '.codex') }
  mkdirSync(env.CODEX_HOME)
  writeFileSync(join(env.CODEX_HOME, 'config.toml'), settings(model.origin))
  const line = findConnection('codex')?.textFor({ url, key }) ?? ''
  await runProgram('sh', ['-c', line], { cwd: home, env, timeoutMs: LINE_MS })
  return openAgent({
    program: startProgram('codex', ['exec', '--json', '--skip-git-repo-check', 'Go.'], { cwd: home, env }),
    model,
    callOf: (tool, args) => ({ call: tool, namespace: 'mcp__causeway', args }),
    readOf: (uri) => ({ call: 'read_mcp_resource', args: { server: 'causeway', uri } }),
  })
}

// The scripted model asks for nothing but the gateway's tools, so nothing has to be kept from a sandbox.
const settings = (origin: string) => `model = "scripted"
model_provider = "scripted"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false

[model_providers.scripted]
name = "Scripted"
base_url = "${origin}/v1"
wire_api = "responses"

[analytics]
enabled = false
`
