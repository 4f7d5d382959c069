/** What passes the check can be read by every client; what does not is left out alone; facts come from trusted places only. */
import {
  ListPromptsResultSchema,
  ListResourcesResultSchema,
  ListResourceTemplatesResultSchema,
  ListToolsResultSchema,
} from '@modelcontextprotocol/sdk/types.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { upstreamConfig } from '../../test/support/upstream-config.ts'
import type { Kind } from './definition.ts'
import { namespace } from './namespace.ts'
import { validate } from './validate.ts'

const config = upstreamConfig()
const checked = (kind: Kind, values: readonly unknown[], by = config) => {
  const lists = { tools: [], prompts: [], resources: [], templates: [], skills: [] }
  const raw = values.map((value) => ({ text: JSON.stringify(value), value }))
  return validate('up', by, { ...lists, [kind]: raw })
}
const tool = (more: object) => ({ name: 't', inputSchema: { type: 'object' }, ...more })

const junk = fc.oneof(
  fc.constantFrom(null, true, 7, 'text', [], {}, [{}], [1], { a: 1 }, ['a'], '2026-01-01', 'http://x', -1),
  fc.jsonValue({ maxDepth: 2 }),
)
const spoiled = (base: object, fields: readonly string[]) =>
  fc
    .dictionary(fc.constantFrom(...fields), junk, { maxKeys: 3 })
    .map((changes) => Object.entries(changes).reduce(withField, structuredClone(base)))

function withField(target: object, [path, value]: [string, unknown]): object {
  const keys = path.split('.')
  let node = target as Record<string, unknown>
  for (const key of keys.slice(0, -1)) {
    if (typeof node[key] !== 'object' || node[key] === null) node[key] = {}
    node = node[key] as Record<string, unknown>
  }
  node[keys.at(-1) as string] = structuredClone(value)
  return target
}

const COMMON = ['name', 'title', 'description', 'icons', 'icons.0', '_meta', 'annotations']
const KINDS = [
  {
    kind: 'tools',
    key: 'tools',
    schema: ListToolsResultSchema,
    base: tool({}),
    fields: [
      ...COMMON,
      ...[
        'inputSchema',
        'inputSchema.type',
        'inputSchema.properties',
        'inputSchema.properties.a',
        'inputSchema.required',
      ],
      ...['outputSchema', 'outputSchema.type', 'outputSchema.properties', 'outputSchema.required', 'execution'],
      ...['annotations.readOnlyHint', 'annotations.title', 'execution.taskSupport'],
    ],
  },
  {
    kind: 'prompts',
    key: 'prompts',
    schema: ListPromptsResultSchema,
    base: { name: 'p' },
    fields: [...COMMON, 'arguments', 'arguments.0'],
  },
  {
    kind: 'resources',
    key: 'resources',
    schema: ListResourcesResultSchema,
    base: { name: 'r', uri: 'note://r' },
    fields: [
      ...COMMON,
      'uri',
      'mimeType',
      'size',
      'annotations.audience',
      'annotations.priority',
      'annotations.lastModified',
    ],
  },
  {
    kind: 'templates',
    key: 'resourceTemplates',
    schema: ListResourceTemplatesResultSchema,
    base: { name: 'r', uriTemplate: 'note://{r}' },
    fields: [...COMMON, 'uriTemplate', 'mimeType', 'annotations.priority'],
  },
] as const

