/** How a call ends inside a domain server: by its own time, and with a reply to the gateway's message. */
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { ASK_NOBODY } from './ask.ts'
import type { ContextUpdate, ToolRequest } from './call-message.ts'
import { type CallContext, type Effect, toolOf } from './define-tool.ts'
import { runTool } from './run-tool.ts'
import { CALL_META_KEY } from './wire-names.ts'

const message: ToolRequest = { type: 'toolRequest', messageId: 'm', agent: 'bot', origin: 'o', correlationId: 'c' }
const call: CallContext<object> = {
  services: {},
  caller: { agent: 'bot', roles: [], scopes: 'all' },
  requestId: 'c',
  message,
  signal: new AbortController().signal,
  log: pino({ level: 'silent' }),
  ask: ASK_NOBODY,
  progress: async () => {},
}

function toolWith(changes: { effect?: Effect; usesContext?: boolean; contextUpdate?: ContextUpdate; waitMs?: number }) {
  const { effect = 'read', usesContext = false, contextUpdate, waitMs = 0 } = changes
  return toolOf<object>()({
    name: 'take_time',
    title: 'Take time',
    description: 'Takes its time.',
    effect,
    timeoutMs: 30,
    usesContext,
    input: z.object({}),
    output: z.object({}),
    async run(_, { signal }) {
      await sleep(waitMs, undefined, { signal })
      return { text: 'Done.', data: {}, ...(contextUpdate ? { contextUpdate } : {}) }
    },
  })
}

it('stops at its time, and says whether it may have taken effect', async () => {
  for (const [effect, retryable, told] of [
    ['read', true, 'Ask for less'],
    ['write', false, 'may have taken effect'],
  ] as const) {
    const { structuredContent } = await runTool(toolWith({ effect, waitMs: 60_000 }), {}, call)
    expect(structuredContent.error).toMatchObject({
      code: 'timed_out',
      retryable,
      message: expect.stringContaining(told),
    })
  }
})

it('replies to the message, however it ends, and changes the context only where it asked for it', async () => {
  const contextUpdate = { values: { topic: 'x' } }
  const replyOf = async (tool: Parameters<typeof runTool>[0], args: object = {}) =>
    (await runTool(tool, args, call))._meta?.[CALL_META_KEY]
  expect(await replyOf(toolWith({}))).toMatchObject({ type: 'toolResponse', inReplyTo: 'm', correlationId: 'c' })
  expect(await replyOf(toolWith({}), { wrong: 1 })).toMatchObject({ inReplyTo: 'm' })
  expect(await replyOf(toolWith({ usesContext: true, contextUpdate }))).toMatchObject({ contextUpdate })
  expect(await replyOf(toolWith({ contextUpdate }))).not.toHaveProperty('contextUpdate')
  const { message: _, ...local } = call
  expect(await runTool(toolWith({}), {}, local)).not.toHaveProperty('_meta')
})

it('takes an empty cursor, key or token for none, and any other empty text as it is', async () => {
  const input = z.object({ title: z.string(), cursor: z.string().optional(), idempotency_key: z.string().optional() })
  const tool = toolOf<object>()({
    name: 'tell_arguments',
    title: 'Tell',
    description: 'Tells.',
    effect: 'write',
    input,
    output: z.looseObject({}),
    run: (args) => ({ text: 'Told.', data: args }),
  })
  const { structuredContent } = await runTool(tool, { title: '', cursor: '', idempotency_key: '' }, call)
  expect(structuredContent).toEqual({ title: '' })
})

it('does not say of a write that happened that it failed, when its answer cannot be given', async () => {
  const endless = (effect: Effect) =>
    toolOf<object>()({
      name: 'tell_much',
      title: 'Tell much',
      description: 'Tells much.',
      effect,
      input: z.object({}),
      output: z.object({}),
      run: () => ({ text: 'x'.repeat(100_000), data: {} }),
    })
  const errorOf = async (effect: Effect) => (await runTool(endless(effect), {}, call)).structuredContent.error
  expect(await errorOf('read')).toMatchObject({
    code: 'result_too_large',
    message: expect.stringContaining('lower the limit'),
  })
  expect(await errorOf('write')).toMatchObject({
    code: 'result_too_large',
    retryable: false,
    message: expect.stringContaining('took effect'),
  })
})
