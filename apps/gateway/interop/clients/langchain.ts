/** LangChain adapters in LangGraph. */
import type { Client } from '../client.ts'
import { openLibrary } from '../open-library.ts'

/** Driven in a process of its own. */
export const langchain: Client = {
  id: 'langchain',
  title: 'LangChain adapters in LangGraph',
  connection: 'langchain',
  packages: ['@langchain/mcp-adapters', '@langchain/langgraph', '@langchain/core'],
  learns: 'told',
  notes: { change: '`getTools()` keeps its first list: give `onToolsListChanged`, and load again with `loadMcpTools`' },
  open: (stage) => openLibrary(stage, { driver: 'langchain', connection: 'langchain' }),
}
