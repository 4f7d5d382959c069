/** Importing an API: what is refused, who may, and that an import outlives the process. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Harness, openHarness } from './support/open-harness.ts'
import { startContractMock } from './support/start-contract-mock.ts'
import { startFaultProxy } from './support/start-fault-proxy.ts'

const documentAt = (url: string, more: object = {}) => ({
  openapi: '3.0.0',
  info: { title: 'Weather', version: '1' },
  servers: [{ url }],
  paths: {
    '/forecast': {
      get: {
        operationId: 'getForecast',
        parameters: [{ name: 'city', in: 'query', required: true, schema: { type: 'string' } }],
        responses: {
          200: {
            content: { 'application/json': { schema: { type: 'object', properties: { city: { type: 'string' } } } } },
          },
        },
      },
    },
  },
  ...more,
})
const OPEN = 'auth: { kind: none }\noperations: { getForecast: { promote: true } }'
const preview = (harness: Harness, document: object, overlay = OPEN) =>
  harness.call('import_openapi', { mode: 'preview', connector: 'weather', document: JSON.stringify(document), overlay })

let harness: Harness
beforeAll(() => {
  harness = openHarness()
})
afterAll(() => harness.close())

describe('refused', () => {
  it('this machine as the address of an API', async () => {
    const { error } = await preview(harness, documentAt('http://127.0.0.1:8080'))
    expect(error).toMatchObject({ code: 'invalid_document', message: expect.stringContaining('want https') })
  })

  it('a document that is none, with the reason', async () => {
    const { error } = await preview(harness, { openapi: '3.0.0', paths: { '/a': { get: { parameters: [{}] } } } })
    expect(error).toMatchObject({
      code: 'invalid_document',
      message: expect.stringContaining('#/paths/~1a/get/parameters/0'),
    })
  })

  it('an overlay with a mistake, with its line', async () => {
    const { error } = await preview(harness, documentAt('https://api.example.com'), 'title: X\nauht: {}')
    expect(error?.message).toContain('weather.yaml:2:1 auht')
  })

  it('names that are taken, files outside the inbox, and previews of others', async () => {
    const args = { mode: 'preview', connector: 'github', document: '{}' }
    expect((await harness.call('import_openapi', args)).error?.field).toBe('connector')
    const file = { mode: 'preview', connector: 'weather', file: '../secret.key' }
    expect((await harness.call('import_openapi', file)).error?.code).toBe('invalid_arguments')
    const { data } = await preview(harness, documentAt('https://api.example.com'))
    const activate = { mode: 'activate', connector: 'weather', preview_id: data.preview_id }
    const other = { agent: 'other', roles: [], scopes: 'all' as const }
    expect((await harness.call('import_openapi', activate, { caller: other })).error?.code).toBe('not_found')
  })

  it('callers who may only write', async () => {
    const caller = { agent: 'writer', roles: [], scopes: ['integrations.read', 'integrations.write'] }
    const args = { mode: 'remove', connector: 'weather' }
    expect((await harness.call('import_openapi', args, { caller })).error?.code).toBe('forbidden')
  })
})

it('a token stays inside, however it travels and whatever the API echoes, and large answers are cut', async () => {
  const token = 'me@example.com/token:import-leak-canary'
  const proxy = await startFaultProxy('http://127.0.0.1:9')
  const env = { OPENAPI_WEATHER_TOKEN: token, OPENAPI_WEATHER_URL: proxy.url }
  const own = openHarness({ env, bounds: { maxRetries: 0, breakerFailures: 100 } })
  try {
    const overlay = 'auth: { kind: basic }'
    const { data } = await preview(own, documentAt('/at-the-address-of-the-operator'), overlay)
    expect(data.preview.base_url).toBe(proxy.url)
    await own.call('import_openapi', { mode: 'activate', connector: 'weather', preview_id: data.preview_id })
    const answers: unknown[] = []
    for (const status of [200, 400, 401, 403, 500]) {
      proxy.plan(({ headers }) => ({
        status,
        body: JSON.stringify({ message: headers.authorization, city: headers.authorization }),
      }))
      const call = { connector: 'weather', operation: 'getForecast', arguments: { city: 'Oslo' } }
      answers.push(await own.call('call_read_operation', call))
      expect(proxy.seen[0]?.headers.authorization).toBe(`Basic ${btoa(token)}`)
    }
    proxy.plan(() => ({
      status: 200,
      body: JSON.stringify({ city: 'x'.repeat(90_000), list: Array(9_000).fill({ a: 1 }) }),
    }))
    const call = { connector: 'weather', operation: 'getForecast', arguments: { city: 'Oslo' } }
    const large = await own.call('call_read_operation', call)
    expect(large.data.truncated).toBe(true)
    expect(Math.max(large.text.length, JSON.stringify(large.data).length)).toBeLessThan(16_000)

    const told = JSON.stringify(answers) + own.logged.join('\n')
    expect(told).toContain('•••')
    expect(told).not.toContain('leak-canary')
    expect(told).not.toContain(btoa(token))
  } finally {
    await own.close()
    await proxy.close()
  }
})

it('a file that broke on disk takes nothing away but its own connector', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-integrations-'))
  mkdirSync(join(dir, 'openapi/active'), { recursive: true })
  writeFileSync(join(dir, 'openapi/active/weather.json'), '{"connector":"weath')
  const own = openHarness({ dir })
  try {
    const { data } = await own.call('list_integrations', {})
    expect(data.integrations).toContainEqual(expect.objectContaining({ id: 'weather', state: 'unavailable' }))
    expect((await own.call('search_operations', { query: 'issue' })).data.total).toBeGreaterThan(0)
    const { data: gone } = await own.call('import_openapi', { mode: 'remove', connector: 'weather' })
    expect(gone).toMatchObject({ active: false })
  } finally {
    await own.close()
  }
})

it('an address that the operator allowed is used, and what was imported is there after a restart', async () => {
  const mock = await startContractMock(documentAt(''), '')
  const env = { OPENAPI_ALLOWED_HOSTS: new URL(mock.url).host }
  const first = openHarness({ env })
  const { data } = await preview(first, documentAt(mock.url))
  await first.call('import_openapi', { mode: 'activate', connector: 'weather', preview_id: data.preview_id })
  await first.close(true)
  const second = openHarness({ env, dir: first.dir })
  try {
    expect(second.toolNames()).toContain('weather_get_forecast')
    const { data: read, text } = await second.call('weather_get_forecast', { city: 'Oslo', fields: ['city'] })
    expect(read).toMatchObject({ result: { city: 'text' }, untrusted: true })
    expect(text).toContain('weather getForecast: done.')
    expect((await second.call('weather_get_forecast', {})).error).toMatchObject({
      code: 'invalid_arguments',
      field: 'city',
    })
    expect((await second.call('weather_get_forecast', { town: 'Oslo' })).error).toMatchObject({ field: 'town' })
    expect(mock.seen.map(({ url, problems }) => [url, problems])).toEqual([['/forecast?city=Oslo', []]])
  } finally {
    await second.close()
    await mock.close()
  }
})
