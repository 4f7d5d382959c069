/** The Gemini API, as Gemini CLI speaks it. */
import type { Answer } from './script.ts'
import { type Dialect, eventOf } from './start-model.ts'

interface Request {
  tools?: { functionDeclarations?: { name: string }[] }[]
  contents: { role: string }[]
}

/** Only streamed requests with tools are part of the conversation. */
export const generateContentDialect: Dialect = {
  isTurn: (path) => path.includes(':streamGenerateContent'),
  read(body) {
    const { tools = [], contents } = body as Request
    const names = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations.map(({ name }) => name))
    if (names.length === 0) return undefined
    const lastAnswer = contents.findLastIndex(({ role }) => role === 'model')
    return { tools: names, news: JSON.stringify(contents.slice(lastAnswer + 1)) }
  },
  write: (answer) =>
    eventOf({
      candidates: [{ index: 0, content: { role: 'model', parts: [partOf(answer)] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    }),
}

function partOf(answer: Answer): object {
  return 'say' in answer ? { text: answer.say } : { functionCall: { name: answer.call, args: answer.args } }
}
