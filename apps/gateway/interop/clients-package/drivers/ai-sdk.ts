/** Drives the AI SDK's MCP client: its tools are given to `generateText` with a scripted model. */
import type { createMCPClient } from '@ai-sdk/mcp'
import { generateText, isStepCount } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { clientOf, type Driven } from './driven.ts'

type McpClient = Awaited<ReturnType<typeof createMCPClient>>
type Options = MockLanguageModelV4['doGenerateCalls'][number]
type Generated = Awaited<ReturnType<MockLanguageModelV4['doGenerate']>>

/** Connects it. */
export async function open(connection: string): Promise<Driven> {
  const client = await clientOf<McpClient>(connection)
  return {
    list: async () => Object.keys(await client.tools()),
    call: (tool, args) => run(client, tool, args),
    read: async (uri) => JSON.stringify(await client.readResource({ uri })),
    timesTold: () => 0,
  }
}

/** Lets the model call the tool once; resolves with what the model is given for it. */
async function run(client: McpClient, toolName: string, args: Record<string, unknown>): Promise<string> {
  const asked: Options[] = []
  const model = new MockLanguageModelV4({
    doGenerate: async (options) => {
      asked.push(options)
      return asked.length === 1 ? callOf(toolName, args) : done
    },
  })
  await generateText({ model, tools: await client.tools(), prompt: 'Go.', stopWhen: isStepCount(3) })
  const results = asked[1]?.prompt.filter(({ role }) => role === 'tool')
  return JSON.stringify(results)
}

const rest = {
  usage: {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  },
  warnings: [],
}

function callOf(toolName: string, args: Record<string, unknown>): Generated {
  return {
    content: [{ type: 'tool-call', toolCallId: 'call-1', toolName, input: JSON.stringify(args) }],
    finishReason: { unified: 'tool-calls', raw: undefined },
    ...rest,
  }
}

const done: Generated = {
  content: [{ type: 'text', text: 'Done.' }],
  finishReason: { unified: 'stop', raw: undefined },
  ...rest,
}
