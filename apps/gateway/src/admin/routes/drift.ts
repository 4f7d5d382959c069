/** Routes about definitions that have changed and wait for a person. */
import { z } from 'zod'
import { definitionChanges } from '../../drift/definition-changes.ts'
import { suspiciousPhrases } from '../../drift/suspicious-phrases.ts'
import { driftData, type WaitingDrift, waitingDrift } from '../../drift/waiting-drift.ts'
import { GatewayError } from '../../errors.ts'
import { pageOf, pageQuery, paginate } from '../page.ts'
import { type AdminParts, defineRoute } from '../route.ts'

const waiting = z
  .strictObject({
    id: z.string().describe('Stands for exactly this new definition; another change has another id.'),
    upstream: z.string(),
    kind: z.string(),
    name: z.string(),
    reason: z.string(),
    since: z.iso.datetime(),
    isNew: z.boolean().describe('Whether nothing of that name was accepted before.'),
  })
  .meta({ id: 'Drift' })
const schemaChange = z.looseObject({ kind: z.string(), at: z.string() })
const shown = z
  .strictObject({
    ...waiting.shape,
    changes: z
      .strictObject({
        verdict: z.enum(['compatible', 'breaking']).describe('For programs that call it as before.'),
        isAdditive: z.boolean(),
        input: z.array(schemaChange),
        output: z.array(schemaChange),
        members: z.array(z.looseObject({ member: z.string() })),
      })
      .nullable()
      .describe('Null where there is nothing to compare with.'),
    warnings: z.array(z.string()),
    before: z.unknown().describe('As it was accepted.'),
    after: z.unknown().describe('As it is published now: text of a stranger.'),
  })
  .meta({ id: 'DriftDetail' })

const ofId = z.strictObject({ id: z.string() })
const all = ({ gateway, store }: AdminParts) => waitingDrift(gateway.live.config, store)

function find(id: string, parts: AdminParts): WaitingDrift {
  const found = all(parts).find((each) => each.id === id)
  if (found) return found
  throw new GatewayError('item_unknown', `Cannot find "${id}": nothing waits under that id`, {
    hint: 'A definition that has changed once more has a new id.',
  })
}

function show(drift: WaitingDrift): z.output<typeof shown> {
  const { text, heldText } = drift.pin
  return {
    ...driftData(drift),
    changes: text === null ? null : (definitionChanges(text, heldText) as z.output<typeof shown>['changes']),
    warnings: suspiciousPhrases(heldText),
    before: text === null ? null : JSON.parse(text),
    after: JSON.parse(heldText),
  }
}

/** Listing, one, and approval. */
export const driftRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/drift',
    id: 'listDrift',
    summary: 'What waits',
    tag: 'drift',
    access: 'read',
    query: pageQuery,
    status: 200,
    answer: pageOf(waiting),
    failures: [],
    handle: ({ query }, parts) => ({
      data: paginate(
        all(parts).map(driftData),
        query,
        ({ upstream, kind, name, id }) => `${upstream} ${kind} ${name} ${id}`,
      ),
    }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/drift/{id}',
    id: 'getDrift',
    summary: 'What a definition was, what it wants to be, and what that means for callers',
    tag: 'drift',
    access: 'read',
    params: ofId,
    status: 200,
    answer: shown,
    failures: ['item_unknown'],
    handle: ({ params }, parts) => ({ data: show(find(params.id, parts)) }),
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/drift/{id}/approve',
    id: 'approveDrift',
    summary: 'Accept exactly this definition',
    tag: 'drift',
    access: 'write',
    params: ofId,
    status: 200,
    answer: waiting,
    failures: ['item_unknown', 'drift_changed'],
    handle({ params }, parts) {
      const drift = find(params.id, parts)
      if (!parts.store.pins.approve(drift.pin, drift.pin.heldHash, Date.now()))
        throw new GatewayError('drift_changed', `Cannot approve "${params.id}": the definition has changed once more`)
      return { data: driftData(drift) }
    },
  }),
]
