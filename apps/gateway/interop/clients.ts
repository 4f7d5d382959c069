/** All clients of the run, in the order of the table: programs first, then libraries. */
import type { Client } from './client.ts'
import { aiSdk } from './clients/ai-sdk.ts'
import { claudeCode } from './clients/claude-code.ts'
import { codex } from './clients/codex.ts'
import { copilot } from './clients/copilot.ts'
import { gemini } from './clients/gemini.ts'
import { inspectorLegacy, inspectorModern } from './clients/inspector.ts'
import { langchain } from './clients/langchain.ts'
import { mcpRemote } from './clients/mcp-remote.ts'
import { mcporter } from './clients/mcporter.ts'
import { openaiAgents } from './clients/openai-agents.ts'
import { opencode } from './clients/opencode.ts'
import { sdkV1 } from './clients/sdk-v1.ts'
import { sdkV2, sdkV2Legacy } from './clients/sdk-v2.ts'

/** Each is played on its own. */
export const CLIENTS: readonly Client[] = [
  claudeCode,
  codex,
  copilot,
  gemini,
  opencode,
  inspectorModern,
  inspectorLegacy,
  mcpRemote,
  mcporter,
  sdkV2,
  sdkV2Legacy,
  sdkV1,
  aiSdk,
  openaiAgents,
  langchain,
]
