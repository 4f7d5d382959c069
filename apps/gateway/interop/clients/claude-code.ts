/** Claude Code, connected by the line that the greeting prints. */
import { findConnection } from '../../src/connect/connections.ts'
import type { Client } from '../client.ts'
import { openAgent } from '../open-agent.ts'
import { messagesDialect } from '../scripted-model/messages-dialect.ts'
import { startModel } from '../scripted-model/start-model.ts'
import type { Stage } from '../stage.ts'
import { runProgram, startProgram } from '../start-program.ts'

const QUIET = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
}
const ALLOWED = 'mcp__causeway,ListMcpResourcesTool,ReadMcpResourceTool'
const LINE_MS = 30_000

/** One headless run, kept busy by its scripted model. */
export const claudeCode: Client = {
  id: 'claude-code',
  title: 'Claude Code',
  connection: 'claude-code',
  packages: ['@anthropic-ai/claude-code'],
  learns: 'told',
  reconnectsWithinMs: 40_000,
  notes: {
    restart: 'when its event stream is cut, it connects again by itself, within seconds; a call before that fails',
  },
  open,
}

async function open({ url, key, home, env: base }: Stage) {
  const model = await startModel(messagesDialect)
  const env = { ...base, ...QUIET, ANTHROPIC_BASE_URL: model.origin, ANTHROPIC_API_KEY: 'scripted' }
  const line = findConnection('claude-code')?.textFor({ url, key }) ?? ''
  await runProgram('sh', ['-c', line], { cwd: home, env, timeoutMs: LINE_MS })
  const args = ['-p', 'Go.', '--output-format', 'stream-json', '--verbose', '--allowedTools', ALLOWED]
  return openAgent({
    program: startProgram('claude', args, { cwd: home, env }),
    model,
    callOf: (tool, args) => ({ call: `mcp__causeway__${tool}`, args }),
    readOf: (uri) => ({ call: 'ReadMcpResourceTool', args: { server: 'causeway', uri } }),
  })
}
