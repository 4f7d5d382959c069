/** Drives the OpenAI Agents SDK: an agent with the connection and a scripted model. */
import {
  Agent,
  type MCPServerStreamableHttp,
  type Model,
  type ModelRequest,
  run,
  setTracingDisabled,
  Usage,
} from '@openai/agents'
import { clientOf, type Driven } from './driven.ts'

type Output = Awaited<ReturnType<Model['getResponse']>>['output']

/** Connects it. */
export async function open(connection: string): Promise<Driven> {
  setTracingDisabled(true)
  const client = await clientOf<MCPServerStreamableHttp>(connection)
  return {
    list: async () => (await client.listTools()).map(({ name }) => name),
    call: (tool, args) => runAgent(client, tool, args),
    read: async (uri) => JSON.stringify(await client.readResource(uri)),
    timesTold: () => 0,
  }
}

/** Lets the model call the tool once; resolves with what the model is given for it. */
async function runAgent(client: MCPServerStreamableHttp, tool: string, args: Record<string, unknown>): Promise<string> {
  const asked: ModelRequest[] = []
  const model: Model = {
    async getResponse(request) {
      asked.push(request)
      return { usage: new Usage(), output: asked.length === 1 ? callOf(tool, args) : done }
    },
    getStreamedResponse() {
      throw new Error('Cannot stream: the scripted model does not')
    },
  }
  await run(new Agent({ name: 'tester', model, mcpServers: [client] }), 'Go.')
  const input = asked[1]?.input
  return JSON.stringify(Array.isArray(input) ? input.filter(({ type }) => type === 'function_call_result') : input)
}

function callOf(name: string, args: Record<string, unknown>): Output {
  return [{ type: 'function_call', callId: 'call-1', name, arguments: JSON.stringify(args), status: 'completed' }]
}

const done: Output = [
  { type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Done.' }] },
]
