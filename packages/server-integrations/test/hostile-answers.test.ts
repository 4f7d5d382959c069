/** What a third-party API answers to trip its readers: lost writes dressed as successes, answers of others, echoes in other spellings, nesting without end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Harness, openHarness } from './support/open-harness.ts'
import { type FaultProxy, type SeenRequest, startFaultProxy } from './support/start-fault-proxy.ts'

const TOKEN = 'harbor+canary/0123456789'
const JSON_ANSWER = { 200: { content: { 'application/json': { schema: { type: 'object', properties: {} } } } } }
const TENANT = { name: 'tenant', in: 'header', schema: { type: 'string' } }
const OVERRIDE = { name: 'X-HTTP-Method-Override', in: 'header', schema: { type: 'string' } }
const documentAt = (url: string, path = '/ships') => ({
  openapi: '3.0.0',
  info: { title: 'Harbor', version: '1' },
  servers: [{ url }],
  paths: {
    [path]: {
      get: { operationId: 'listShips', parameters: [TENANT, OVERRIDE], responses: JSON_ANSWER },
      post: { operationId: 'addShip', responses: JSON_ANSWER },
      delete: { operationId: 'sinkShips', responses: { 204: {} } },
    },
    '/motd': { get: { operationId: 'getMotd', responses: { 200: { content: { 'text/plain': {} } } } } },
  },
})

let proxy: FaultProxy
let harness: Harness

async function bring(document: object): Promise<string> {
  const args = { connector: 'harbor', document: JSON.stringify(document) }
  const { data, text } = await harness.call('import_openapi', { mode: 'preview', ...args })
  await harness.call('import_openapi', { mode: 'activate', connector: 'harbor', preview_id: data.preview_id })
  return text
}
const read = (args: object = {}) =>
  harness.call('call_read_operation', { connector: 'harbor', operation: 'listShips', arguments: args })
const write = (operation: string, more: object = {}) =>
  harness.call('call_write_operation', { connector: 'harbor', operation, ...more })

beforeAll(async () => {
  proxy = await startFaultProxy('http://127.0.0.1:9')
  harness = openHarness({
    env: { OPENAPI_HARBOR_TOKEN: TOKEN, OPENAPI_HARBOR_URL: proxy.url },
    bounds: { maxRetries: 0, breakerFailures: 1_000 },
  })
  await bring(documentAt('https://harbor.example.com'))
})
afterAll(async () => {
  await harness.close()
  await proxy.close()
})

describe('a write is not called done', () => {
  it.each([
    ['a page where the document promises JSON', { status: 200, body: '<html>Please sign in</html>' }],
    ['half an answer', { status: 201, body: '{"id": 1' }],
    ['a look elsewhere that may follow the deed', { status: 303, headers: { location: '/ships/1' } }],
    ['nesting without end', { status: 200, body: '['.repeat(200_000) + ']'.repeat(200_000) }],
  ])('%s', async (_, answer) => {
    proxy.plan(() => answer)
    expect((await write('addShip')).error?.code).toBe('write_outcome_unknown')
  })

  it('but is with an empty answer', async () => {
    proxy.plan(() => ({ status: 200, body: Buffer.alloc(0) }))
    expect((await write('addShip')).text).toContain('done')
  })
})

it('plain text is shown, without the token and what hides', async () => {
  const headers = { 'content-type': 'text/plain; charset=utf-8' }
  proxy.plan(() => ({ status: 200, headers, body: `Ahoy\u200b ${TOKEN}` }))
  const { data } = await harness.call('call_read_operation', { connector: 'harbor', operation: 'getMotd' })
  expect(data).toMatchObject({ result: 'Ahoy •••', untrusted: true })
  proxy.plan(() => ({ status: 403, headers, body: 'No entry' }))
  const refused = await harness.call('call_read_operation', { connector: 'harbor', operation: 'getMotd' })
  expect(refused.error?.code).toBe('forbidden')
})

it('nesting without end is unreadable, and harms nothing', async () => {
  proxy.plan(() => ({ status: 200, body: '{"a":'.repeat(100_000) + '1'.padEnd(100_001, '}') }))
  expect((await read()).error?.code).toBe('unavailable')
  proxy.plan(() => ({ status: 200, body: '{"a":1}' }))
  expect((await read()).data.result).toEqual({ a: 1 })
})

it('the kept answer of one tenant is never the answer to another, though their validators are equal', async () => {
  const answer = ({ headers }: SeenRequest) =>
    headers['if-none-match'] === '"1"'
      ? { status: 304 }
      : { status: 200, headers: { etag: '"1"' }, body: JSON.stringify({ of: headers.tenant }) }
  proxy.plan(answer)
  for (const tenant of ['a', 'b', 'a']) expect((await read({ tenant })).data.result).toEqual({ of: tenant })
  expect(proxy.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined, '"1"'])
})

it('a token that is echoed in another spelling of JSON stays inside', async () => {
  const spelled = TOKEN.replaceAll('/', '\\/').replaceAll('+', '\\u002b')
  proxy.plan(() => ({ status: 200, body: `{"you sent":"${spelled}","${spelled}":1}` }))
  const { text, data } = await read()
  expect(text + JSON.stringify(data)).not.toContain(TOKEN)
  expect(data.result['you sent']).toBe('•••')
})

it('a refused token of an imported API is the business of the operator alone', async () => {
  proxy.plan(() => ({ status: 401 }))
  const { error } = await read()
  expect(error).toMatchObject({ code: 'connection_required', message: expect.stringContaining('OPENAPI_HARBOR_TOKEN') })
  expect(error?.message).not.toContain('connect_account')
})

it('no argument turns a read into something else', async () => {
  expect((await read({ 'X-HTTP-Method-Override': 'DELETE' })).error?.code).toBe('invalid_arguments')
})

it('a token goes to no address that a document chose', async () => {
  const own = openHarness({
    env: { OPENAPI_PIER_TOKEN: TOKEN, OPENAPI_ALLOWED_HOSTS: new URL(proxy.url).host },
    bounds: { maxRetries: 0 },
  })
  proxy.plan(() => ({ status: 200, body: '{}' }))
  try {
    const document = JSON.stringify(documentAt(proxy.url))
    const { data } = await own.call('import_openapi', { mode: 'preview', connector: 'pier', document })
    await own.call('import_openapi', { mode: 'activate', connector: 'pier', preview_id: data.preview_id })
    const { error } = await own.call('call_read_operation', { connector: 'pier', operation: 'listShips' })
    expect(error).toMatchObject({ code: 'connection_required', message: expect.stringContaining('OPENAPI_PIER_URL') })
    expect(proxy.seen).toEqual([])
  } finally {
    await own.close()
  }
})

it('list_integrations tells of APIs that are known by their documents alone', async () => {
  const { data, text } = await harness.call('list_integrations', {})
  expect(data.integrations).toContainEqual({
    id: 'harbor',
    mode: 'api',
    state: 'ready',
    account: 'shared',
    sample_data: [],
  })
  expect(data.integrations).toContainEqual(expect.objectContaining({ id: 'asana', account: 'none' }))
  expect(text).toContain('ASANA_TOKEN')
})

it('the offline Jira refuses what is no JSON, as Jira does', async () => {
  const { error } = await harness.call('call_write_operation', {
    connector: 'jira',
    operation: 'create_issue',
    arguments: { body: {} },
  })
  expect(error?.code).toBe('invalid_request')
})

it('what was confirmed is not done to a document that came since', async () => {
  proxy.plan(() => ({ status: 204, body: '' }))
  const asked = await write('sinkShips')
  const token = asked.error?.confirmation_token ?? asked.data?.error?.confirmation_token
  expect(token).toBeTypeOf('string')
  await bring(documentAt('https://harbor.example.com', '/fleets'))
  expect((await write('sinkShips', { confirmation_token: token })).error).toBeDefined()
  expect(proxy.seen).toEqual([])
})

describe('a hostile document', () => {
  const own = { connector: 'barge', overlay: 'auth: { kind: none }' }
  const preview = (document: object) =>
    harness.call('import_openapi', { mode: 'preview', ...own, document: JSON.stringify(document) })
  const url = 'https://barge.example.com'

  it('makes no answer longer than the cap', async () => {
    const names = Array.from({ length: 600 }, (_, i) => `property_${i}`)
    const schema = {
      type: 'object',
      required: names,
      properties: Object.fromEntries(names.map((name) => [name, { type: 'string', example: 'x'.repeat(100) }])),
    }
    const content = { 'application/json': { schema: { $ref: '#/components/schemas/Wide' } } }
    const operations = Array.from({ length: 50 }, (_, i) => [
      `/${'long'.repeat(2_000)}/${i}`,
      { post: { operationId: `op${'o'.repeat(300)}${i}`, summary: 's'.repeat(3_000), requestBody: { content } } },
    ])
    const components = { schemas: { Wide: schema } }
    const document = { ...documentAt(url), paths: Object.fromEntries(operations), components }
    const shown = await preview(document)
    await harness.call('import_openapi', { mode: 'activate', connector: 'barge', preview_id: shown.data.preview_id })
    const found = await harness.call('search_operations', { connector: 'barge', limit: 50 })
    const { operation } = found.data.operations[0]
    const described = await harness.call('describe_operation', { connector: 'barge', operation })
    for (const { text, data } of [shown, found, described]) {
      expect(text.length).toBeLessThan(25_000)
      expect(JSON.stringify(data).length).toBeLessThan(25_000)
    }
    expect(described.error).toBeUndefined()
  })

  it('hides nothing in names', async () => {
    const hidden = String.fromCodePoint(0xe0041, 0x200b)
    const properties = { [`name${hidden}`]: { type: 'string' } }
    const requestBody = { content: { 'application/json': { schema: { type: 'object', properties } } } }
    const { error } = await preview({ ...documentAt(url), paths: { '/a': { post: { requestBody } } } })
    expect(error).toMatchObject({ code: 'invalid_document', message: expect.stringContaining('invisible') })
    const schema = { type: 'string', enum: [`a${hidden}`], default: `b${hidden}`, title: `c${hidden}`, example: hidden }
    const parameters = [{ name: 'p', in: 'query', schema }]
    const shown = await preview({ ...documentAt(url), paths: { '/a': { get: { operationId: 'a', parameters } } } })
    await harness.call('import_openapi', { mode: 'activate', connector: 'barge', preview_id: shown.data.preview_id })
    const described = await harness.call('describe_operation', { connector: 'barge', operation: 'a' })
    expect(described.error).toBeUndefined()
    expect(JSON.stringify(described)).not.toContain(hidden)
  })

  it('lists no tool under the name of one that is there', async () => {
    const named = (connector: string) =>
      harness.call('import_openapi', { mode: 'preview', connector, document: JSON.stringify(documentAt(url)) })
    const taken = harness.toolNames().filter((name) => !name.startsWith('barge'))
    for (const word of new Set(taken.map((name) => name.split('_')[0] as string)))
      expect((await named(word)).error, word).toMatchObject({ code: 'invalid_arguments', field: 'connector' })
  })
})
