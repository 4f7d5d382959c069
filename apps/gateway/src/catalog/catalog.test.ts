/** The merge: order, collisions, what a name without a prefix may not look like, and what a part that goes takes with it. */
import { describe, expect, it } from 'vitest'
import { upstreamConfig } from '../../test/support/upstream-config.ts'
import { verifies } from '../../test/support/verifies.ts'
import { CatalogHolder, countByKind, type UpstreamCatalog } from './catalog.ts'
import type { Kind } from './definition.ts'
import { namespace, prefixOf } from './namespace.ts'
import { validate } from './validate.ts'

const identity = { era: 'modern' as const, name: '', version: '', capabilities: {}, instructions: '' }
const VALUES: Record<Kind, (name: string) => object> = {
  tools: (name) => ({ name, inputSchema: { type: 'object' } }),
  prompts: (name) => ({ name }),
  resources: (uri) => ({ name: 'r', uri }),
  templates: (uriTemplate) => ({ name: 't', uriTemplate }),
  skills: (uri) => ({
    uri,
    frontmatter: { name: uri.split('/').at(-2), description: 'A skill.' },
    resources: [{ uri, digest: `sha256:${'0'.repeat(64)}`, size: 1 }],
  }),
}

function part(
  id: string,
  names: Partial<Record<Kind, string[]>>,
  written: Record<string, unknown> = {},
): UpstreamCatalog {
  const config = upstreamConfig(written, id)
  const raw = (kind: Kind) =>
    (names[kind] ?? []).map((name) => ({ text: JSON.stringify(VALUES[kind](name)), value: VALUES[kind](name) }))
  const lists = {
    tools: raw('tools'),
    prompts: raw('prompts'),
    resources: raw('resources'),
    templates: raw('templates'),
    skills: raw('skills'),
  }
  const prefix = prefixOf(config)
  const { definitions, leftOut } = validate(id, config, lists)
  return {
    id,
    title: id,
    identity,
    prefix,
    isNamespaced: prefix !== '',
    entries: namespace(config, definitions),
    leftOut,
  }
}

function merged(order: readonly string[], ...parts: UpstreamCatalog[]) {
  const holder = new CatalogHolder()
  holder.arrange(order)
  for (const each of parts) holder.reserve(each.id, each.prefix)
  for (const each of parts) holder.publish(each)
  const { current } = holder
  return {
    holder,
    names: (kind: Kind) => current.entries[kind].map((entry) => entry.publicName),
    reasons: (id: string) => (current.leftOut.get(id) ?? []).map((each) => `${each.name}: ${each.reason}`),
  }
}

describe('order', () => {
  it("is the file's order of upstreams, then theirs, whoever came first", () => {
    const { names } = merged(['a', 'b'], part('b', { tools: ['y', 'x'] }), part('a', { tools: ['z', 'w'] }))
    expect(names('tools')).toEqual(['a__z', 'a__w', 'b__y', 'b__x'])
  })
})

describe('collisions', () => {
  it('give a URI to the upstream that stands first', () => {
    const { names, reasons } = merged(
      ['a', 'b'],
      part('b', { resources: ['note://x', 'note://y'], templates: ['note://{z}'] }),
      part('a', { resources: ['note://x'], templates: ['note://{z}'] }),
    )
    expect(names('resources')).toEqual(['note://x', 'note://y'])
    expect(reasons('b')).toEqual([
      'note://x: upstream "a" has the same URI',
      'note://{z}: upstream "a" has the same URI',
    ])
  })

  it('leave out a skill whose file another upstream has as a resource', () => {
    const { names, reasons } = merged(
      ['a', 'b'],
      part('a', { resources: ['skill://x/SKILL.md'] }),
      part('b', { skills: ['skill://x/SKILL.md', 'skill://y/SKILL.md'] }),
    )
    expect(names('skills')).toEqual(['skill://y/SKILL.md'])
    expect(reasons('b')).toEqual(['skill://x/SKILL.md: upstream "a" has a resource of the same URI'])
  })

  it('leave out a template without a literal scheme', () => {
    const { names, reasons } = merged(['a'], part('a', { templates: ['{+any}', 'note://{x}'] }))
    expect(names('templates')).toEqual(['note://{x}'])
    expect(reasons('a')).toEqual(['{+any}: its uriTemplate has no literal scheme'])
  })

  it(
    verifies('policy.injective', 'make a name without a prefix yield to every name with one, wherever it stands'),
    () => {
      const { names, reasons } = merged(
        ['plain', 'db'],
        part('plain', { tools: ['db__query', 'db__other', 'own', 'my__own'] }, { namespace: 'none' }),
        part('db', { tools: ['query'] }),
      )
      expect(names('tools')).toEqual(['own', 'my__own', 'db__query'])
      expect(reasons('plain')).toEqual([
        'db__query: upstream "db" has the same name',
        'db__other: its name starts with "db__", which belongs to another upstream',
      ])
    },
  )

  it('keep the names of upstreams that were never listed, by id and by namespace', () => {
    const holder = new CatalogHolder()
    holder.arrange(['plain', 'db', 'customers'])
    holder.reserve('customers', 'crm')
    holder.publish(part('plain', { tools: ['db__x', 'crm__x', 'customers__x', 'x'] }, { namespace: 'none' }))
    expect(holder.current.entries.tools.map((entry) => entry.publicName)).toEqual(['x'])
  })

  it(verifies('policy.injective', 'leave out what becomes the same name within one upstream'), () => {
    const long = 'x'.repeat(60)
    const shortened = merged(['a'], part('a', { tools: [long] })).names('tools')[0] as string
    const { names, reasons } = merged(['a'], part('a', { tools: [long, shortened.slice('a__'.length)] }))
    expect(names('tools')).toEqual([shortened])
    expect(reasons('a')).toEqual([expect.stringContaining('another of its definitions has the same public name')])
  })
})

describe('a new part', () => {
  it(verifies('policy.injective', 'changes no name of another upstream'), () => {
    const before = merged(['a'], part('a', { tools: ['x'.repeat(70), 'b__y'] })).names('tools')
    const after = merged(['a', 'b'], part('a', { tools: ['x'.repeat(70), 'b__y'] }), part('b', { tools: ['y'] }))
    expect(after.names('tools').slice(0, 2)).toEqual(before)
  })

  it('makes a new catalog and tells it, and the old one stays as it was', () => {
    const { holder } = merged(['a'], part('a', { tools: ['x'] }))
    const before = holder.current
    let swaps = 0
    const stop = holder.onSwap(() => swaps++)
    holder.publish(part('a', { tools: ['x', 'y'] }))
    stop()
    holder.publish(part('a', { tools: [] }))
    expect(swaps).toBe(1)
    expect(before.entries.tools).toHaveLength(1)
    expect(holder.current.version).toBe(before.version + 2)
  })

  it('is counted by kind', () => {
    expect(countByKind(part('a', { tools: ['x', 'y'], prompts: ['p'] }))).toEqual({
      tools: 2,
      prompts: 1,
      resources: 0,
      templates: 0,
      skills: 0,
    })
  })
})

describe('an upstream that is no longer configured', () => {
  it('is gone with its names, which others may have then', () => {
    const { holder, names } = merged(
      ['plain', 'db'],
      part('plain', { tools: ['db__x'] }, { namespace: 'none' }),
      part('db', { tools: ['y'] }),
    )
    expect(names('tools')).toEqual(['db__y'])
    holder.arrange(['plain'])
    expect(holder.current.entries.tools.map((entry) => entry.publicName)).toEqual(['db__x'])
    expect(holder.current.upstreams.has('db')).toBe(false)
  })
})
