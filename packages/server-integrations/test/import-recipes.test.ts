/** The recipes for APIs that come by their own document, carried out: previewed, activated, found, called, removed. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { exampleOf } from '../src/openapi/example-of-schema.ts'
import { type Harness, openHarness } from './support/open-harness.ts'
import { type ContractMock, startContractMock } from './support/start-contract-mock.ts'

const CONNECTORS = ['hubspot', 'zendesk', 'quickbooks'] as const
const TOKEN = 'recipe-token'
const mocks = new Map<string, ContractMock>()
let harness: Harness
const changes: string[] = []

const documentOf = (connector: string) => readFileSync(join(import.meta.dirname, `fixtures/${connector}.yaml`), 'utf8')
const overlayOf = (connector: string) => {
  const recipe = readFileSync(join(import.meta.dirname, `../../../docs/recipes/import-${connector}.md`), 'utf8')
  return /```yaml\n(.*?)```/s.exec(recipe)?.[1] ?? ''
}

beforeAll(async () => {
  const env: Record<string, string> = {}
  for (const connector of CONNECTORS) {
    const token = connector === 'zendesk' ? btoa(TOKEN) : TOKEN
    const mock = await startContractMock(parse(documentOf(connector)), token)
    mocks.set(connector, mock)
    env[`OPENAPI_${connector.toUpperCase()}_TOKEN`] = TOKEN
    env[`OPENAPI_${connector.toUpperCase()}_URL`] = mock.url
  }
  harness = openHarness({ env, toolsChanged: () => changes.push('tools') })
})
afterAll(async () => {
  await harness.close()
  await Promise.all([...mocks.values()].map((mock) => mock.close()))
})

describe.each(CONNECTORS)('%s', (connector) => {
  it('is previewed with its operations, what they cost, and warnings', async () => {
    const document = documentOf(connector)
    const inbox = join(harness.dir, 'openapi/inbox')
    mkdirSync(inbox, { recursive: true })
    writeFileSync(join(inbox, `${connector}.yaml`), document)
    const args = { mode: 'preview', connector, file: `${connector}.yaml`, overlay: overlayOf(connector) }
    const { data, text, error } = await harness.call('import_openapi', args)
    expect(error).toBeUndefined()
    expect(data).toMatchObject({ active: false, preview: { warnings: [], tokens: { list: expect.any(Number) } } })
    expect(data.preview.tokens.list).toBeLessThan(1_000)
    for (const kind of ['TOKEN', 'URL']) expect(text).toContain(`OPENAPI_${connector.toUpperCase()}_${kind}`)
    expect((await harness.call('search_operations', { connector })).error?.code).toBe('not_found')

    changes.length = 0
    const active = await harness.call('import_openapi', { mode: 'activate', connector, preview_id: data.preview_id })
    expect(active.data).toEqual({ connector, active: true, tools: data.tools })
    expect(changes).toEqual(['tools'])
    expect(harness.toolNames()).toEqual(expect.arrayContaining(data.tools))
  })

  it('has every operation called with what its document accepts', async () => {
    const { data } = await harness.call('search_operations', { connector })
    expect(data.total).toBeGreaterThan(2)
    const mock = mocks.get(connector) as ContractMock
    for (const { operation, effect } of data.operations as { operation: string; effect: string }[]) {
      const described = await harness.call('describe_operation', { connector, operation })
      for (const isFull of [false, true]) {
        mock.seen.length = 0
        const call = { connector, operation, arguments: exampleOf(described.data.arguments, { isFull }) }
        const first = await harness.call(effect === 'read' ? 'call_read_operation' : 'call_write_operation', call)
        const { confirmation_token } = (first.error ?? {}) as { confirmation_token?: string }
        const last = confirmation_token
          ? await harness.call('call_write_operation', { ...call, confirmation_token })
          : first
        expect(last.error, operation).toBeUndefined()
        expect(
          mock.seen.map(({ problems }) => problems),
          operation,
        ).toEqual([[]])
      }
    }
  })

  it('is removed with its tools', async () => {
    const { data } = await harness.call('import_openapi', { mode: 'remove', connector })
    expect(data).toEqual({ connector, active: false, tools: [] })
    expect(harness.toolNames().filter((name) => name.startsWith(connector))).toEqual([])
    expect((await harness.call('search_operations', { connector })).error?.code).toBe('not_found')
  })
})
