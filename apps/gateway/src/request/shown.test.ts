/** A change of one upstream leaves the bytes of everybody else's lists alone, and what is kept is always what would be made anew. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { upstreamConfig } from '../../test/support/upstream-config.ts'
import { CatalogHolder, type UpstreamCatalog } from '../catalog/catalog.ts'
import { KINDS, LISTS, perKind } from '../catalog/definition.ts'
import { namespace, prefixOf } from '../catalog/namespace.ts'
import { validate } from '../catalog/validate.ts'
import type { AgentPolicy, CompiledRule } from '../policy/compile.ts'
import { viewOf } from './view.ts'

const IDS = ['a', 'b', 'c']
const identity = { era: 'modern' as const, name: '', version: '', capabilities: {}, instructions: '' }

/** Tools and resources of one upstream; one that starts with `app` names an interface, one with `held` is in quarantine. */
function part(id: string, names: readonly string[], isNamespaced = true): UpstreamCatalog {
  const config = upstreamConfig(isNamespaced ? {} : { namespace: 'none' }, id)
  const tool = (name: string) => ({
    name,
    inputSchema: { type: 'object' },
    ...(name.startsWith('app') ? { _meta: { ui: { resourceUri: `ui://${name}` } } } : {}),
  })
  const values = perKind((kind) =>
    kind === 'tools'
      ? names.map(tool)
      : kind === 'resources'
        ? names.map((name) => ({ name, uri: `note://${name}` }))
        : [],
  )
  const lists = perKind((kind) => values[kind].map((value) => ({ text: JSON.stringify(value), value })))
  const { definitions, leftOut } = validate(id, config, lists)
  const entries = namespace(config, definitions)
  const isHeld = (name: string) => name.startsWith('held')
  return {
    id,
    title: id,
    identity,
    prefix: prefixOf(config),
    isNamespaced,
    entries: entries.filter(({ originalName }) => !isHeld(originalName)),
    quarantined: entries.filter(({ originalName }) => isHeld(originalName)),
    leftOut,
  }
}

/** Allows what lies with the upstream. */
function rulesFor(upstream: string): AgentPolicy {
  const rule = {
    id: upstream,
    source: 'test:1',
    effect: 'allow',
    uriGlobs: [],
    selectorFor: ({ facts }: { facts: { upstream: string } }) => (facts.upstream === upstream ? {} : undefined),
  } as unknown as CompiledRule
  return { key: upstream, allows: [rule], denies: [], approves: [] }
}

function lists(holder: CatalogHolder, policy: AgentPolicy, route: string | undefined) {
  const view = viewOf(holder.current, policy, route)
  const texts = KINDS.flatMap((kind) =>
    (['modern', 'legacy'] as const).flatMap((era) =>
      view.pages(kind, era).map(({ bytes }) => `${LISTS[kind].key} ${bytes}`),
    ),
  )
  return {
    texts,
    signatures: KINDS.map((kind) => view.signature(kind)),
    upstreams: view.upstreams().map(({ id }) => id),
  }
}

function holderOf(parts: Iterable<UpstreamCatalog>): CatalogHolder {
  const holder = new CatalogHolder('causeway-0000000000000000')
  holder.arrange(IDS)
  for (const each of parts) holder.publish(each)
  return holder
}

describe('a change of one upstream', () => {
  const holder = holderOf([part('a', ['x']), part('b', ['y'])])
  const policies = { a: rulesFor('a'), b: rulesFor('b') }
  const bytes = (agent: 'a' | 'b') =>
    viewOf(holder.current, policies[agent], undefined).pages('tools', 'modern')[0]?.bytes

  it('leaves the bytes of those alone who see another', () => {
    const before = { a: bytes('a'), b: bytes('b') }
    holder.publish(part('b', ['z']))
    expect(bytes('a')).toBe(before.a)
    expect(String(before.b)).toContain('"b__y"')
    expect(String(bytes('b'))).toContain('"b__z"')
  })
})

it('leaves what would be made anew, whatever changes in which order', () => {
  const name = fc.constantFrom('x', 'y', 'app', 'app2', 'held', 'b__x')
  const change = fc.record({
    id: fc.constantFrom(...IDS),
    names: fc.uniqueArray(name, { maxLength: 4 }),
    isNamespaced: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
      const kept = IDS.map(rulesFor)
      const parts = new Map<string, UpstreamCatalog>()
      const holder = holderOf([])
      for (const { id, names, isNamespaced } of changes) {
        parts.set(id, part(id, names, isNamespaced))
        holder.publish(parts.get(id) as UpstreamCatalog)
        const anew = holderOf(parts.values())
        for (const policy of kept)
          for (const route of [undefined, id])
            expect(lists(holder, policy, route)).toEqual(lists(anew, rulesFor(policy.key), route))
        expect(holder.current.leftOut).toEqual(anew.current.leftOut)
      }
    }),
    { numRuns: 60 },
  )
})
