/** The Messages API, as Claude Code speaks it. */
import { randomUUID } from 'node:crypto'
import type { Answer } from './script.ts'
import { type Dialect, eventOf } from './start-model.ts'

interface Request {
  tools?: { name: string }[]
  messages: { role: string; content: unknown }[]
}

// Claude Code names the tools of a gateway in its messages and gives their schemas only when the model asks for them.
const DEFERRED = /mcp__[a-z]+__\w+/g

/** Requests without tools are the client's own, for titles and the like. */
export const messagesDialect: Dialect = {
  isTurn: (path) => /^\/v1\/messages(\?|$)/.test(path),
  read(body) {
    const { tools = [], messages } = body as Request
    if (tools.length === 0) return undefined
    const lastAnswer = messages.findLastIndex(({ role }) => role === 'assistant')
    const told = messages.filter(({ role }) => role !== 'assistant')
    const deferred = JSON.stringify(told).match(DEFERRED) ?? []
    return {
      tools: [...new Set([...tools.map(({ name }) => name), ...deferred])],
      news: JSON.stringify(messages.slice(lastAnswer + 1)),
    }
  },
  write(answer) {
    const { block, delta, reason } = partsOf(answer)
    const message = {
      id: `msg_${randomUUID()}`,
      type: 'message',
      role: 'assistant',
      model: 'scripted',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    }
    const events = [
      { type: 'message_start', message },
      { type: 'content_block_start', index: 0, content_block: block },
      { type: 'content_block_delta', index: 0, delta },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ]
    return events.map((event) => eventOf(event, event.type)).join('')
  },
}

function partsOf(answer: Answer): { block: object; delta: object; reason: string } {
  if ('say' in answer)
    return { block: { type: 'text', text: '' }, delta: { type: 'text_delta', text: answer.say }, reason: 'end_turn' }
  return {
    block: { type: 'tool_use', id: `toolu_${randomUUID()}`, name: answer.call, input: {} },
    delta: { type: 'input_json_delta', partial_json: JSON.stringify(answer.args) },
    reason: 'tool_use',
  }
}
