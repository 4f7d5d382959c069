/** What the gateway says of a call to a domain server and what the domain server answers it, and the context that an agent hands on from turn to turn. */
import { join } from 'node:path'
import { CALL_META_KEY, CONTEXT_META_KEY } from '@causeway/shared-contracts/wire-names'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { postModern } from './support/clients.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

let gateway: StoryGateway
let keys: { ops: string; other: string }

beforeAll(async () => {
  gateway = await startGateway({
    upstreams: { memory: { run: join(import.meta.dirname, 'fixtures/remembering') } },
    agents: { ops: { roles: ['operator'] }, other: { roles: ['operator'] } },
  })
  keys = { ops: gateway.key('ops'), other: gateway.key('other') }
  await gateway.ready('memory')
})
afterAll(() => gateway?.close())

interface Called {
  requestId: string | null
  error?: { code: number; message: string; data?: { code: string } }
  data: Record<string, unknown>
  meta: Record<string, unknown>
}

async function call(key: string, tool: string, args: object = {}, meta: object = {}): Promise<Called> {
  const params = { name: `memory__${tool}`, arguments: args, _meta: meta }
  const answer = await postModern(`${gateway.url}/mcp`, key, 'tools/call', params)
  const { result, error } = answer.json as {
    result?: { structuredContent: Record<string, unknown>; _meta?: Record<string, unknown> }
    error?: Called['error']
  }
  return {
    requestId: answer.headers.get('x-request-id'),
    ...(error ? { error } : {}),
    data: result?.structuredContent ?? {},
    meta: result?._meta ?? {},
  }
}

it('tells the domain server of the message, its caller and where it came in, and gets an answer to just this', async () => {
  const { data, meta, requestId } = await call(keys.ops, 'show_message')
  expect(data.message).toEqual({
    type: 'toolRequest',
    messageId: expect.stringMatching(UUID),
    agent: 'ops',
    origin: `${gateway.url}/mcp`,
    correlationId: requestId,
  })
  expect(meta[CALL_META_KEY]).toEqual({
    type: 'toolResponse',
    messageId: expect.stringMatching(UUID),
    inReplyTo: (data.message as { messageId: string }).messageId,
    correlationId: requestId,
  })
})

it('says it itself, whatever the agent claims', async () => {
  const forged = { type: 'toolRequest', messageId: 'x', agent: 'root', origin: 'x', correlationId: 'x' }
  const { data } = await call(keys.ops, 'show_message', {}, { [CALL_META_KEY]: forged })
  expect(data.message).toMatchObject({ agent: 'ops', messageId: expect.stringMatching(UUID) })
})

it('hands the context on to the tools that ask for it, for as long as its caller brings it along', async () => {
  const first = await call(keys.ops, 'keep_topic', { topic: 'coupons' })
  const context = first.meta[CONTEXT_META_KEY]
  expect(context).toBeTypeOf('string')
  expect(JSON.stringify(first)).not.toContain('"values"')
  const second = await call(keys.ops, 'recall_topic', {}, { [CONTEXT_META_KEY]: context })
  expect(second.data).toEqual({ topic: 'coupons' })
  expect(second.meta).not.toHaveProperty([CONTEXT_META_KEY])
  const plain = await call(keys.ops, 'show_message', {}, { [CONTEXT_META_KEY]: context })
  expect(plain.data.message).not.toHaveProperty('context')
  expect((await call(keys.ops, 'recall_topic')).data).toEqual({ topic: null })
})

it('is the context of one caller, unchanged, and forgotten when a tool says so or its time is over', async () => {
  const { meta } = await call(keys.ops, 'keep_topic', { topic: 'coupons' })
  const context = meta[CONTEXT_META_KEY] as string
  const recall = async (key: string, value: unknown) =>
    (await call(key, 'recall_topic', {}, { [CONTEXT_META_KEY]: value })).data.topic
  expect(await recall(keys.other, context)).toBeNull()
  expect(await recall(keys.ops, `${context.slice(0, -2)}AA`)).toBeNull()
  expect(await recall(keys.ops, { topic: 'forged' })).toBeNull()
  expect((await call(keys.ops, 'forget_topic')).meta[CONTEXT_META_KEY]).toBeNull()
  const brief = await call(keys.ops, 'keep_topic', { topic: 'brief', ttl_ms: 1 })
  expect(await recall(keys.ops, brief.meta[CONTEXT_META_KEY])).toBeNull()
})

it('keeps no context that is too large, and takes no answer to another message', async () => {
  const large = await call(keys.ops, 'keep_topic', { topic: 'x'.repeat(3_000) })
  expect(large.data.error).toMatchObject({ code: 'internal' })
  expect(large.meta).not.toHaveProperty([CONTEXT_META_KEY])
  expect((await call(keys.ops, 'answer_another')).error?.data?.code).toBe('upstream_invalid')
})

it('answers to a former name that the domain server declares, and says what it is called now', async () => {
  const { data, meta } = await call(keys.ops, 'tell_topic')
  expect(data).toEqual({ topic: null })
  expect(meta['causeway/deprecated']).toBe('"memory__tell_topic" is now called "memory__recall_topic"')
})
