/** AI SDK. */
import type { Client } from '../client.ts'
import { openLibrary } from '../open-library.ts'

/** Driven in a process of its own. */
export const aiSdk: Client = {
  id: 'ai-sdk',
  title: 'AI SDK',
  connection: 'ai-sdk',
  packages: ['@ai-sdk/mcp', 'ai'],
  learns: 'lists again',
  notes: { change: 'it lists again whenever its tools are asked for' },
  open: (stage) => openLibrary(stage, { driver: 'ai-sdk', connection: 'ai-sdk' }),
}
