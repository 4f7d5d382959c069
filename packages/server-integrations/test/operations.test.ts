/** Every operation of the vendored documents can be called, and what is sent is valid by the vendor's own schemas. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exampleOf } from '../src/openapi/example-of-schema.ts'
import { createOperationCatalog, VENDORED_CONNECTORS } from '../src/openapi/operation-catalog.ts'
import { type CallOutcome, type Harness, openHarness } from './support/open-harness.ts'
import { type ContractMock, startContractMock } from './support/start-contract-mock.ts'

const TOKEN = 'contract-mock-token'
const documentOf = (connector: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../documents/generated/${connector}.json`), 'utf8'))
const catalog = createOperationCatalog({ connectors: () => [], read: () => Promise.reject(new Error('none')) })
const apis = await catalog.all()
const mocks = new Map<string, ContractMock>()
let harness: Harness

beforeAll(async () => {
  const env: Record<string, string> = {}
  for (const connector of VENDORED_CONNECTORS) {
    const mock = await startContractMock(
      documentOf(connector),
      connector === 'jira' ? btoa(`me@acme.dev:${TOKEN}`) : TOKEN,
      connector === 'slack',
    )
    mocks.set(connector, mock)
    const name = connector.toUpperCase()
    env[connector === 'slack' ? 'SLACK_BOT_TOKEN' : `${name}_TOKEN`] =
      connector === 'jira' ? `me@acme.dev:${TOKEN}` : TOKEN
    env[`${name}_API_URL`] = mock.url
  }
  harness = openHarness({ env })
})
afterAll(async () => {
  await harness.close()
  await Promise.all([...mocks.values()].map((mock) => mock.close()))
})

describe.each(apis.map(({ api }) => ({ connector: api.connector, api })))('$connector', ({ connector, api }) => {
  const operations = [...api.operations.values()]

  it.each(operations.map((operation) => ({ id: operation.id, operation })))('$id', async ({ operation }) => {
    const mock = mocks.get(connector) as ContractMock
    for (const isFull of [false, true]) {
      mock.seen.length = 0
      const args = exampleOf(operation.input, { isFull }) as Record<string, unknown>
      const call = { connector, operation: operation.id, arguments: args }
      const outcome =
        operation.effect === 'read' ? await harness.call('call_read_operation', call) : await confirmed(call)
      expect(
        mock.seen.map(({ problems }) => problems),
        JSON.stringify(args),
      ).toEqual([[]])
      expect(outcome.error, JSON.stringify(args)).toBeUndefined()
    }
  })
})

/** Writes; where a second step is asked for, takes it. */
async function confirmed(call: Record<string, unknown>): Promise<CallOutcome> {
  const first = await harness.call('call_write_operation', call)
  if (first.error?.code !== 'confirmation_required') return first
  const { confirmation_token } = first.error as { confirmation_token?: string }
  return harness.call('call_write_operation', { ...call, confirmation_token })
}
