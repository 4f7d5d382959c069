/** OpenAI Agents SDK. */
import type { Client } from '../client.ts'
import { openLibrary } from '../open-library.ts'

/** Driven in a process of its own. */
export const openaiAgents: Client = {
  id: 'openai-agents',
  title: 'OpenAI Agents SDK',
  connection: 'openai-agents',
  packages: ['@openai/agents'],
  learns: 'lists again',
  notes: { change: 'it lists again whenever its tools are asked for' },
  open: (stage) => openLibrary(stage, { driver: 'openai-agents', connection: 'openai-agents' }),
}
