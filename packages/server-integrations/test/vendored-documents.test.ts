/** What is kept of the vendors' documents is what the lock says, compiles without a warning, and has all that the overlays ask for. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, it } from 'vitest'
import { createOperationCatalog, VENDORED_CONNECTORS } from '../src/openapi/operation-catalog.ts'

const DOCUMENTS = join(import.meta.dirname, '../documents')
const read = (path: string) => readFileSync(join(DOCUMENTS, path), 'utf8')
const locks: {
  connector: string
  package: string
  version: string
  license: string
  subsetSha256: string
  operations: string[]
}[] = JSON.parse(read('generated/lock.json'))
const catalog = createOperationCatalog({ connectors: () => [], read: () => Promise.reject(new Error('none')) })
const apis = await catalog.all()

it('every connector has a document, an overlay, a source and a lock', () => {
  const connectors = [...VENDORED_CONNECTORS].sort()
  const sources: { connector: string }[] = JSON.parse(read('sources.json'))
  expect(locks.map(({ connector }) => connector).sort()).toEqual(connectors)
  expect(sources.map(({ connector }) => connector).sort()).toEqual(connectors)
  expect(readdirSync(join(DOCUMENTS, 'overlays')).sort()).toEqual(connectors.map((connector) => `${connector}.yaml`))
  expect(apis.map(({ api }) => api.connector).sort()).toEqual(connectors)
})

it.each(locks)('the document of $connector is the one of the lock', (lock) => {
  const hash = createHash('sha256')
    .update(read(`generated/${lock.connector}.json`))
    .digest('hex')
  expect(hash).toBe(lock.subsetSha256)
  expect(lock.version).toMatch(/^\d+\.\d+\.\d+$/)
  expect(['MIT', 'Apache-2.0']).toContain(lock.license)
  const { api } = apis.find(({ api }) => api.connector === lock.connector) ?? {}
  const routes = [...(api?.operations.values() ?? [])].map(({ method, path }) => `${method.toLowerCase()} ${path}`)
  expect(routes.sort()).toEqual([...lock.operations].sort())
})

it.each(apis)('$api.connector compiles without a warning, to schemas of 2020-12', ({ api }) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  expect(api.warnings).toEqual([])
  for (const { id, input, output } of api.operations.values()) {
    expect(ajv.validateSchema(input), `arguments of ${id}`).toBe(true)
    expect(ajv.validateSchema(output ?? {}), `result of ${id}`).toBe(true)
  }
})

it.each(apis)('what the overlay of $api.connector keeps of results is in its document', ({ api }) => {
  // Slack tells of its next pages in its reference and not in its document.
  for (const { id, project = [], paginate, output } of api.operations.values())
    for (const path of project.filter((one) => one !== paginate?.next))
      expect(hasPath(output, path.split('.')), `${id}: ${path}`).toBe(true)
})

/** Whether a projected schema has the property; what was cut may be anything. */
function hasPath(schema: unknown, [key, ...rest]: string[]): boolean {
  if (key === undefined) return true
  const { items, properties } = (schema ?? {}) as { items?: unknown; properties?: Record<string, unknown> }
  if (items !== undefined) return hasPath(items, [key, ...rest])
  if (properties === undefined) return true
  return key in properties && hasPath(properties[key], rest)
}
