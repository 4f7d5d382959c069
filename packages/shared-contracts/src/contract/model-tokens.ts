/** What a tool list costs a model. */

/** Characters a token; o200k takes 4.1 to 4.3 for lists such as these, so the estimate is on the careful side. */
const CHARS_PER_TOKEN = 4

/** Tokens of what clients put before their model of each tool: its name, its description and the schema of its arguments. */
export function modelTokens(tools: readonly { name: string; description?: string; inputSchema: unknown }[]): number {
  const shown = tools.map(({ name, description, inputSchema }) => ({ name, description, input_schema: inputSchema }))
  return Math.ceil(JSON.stringify(shown).length / CHARS_PER_TOKEN)
}
