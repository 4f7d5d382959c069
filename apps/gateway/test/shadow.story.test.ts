/** Two upstreams that publish the same names: no call of the one reaches the other, not even while the one is in quarantine or gone. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  bareTool,
  modern,
  type Received,
  type ScriptedPort,
  sendResult,
  startScripts,
} from './fixtures/scripted-upstream.ts'
import { postModern } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const NOTE = { name: 'note', uri: 'note://x' }
/** Another way to the same URI. */
const TEMPLATE = { name: 'notes', uriTemplate: 'note://{name}' }
const lists = {
  first: { tools: [bareTool('pay')], resources: [NOTE] },
  second: { tools: [bareTool('pay')], resources: [NOTE], resourceTemplates: [TEMPLATE] },
}
const received: Record<string, Received[]> = { first: [], second: [] }
let raw: ScriptedPort
let gateway: StoryGateway
let key: string
const ask = async (method: string, params: Record<string, unknown>, path = '/mcp') =>
  (await postModern(gateway.url + path, key, method, params)).json
const counts = () => [received.first?.length, received.second?.length]
const refreshed = async (isDone: () => Promise<boolean>) => {
  gateway.listening.gateway.upstreams.get('first')?.onTrouble()
  await until(isDone, 'the first was listed again')
}

beforeAll(async () => {
  const script = (name: 'first' | 'second') =>
    modern({
      capabilities: { tools: {}, resources: {} },
      lists: () => lists[name],
      on: {
        'tools/call': (request, response) => {
          received[name]?.push(request)
          sendResult(response, request.idText, { content: [{ type: 'text', text: name }], resultType: 'complete' })
        },
        'resources/read': (request, response) => {
          received[name]?.push(request)
          const contents = [{ uri: NOTE.uri, text: name }]
          sendResult(response, request.idText, { contents, resultType: 'complete', ttlMs: 0, cacheScope: 'private' })
        },
      },
    })
  raw = await startScripts({ first: script('first'), second: script('second') })
  gateway = await startGateway({
    upstreams: {
      first: { url: raw.url('first'), namespace: 'none', refresh: '1s' },
      second: { url: raw.url('second'), tools: { pay: { aliases: ['first_pay'] } } },
    },
  })
  key = gateway.key('ops')
  await gateway.ready('first', 'second')
})
afterAll(async () => {
  await gateway.close()
  await raw.close()
})

it(verifies('integrity.shadow', 'each call reaches the upstream that has the name, on every route'), async () => {
  await ask('tools/call', { name: 'pay' })
  await ask('tools/call', { name: 'pay' }, '/s/first/mcp')
  await ask('resources/read', { uri: 'note://x' })
  expect(counts()).toEqual([3, 0])
  await ask('tools/call', { name: 'second__pay' })
  await ask('tools/call', { name: 'pay' }, '/s/second/mcp')
  expect(counts()).toEqual([3, 2])
})

it(verifies('integrity.shadow', "a name in quarantine is nobody else's"), async () => {
  lists.first = { tools: [{ ...bareTool('pay'), title: 'Pay' }], resources: [{ ...NOTE, name: 'other' }] }
  await refreshed(async () => (await ask('tools/call', { name: 'pay' }))?.error?.data?.code === 'tool_quarantined')
  const before = counts()
  expect((await ask('tools/call', { name: 'pay' }))?.error?.data?.code).toBe('tool_quarantined')
  expect((await ask('tools/call', { name: 'pay' }, '/s/first/mcp'))?.error?.data?.code).toBe('tool_quarantined')
  expect((await ask('resources/read', { uri: 'note://x' }))?.error?.data?.code).toBe('unknown_resource')
  expect((await ask('resources/list', {}))?.result?.resources).toEqual([])
  expect(counts()).toEqual(before)
})

it(verifies('integrity.shadow', "a name of an upstream that is down is nobody else's"), async () => {
  raw.scripts.first = (_, response) => void response.destroy()
  const before = counts()
  expect((await ask('tools/call', { name: 'pay' }))?.error).toBeDefined()
  expect((await ask('resources/read', { uri: 'note://x' }))?.error).toBeDefined()
  expect(counts()).toEqual(before)
})
