/** Whatever is wrong in a document, it is refused in words or its operations can be shown, checked and encoded: nothing else is thrown. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compileDocument } from './compile-document.ts'
import { encodeRequest } from './encode-request.ts'
import { exampleOf } from './example-of-schema.ts'
import { fitSchema } from './fit-schema.ts'
import type { JsonRecord } from './json.ts'
import { OpenApiError } from './openapi-error.ts'
import { parseDocument } from './parse-document.ts'
import { createArgumentValidator } from './validate-arguments.ts'

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../documents/generated/jira.json'), 'utf8')
const ODD: unknown[] = [
  null,
  true,
  -1,
  1e99,
  '',
  'x',
  [],
  {},
  [null],
  { $ref: '#' },
  { $ref: '#/paths' },
  { $ref: '#/info/title' },
  { $ref: 7 },
  { type: ['x'] },
  { type: 'string', format: [], title: 3, enum: [] },
  { properties: [], required: 'x' },
  { allOf: [null] },
  { items: 3, pattern: '(' },
]
const change = fc.record({ at: fc.nat({ max: 1_000_000 }), odd: fc.option(fc.constantFrom(...ODD)) })

it('a document with any parts changed or missing', async () => {
  let compiled = 0
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
      const root = JSON.parse(DOCUMENT)
      const places = placesIn(root)
      for (const { at, odd } of changes) {
        const [holder, key] = places[at % places.length] as [JsonRecord, string]
        if (odd === null) delete holder[key]
        else holder[key] = structuredClone(odd)
      }
      compiled += await outcomeOf(JSON.stringify(root))
    }),
    { numRuns: 40 },
  )
  expect(compiled).toBeGreaterThan(0)
})

/** 1 for a document that compiled, 0 for one that was refused in words. */
async function outcomeOf(text: string): Promise<number> {
  try {
    const { operations } = compileDocument({ connector: 'x', name: 'x', root: parseDocument(text, 'x') })
    for (const operation of operations.values()) {
      fitSchema(operation.input, 2_000)
      const args = exampleOf(operation.input, { isFull: true }) as JsonRecord
      await tolerating(ToolError, async () => {
        createArgumentValidator().requireValid(operation.id, operation.input, args)
        await encodeRequest(operation, args)
      })
    }
    return 1
  } catch (error) {
    if (error instanceof OpenApiError) return 0
    throw error
  }
}

async function tolerating(kind: typeof ToolError, run: () => Promise<void>): Promise<void> {
  await run().catch((error: unknown) => {
    if (!(error instanceof kind)) throw error
  })
}

function placesIn(value: unknown, found: [JsonRecord, string][] = []): [JsonRecord, string][] {
  if (typeof value !== 'object' || value === null) return found
  for (const [key, one] of Object.entries(value)) {
    found.push([value as JsonRecord, key])
    placesIn(one, found)
  }
  return found
}
