/** Drives LangChain's MCP adapters: their tools in a LangGraph graph with a scripted chat model. */
import type { BaseMessage } from '@langchain/core/messages'
import { AIMessage, isToolMessage } from '@langchain/core/messages'
import { MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt'
import { loadMcpTools, MultiServerMCPClient } from '@langchain/mcp-adapters'
import { clientOf, type Driven } from './driven.ts'

type Tools = Awaited<ReturnType<MultiServerMCPClient['getTools']>>

/** Connects it; the adapters keep the tools of their first list, so this loads them again when it is told of a change. */
export async function open(connection: string): Promise<Driven> {
  const { mcpServers } = (await clientOf<MultiServerMCPClient>(connection)).config
  let told = 0
  const client = new MultiServerMCPClient({ mcpServers, onToolsListChanged: () => void told++ })
  const toolsNow = async (): Promise<Tools> => {
    const connected = await client.getClient('causeway')
    return told > 0 && connected ? loadMcpTools('causeway', connected) : client.getTools()
  }
  return {
    list: async () => (await toolsNow()).map(({ name }) => name),
    call: async (tool, args) => run(await toolsNow(), tool, args),
    read: async (uri) => JSON.stringify(await client.readResource('causeway', uri)),
    timesTold: () => told,
  }
}

/** Lets the model call the tool once; resolves with what the model is given for it. */
async function run(tools: Tools, name: string, args: Record<string, unknown>): Promise<string> {
  const isAnswered = (messages: BaseMessage[]) => messages.some((message) => isToolMessage(message))
  const call = new AIMessage({ content: '', tool_calls: [{ name, args, id: 'call-1', type: 'tool_call' }] })
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('model', ({ messages }) => ({ messages: [isAnswered(messages) ? new AIMessage('Done.') : call] }))
    .addNode('tools', new ToolNode(tools))
    .addEdge(START, 'model')
    .addConditionalEdges('model', toolsCondition)
    .addEdge('tools', 'model')
    .compile()
  const { messages } = await graph.invoke({ messages: [{ role: 'user', content: 'Go.' }] })
  return JSON.stringify(messages.filter((message) => isToolMessage(message)).map(({ content }) => content))
}
