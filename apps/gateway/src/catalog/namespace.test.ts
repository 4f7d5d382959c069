/** Public names are legal, short, stable and nobody else's; listed texts differ from the published ones in nothing but what must change. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { upstreamConfig } from '../../test/support/upstream-config.ts'
import { verifies } from '../../test/support/verifies.ts'
import { MAX_NAME, namespace, publicName } from './namespace.ts'
import { validate } from './validate.ts'

const prefix = fc.stringMatching(/^[a-z][a-z0-9-]{0,15}$/)
const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/),
  fc.string({ minLength: 1, maxLength: 80 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc
    .tuple(fc.constantFrom('x'.repeat(50), 'get_'.repeat(12)), fc.string({ maxLength: 8 }))
    .map((parts) => parts.join('')),
)

describe('publicName', () => {
  it(verifies('protocol.names', 'is legal and at most 52 characters, whatever the upstream calls it'), () => {
    fc.assert(
      fc.property(prefix, name, (ns, original) => {
        const result = publicName(ns, original)
        expect(result).toMatch(/^[A-Za-z0-9_-]{1,52}$/)
        expect(result.length).toBeLessThanOrEqual(MAX_NAME)
        expect(result.startsWith(`${ns}__`)).toBe(true)
        expect(publicName(ns, original)).toBe(result)
      }),
    )
  })

  it(verifies('policy.injective', 'is another one for every other upstream or tool'), () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(prefix, name), { maxLength: 40, selector: (each) => JSON.stringify(each) }),
        (all) => {
          expect(new Set(all.map(([ns, original]) => publicName(ns, original))).size).toBe(all.length)
        },
      ),
    )
  })

  it('keeps a name that fits, and shortens one that does not by a hash', () => {
    expect(publicName('db', 'run_query')).toBe('db__run_query')
    expect(publicName('', 'run_query')).toBe('run_query')
    expect(publicName('db', 'x'.repeat(48))).toBe(`db__${'x'.repeat(48)}`)
    expect(publicName('db', 'x'.repeat(49))).toMatch(/^db__x{41}_[0-9a-f]{6}$/)
    expect(publicName('db', 'run query')).toMatch(/^db__run_query_[0-9a-f]{6}$/)
    expect(publicName('db', 'run.query')).not.toBe(publicName('db', 'run/query'))
  })
})

const TEXT = '{ "name":"get", "inputSchema":{"type":"object"},"description":"Gets",\n "x-future":[1.0, 1e400] }'
const listed = (text: string, config = upstreamConfig()) => {
  const lists = { tools: [{ text, value: JSON.parse(text) }], prompts: [], resources: [], templates: [], skills: [] }
  return namespace(config, validate('up', config, lists).definitions)[0]!
}

describe('listed texts', () => {
  it('have the public name on /mcp, the original one on the own route, and all else as published', () => {
    const { publicText, ownText } = listed(TEXT)
    expect(ownText).toEqual({ modern: TEXT, legacy: TEXT })
    expect(publicText.modern).toContain('"name":"up__get"')
    expect(publicText.modern).toContain('"x-future":[1.0, 1e400]')
    expect(publicText.legacy).toBe(publicText.modern)
  })

  it('have the configured description and the configured namespace', () => {
    const entry = listed(TEXT, upstreamConfig({ namespace: 'other', tools: { get: { description: 'Fetches "it"' } } }))
    expect(JSON.parse(entry.publicText.modern)).toMatchObject({ name: 'other__get', description: 'Fetches "it"' })
    expect(JSON.parse(entry.ownText.modern)).toMatchObject({ name: 'get', description: 'Fetches "it"' })
  })

  it('have no prefix without a namespace, and aliases under the same one', () => {
    const tools = { get: { aliases: ['fetch'] } }
    expect(listed(TEXT, upstreamConfig({ namespace: 'none', tools })).facts).toMatchObject({
      publicName: 'get',
      aliases: ['fetch'],
    })
    expect(listed(TEXT, upstreamConfig({ tools })).facts).toMatchObject({
      publicName: 'up__get',
      aliases: ['up__fetch'],
    })
  })

  it('leave URIs as they are', () => {
    const text = '{"uri":"note://a","name":"a"}'
    const lists = { tools: [], prompts: [], resources: [{ text, value: JSON.parse(text) }], templates: [], skills: [] }
    const [entry] = namespace(upstreamConfig(), validate('up', upstreamConfig(), lists).definitions)
    expect(entry).toMatchObject({ publicName: 'note://a', publicText: { modern: text, legacy: text } })
  })

  it('tell legacy clients what they can read: object outputs, and no boolean for a schema', () => {
    const text =
      '{"name":"n","inputSchema":{"type":"object","properties":{"any":true,"none":false,"b":{"type":"boolean"}}},"outputSchema":{"type":"array"}}'
    const { modern, legacy } = listed(text).ownText
    expect(modern).toBe(text)
    expect(JSON.parse(legacy)).toEqual({
      name: 'n',
      inputSchema: { type: 'object', properties: { any: {}, none: { not: {} }, b: { type: 'boolean' } } },
      outputSchema: { type: 'object', properties: { result: { type: 'array' } }, required: ['result'] },
    })
  })
})