describe.each(KINDS)('$kind', ({ kind, key, schema, base, fields }) => {
  it('that pass are read by the official client, as legacy clients are told them', () => {
    fc.assert(
      fc.property(spoiled(base, fields), (value) => {
        const entries = namespace(config, checked(kind, [value]).definitions)
        const list = { [key]: entries.map((entry) => JSON.parse(entry.publicText.legacy)) }
        expect(schema.safeParse(list).error).toBeUndefined()
      }),
      { numRuns: 500 },
    )
  })

  it('that the official client reads pass', () => {
    fc.assert(
      fc.property(spoiled(base, fields), (value) => {
        const isReadable = schema.safeParse({ [key]: [value] }).success
        const { leftOut } = checked(kind, [value])
        // What the client does not look at: a name that is empty, a URI or a schema that is none.
        const own = leftOut.filter((each) => !/^no |: not a (URI|schema)$/.test(each.reason))
        if (isReadable) expect(own).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})

describe('what is left out', () => {
  it('says why, and harms nothing else', () => {
    const values = [
      tool({ name: 'good' }),
      7,
      tool({ name: '' }),
      tool({ name: 'good' }),
      tool({ name: 'x'.repeat(300) }),
    ]
    const { definitions, leftOut } = checked('tools', values)
    expect(definitions.map((each) => each.originalName)).toEqual(['good'])
    expect(leftOut.map(({ name, reason }) => [name.length, reason])).toEqual([
      [0, 'not an object'],
      [0, 'no name'],
      [4, 'listed twice'],
      [128, expect.stringContaining('256')],
    ])
  })

  it('is what is marked for headers where no header can be made', () => {
    const inputSchema = { type: 'object', properties: { a: { type: 'number', 'x-mcp-header': 'A' } } }
    expect(checked('tools', [tool({ inputSchema })]).leftOut[0]?.reason).toMatch(/x-mcp-header/)
  })

  it('is not told of a tool that the operator hides', () => {
    const hiding = upstreamConfig({ tools: { t: { hidden: true } } })
    expect(checked('tools', [tool({})], hiding)).toEqual({ definitions: [], leftOut: [] })
  })
})

describe('facts', () => {
  const said = { 'causeway/tool': { effect: 'read', scopes: ['notes.read'], tags: ['safe'] } }
  const factsBy = (written: object) =>
    checked('tools', [tool({ _meta: said })], upstreamConfig({ ...written })).definitions[0]?.facts

  it('take nothing from what a stranger says', () => {
    const own = { publicName: 't', aliases: [], upstream: 'up', arguments: { root: 'map' } }
    expect(factsBy({})).toEqual({ ...own, scopes: [], tags: [] })
  })

  it('take it from a trusted upstream', () => {
    expect(factsBy({ trustMetadata: true, tags: ['team'] })).toMatchObject({
      effect: 'read',
      scopes: ['notes.read'],
      tags: ['team', 'safe'],
    })
  })

  it('follow the configuration before everything, an empty list included', () => {
    const tools = { t: { effect: 'destroy', scopes: [], tags: ['own'], timeout: '5s' } }
    expect(factsBy({ trustMetadata: true, tools })).toMatchObject({ effect: 'destroy', scopes: [], tags: ['own'] })
    expect(checked('tools', [tool({})], upstreamConfig({ tools })).definitions[0]?.timeoutMs).toBe(5_000)
  })

  it('add the former names that a trusted upstream declares to those of the configuration', () => {
    const _meta = { 'causeway/tool': { aliases: ['was', 'older'] } }
    const tools = { t: { aliases: ['was', 'configured'] } }
    const aliasesBy = (written: Record<string, unknown>) =>
      checked('tools', [tool({ _meta })], upstreamConfig(written)).definitions[0]?.aliases
    expect(aliasesBy({ tools })).toEqual(['was', 'configured'])
    expect(aliasesBy({ tools, trustMetadata: true })).toEqual(['was', 'configured', 'older'])
  })

  it.each([
    [{ trustMetadata: true, auth: { mode: 'gateway' } }, 1, { usesContext: true }],
    [{ trustMetadata: true, auth: { mode: 'gateway' } }, 2, undefined],
    [{ trustMetadata: true, auth: { mode: 'gateway' } }, undefined, undefined],
    [{ trustMetadata: true }, 1, undefined],
    [{ auth: { mode: 'gateway' } }, 1, undefined],
  ])('say of %j and version %j whether calls carry messages', (written, messages, expected) => {
    const _meta = { 'causeway/tool': { messages, usesContext: true } }
    expect(checked('tools', [tool({ _meta })], upstreamConfig(written)).definitions[0]?.messages).toEqual(expected)
  })
})
