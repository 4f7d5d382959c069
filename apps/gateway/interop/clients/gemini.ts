/** Gemini CLI, connected by its own command. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findConnection } from '../../src/connect/connections.ts'
import type { Client } from '../client.ts'
import { openAgent } from '../open-agent.ts'
import { generateContentDialect } from '../scripted-model/generate-content-dialect.ts'
import { startModel } from '../scripted-model/start-model.ts'
import type { Stage } from '../stage.ts'
import { runProgram, startProgram } from '../start-program.ts'

const LINE_MS = 60_000
const QUIET = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
}

/** One headless run, kept busy by its scripted model. */
export const gemini: Client = {
  id: 'gemini',
  title: 'Gemini CLI',
  connection: 'gemini',
  packages: ['@google/gemini-cli'],
  learns: 'told',
  open,
}

async function open({ url, key, home, env: base }: Stage) {
  const model = await startModel(generateContentDialect)
  const own = { GEMINI_API_KEY: 'scripted', GOOGLE_GEMINI_BASE_URL: model.origin, GEMINI_CLI_TRUST_WORKSPACE: 'true' }
  const env = { ...base, ...own }
  mkdirSync(join(home, '.gemini'))
  writeFileSync(join(home, '.gemini/settings.json'), JSON.stringify(QUIET))
  const line = findConnection('gemini')?.textFor({ url, key }) ?? ''
  await runProgram('sh', ['-c', line], { cwd: home, env, timeoutMs: LINE_MS })
  const args = ['-p', 'Go.', '--approval-mode', 'yolo', '-m', 'gemini-2.5-flash']
  return openAgent({
    program: startProgram('gemini', args, { cwd: home, env }),
    model,
    callOf: (tool, args) => ({ call: `mcp_causeway_${tool}`, args }),
    readOf: (uri) => ({ call: 'read_mcp_resource', args: { uri } }),
  })
}
