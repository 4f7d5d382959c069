/** mcp-remote under an SDK 1 client on stdio. */
import type { Client } from '../client.ts'
import { openLibrary } from '../open-library.ts'

/** Driven in a process of its own. */
export const mcpRemote: Client = {
  id: 'mcp-remote',
  title: 'mcp-remote under an SDK 1 client on stdio',
  connection: 'mcp-remote',
  packages: ['mcp-remote'],
  learns: 'told',
  open: (stage) => openLibrary(stage, { driver: 'mcp-remote', connection: 'mcp-remote' }),
}
