/** The Responses API, as Codex speaks it: tools stand alone or in a namespace. */
import { randomUUID } from 'node:crypto'
import type { Answer } from './script.ts'
import { type Dialect, eventOf } from './start-model.ts'

interface Tool {
  type: string
  name?: string
  tools?: Tool[]
}

interface Request {
  tools?: Tool[]
  input: { type?: string; role?: string }[]
}

const ANSWERS = ['function_call', 'custom_tool_call', 'reasoning']

/** Every request is part of the conversation. */
export const responsesDialect: Dialect = {
  isTurn: (path) => /\/responses(\?|$)/.test(path),
  read(body) {
    const { tools = [], input } = body as Request
    const lastAnswer = input.findLastIndex(({ type, role }) => role === 'assistant' || ANSWERS.includes(type ?? ''))
    return { tools: tools.flatMap(namesOf), news: JSON.stringify(input.slice(lastAnswer + 1)) }
  },
  write(answer) {
    const id = `resp_${randomUUID()}`
    const item = itemOf(answer)
    const usage = {
      input_tokens: 1,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 1,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 2,
    }
    const events = [
      { type: 'response.created', response: { id } },
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: { id, usage } },
    ]
    return events.map((event) => eventOf(event, event.type)).join('')
  },
}

function namesOf({ name = '', tools }: Tool): string[] {
  return tools ? tools.flatMap(namesOf).map((inner) => `${name}${inner}`) : [name]
}

function itemOf(answer: Answer): object {
  if ('say' in answer)
    return { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: answer.say }] }
  const call = { call_id: `call_${randomUUID()}`, arguments: JSON.stringify(answer.args) }
  const { namespace } = answer
  return { type: 'function_call', name: answer.call, ...(namespace ? { namespace } : {}), ...call }
}
