/** What the agent does behind the gateway in each of the suite's client scenarios. */
import { z } from 'zod'
import type { Agent, SeenTool } from './connect-agent.ts'

/** The prefix under which the suite's tools and prompts appear. */
export const PREFIX = 'suite__'

/** What a scenario hands to its script. */
export interface ScriptInput {
  agent: Agent
  tools: readonly SeenTool[]
  /** What the suite gives to the client beside the URL. */
  context: unknown
}

type Script = (input: ScriptInput) => Promise<void>

const toolCalls = z.object({
  toolCalls: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) })),
})

/** The scripts by scenario; listing the tools comes before each of them. */
export const SCRIPTS: Readonly<Record<string, Script>> = {
  initialize: async () => {},
  'request-metadata': async () => {},
  'json-schema-ref-no-deref': async () => {},
  'auth/client-credentials-basic': callAll,
  'auth/client-credentials-jwt': callAll,
  tools_call: ({ agent }) => call(agent, 'add_numbers', { a: 5, b: 3 }),
  'elicitation-sep1034-client-defaults': ({ agent }) => call(agent, 'test_client_elicitation_defaults'),
  'sse-retry': ({ agent }) => call(agent, 'test_reconnection'),
  'json-schema-2020-12-preservation': ({ agent, tools }) =>
    call(agent, 'json_schema_echo', {
      schema: tools.find(({ name }) => name === `${PREFIX}json_schema_2020_12_tool`)?.inputSchema,
    }),
  'http-custom-headers': async ({ agent, context }) => {
    for (const one of toolCalls.parse(context).toolCalls) await call(agent, one.name, one.arguments)
  },
  'http-invalid-tool-headers': callAll,
  'http-standard-headers': async (input) => {
    await callAll(input)
    const { agent } = input
    for (const { uri } of (await agent.listResources()).resources) await agent.readResource({ uri })
    for (const { name } of (await agent.listPrompts()).prompts) await agent.getPrompt({ name })
  },
  // The unrelated call falls between the question and the answer.
  'sep-2322-client-request-state': async ({ agent }) => {
    await Promise.all([call(agent, 'test_mrtr_echo_state'), call(agent, 'test_mrtr_unrelated')])
    await call(agent, 'test_mrtr_no_state')
    await call(agent, 'test_mrtr_no_result_type')
  },
}

async function call(agent: Agent, name: string, args: Record<string, unknown> = {}): Promise<void> {
  await agent.callTool({ name: PREFIX + name, arguments: args })
}

async function callAll({ agent, tools }: ScriptInput): Promise<void> {
  for (const { name } of tools) await agent.callTool({ name, arguments: {} })
}
