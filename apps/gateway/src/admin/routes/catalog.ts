/** Routes about what can be called: every definition that is served, its facts, and who may use it. */
import { z } from 'zod'
import { type Entry, KINDS, type Kind } from '../../catalog/definition.ts'
import { GatewayError } from '../../errors.ts'
import { knownAgents } from '../../identity/known-agents.ts'
import { type View, viewOf } from '../../request/view.ts'
import { pageOf, pageQuery, paginate } from '../page.ts'
import { type AdminParts, defineRoute } from '../route.ts'

const definition = z
  .strictObject({
    name: z.string().describe('Public name; of resources, templates and skills the URI.'),
    kind: z.enum(KINDS as [Kind, ...Kind[]]),
    upstream: z.string(),
    originalName: z.string(),
    title: z.string().nullable(),
    hash: z.string().nullable().describe('Of the definition as it was accepted.'),
    effect: z.enum(['read', 'write', 'destroy']).describe('Unknown counts as write.'),
    scopes: z.array(z.string()),
    tags: z.array(z.string()),
    aliases: z.array(z.string()),
    quarantined: z.boolean(),
    usableBy: z.array(z.string()).describe('Known agents that see it; of the file also globs of names.'),
    conditionalFor: z.array(z.string()).describe('Those of them whose calls a condition decides.'),
  })
  .meta({ id: 'Definition' })

const wholeDefinition = z
  .strictObject({
    ...definition.shape,
    definition: z.unknown().describe('As the upstream published it: text of a stranger.'),
  })
  .meta({ id: 'WholeDefinition' })

const ofKind = z.strictObject({ kind: z.enum(KINDS as [Kind, ...Kind[]]) })
const filters = z.strictObject({
  ...pageQuery.shape,
  upstream: z.string().optional().describe('Only those of this upstream.'),
  agent: z.string().optional().describe('Only those that this agent sees.'),
  q: z.string().max(200).optional().describe('Only those whose name or title holds this text.'),
})

type Definition = z.output<typeof definition>
type Viewer = [agent: string, view: View]

function viewersOf({ gateway, store }: AdminParts): Viewer[] {
  const { live, catalog } = gateway
  return knownAgents([live.config], store).map(({ name, roles }) => [
    name,
    viewOf(catalog.current, live.policy.forAgent(name, roles.length > 0 ? roles : undefined), undefined),
  ])
}

function toAnswer(entry: Entry, isQuarantined: boolean, viewers: readonly Viewer[]): Definition {
  const { kind, upstream, originalName, publicName, facts, hash = null } = entry
  const seen = viewers.flatMap(([agent, view]) => {
    const found = view.find(kind, publicName)
    return found?.entry === entry ? [{ agent, isConditional: found.decision.conditional !== undefined }] : []
  })
  return {
    ...{ name: publicName, kind, upstream, originalName, hash },
    title: titleOf(entry),
    effect: facts.effect ?? 'write',
    scopes: [...facts.scopes],
    tags: [...facts.tags],
    aliases: [...facts.aliases],
    quarantined: isQuarantined,
    usableBy: seen.map(({ agent }) => agent),
    conditionalFor: seen.flatMap(({ agent, isConditional }) => (isConditional ? [agent] : [])),
  }
}

function titleOf({ text }: Entry): string | null {
  const { title } = JSON.parse(text) as { title?: unknown }
  return typeof title === 'string' ? title : null
}

function allOf(kind: Kind, { gateway }: AdminParts): { entry: Entry; isQuarantined: boolean }[] {
  const { entries, quarantined } = gateway.catalog.current
  return [
    ...entries[kind].map((entry) => ({ entry, isQuarantined: false })),
    ...quarantined[kind].map((entry) => ({ entry, isQuarantined: true })),
  ]
}

function list(kind: Kind, query: z.output<typeof filters>, parts: AdminParts) {
  const viewers = viewersOf(parts)
  const own = viewers.find(([agent]) => agent === query.agent)?.[1]
  const text = query.q?.toLowerCase() ?? ''
  const wanted = allOf(kind, parts).filter(
    ({ entry }) =>
      (query.upstream === undefined || entry.upstream === query.upstream) &&
      (query.agent === undefined || own?.find(kind, entry.publicName)?.entry === entry) &&
      (text === '' || `${entry.publicName}\n${titleOf(entry) ?? ''}`.toLowerCase().includes(text)),
  )
  const page = paginate(wanted, query, ({ entry }) => entry.publicName)
  return { ...page, items: page.items.map(({ entry, isQuarantined }) => toAnswer(entry, isQuarantined, viewers)) }
}

/** Lists by kind, and one definition. */
export const catalogRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/catalog/{kind}',
    id: 'listDefinitions',
    summary: 'Definitions of one kind',
    tag: 'catalog',
    access: 'read',
    params: ofKind,
    query: filters,
    status: 200,
    answer: pageOf(definition),
    failures: [],
    handle: ({ params, query }, parts) => ({ data: list(params.kind, query, parts) }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/catalog/{kind}/{name}',
    id: 'getDefinition',
    summary: 'One definition, whole',
    tag: 'catalog',
    access: 'read',
    params: z.strictObject({ ...ofKind.shape, name: z.string() }),
    status: 200,
    answer: wholeDefinition,
    failures: ['item_unknown'],
    handle({ params: { kind, name } }, parts) {
      const found = allOf(kind, parts).find(({ entry }) => entry.publicName === name)
      if (!found) throw new GatewayError('item_unknown', `Cannot find "${name}": no upstream offers it`)
      const { entry, isQuarantined } = found
      return { data: { ...toAnswer(entry, isQuarantined, viewersOf(parts)), definition: JSON.parse(entry.text) } }
    },
  }),
]
