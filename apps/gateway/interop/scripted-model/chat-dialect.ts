/** The Chat Completions API, as opencode speaks it. */
import { randomUUID } from 'node:crypto'
import type { Answer } from './script.ts'
import { type Dialect, eventOf } from './start-model.ts'

interface Request {
  tools?: { function: { name: string } }[]
  messages: { role: string }[]
}

/** Requests without tools are the client's own, for titles and the like. */
export const chatDialect: Dialect = {
  isTurn: (path) => path.endsWith('/chat/completions'),
  read(body) {
    const { tools = [], messages } = body as Request
    if (tools.length === 0) return undefined
    const lastAnswer = messages.findLastIndex(({ role }) => role === 'assistant')
    return { tools: tools.map((tool) => tool.function.name), news: JSON.stringify(messages.slice(lastAnswer + 1)) }
  },
  write(answer) {
    const chunk = { id: `chat-${randomUUID()}`, object: 'chat.completion.chunk', created: 0, model: 'scripted' }
    const { delta, reason } = partsOf(answer)
    const events = [
      { ...chunk, choices: [{ index: 0, delta, finish_reason: null }] },
      { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: reason }], usage: USAGE },
    ]
    return `${events.map((event) => eventOf(event)).join('')}data: [DONE]\n\n`
  },
}

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }

function partsOf(answer: Answer): { delta: object; reason: string } {
  if ('say' in answer) return { delta: { role: 'assistant', content: answer.say }, reason: 'stop' }
  const call = { name: answer.call, arguments: JSON.stringify(answer.args) }
  const toolCall = { index: 0, id: `call-${randomUUID()}`, type: 'function', function: call }
  return { delta: { role: 'assistant', tool_calls: [toolCall] }, reason: 'tool_calls' }
}
