/** Which asks of an upstream may reach an agent, and in which words: the upstream's `asks:` setting and what the agent declared both have a say. */
import { randomUUID } from 'node:crypto'
import type { AskKind, UpstreamConfig } from '../../config/upstream-config.ts'
import { isObject } from '../../wire/envelope.ts'
import { TASKS_EXTENSION } from '../../wire/extensions.ts'
import { type Member, mapMembers, membersOf, withMembers } from '../../wire/json-span.ts'
import { labelText } from '../../wire/label-text.ts'
import { CAPABILITIES_META, type Era } from '../../wire/revisions.ts'
import type { Inbound } from '../read.ts'
import type { Ask } from './asks.ts'

const KIND_BY_METHOD = new Map<string, AskKind>([
  ['elicitation/create', 'elicitation'],
  ['sampling/createMessage', 'sampling'],
  ['roots/list', 'roots'],
])

/** The agent's capabilities as it declared them: per request, or in its session. */
export function declaredCapabilities({ era, message, session }: Inbound): Readonly<Record<string, unknown>> {
  const declared = era === 'modern' ? message.meta[CAPABILITIES_META] : session?.capabilities
  return isObject(declared) ? declared : {}
}

/** The same as JSON text: the agent's own bytes, or what its session keeps of them. */
export function declaredText({ era, message, session }: Inbound): string {
  if (era === 'legacy') return session ? JSON.stringify(session.capabilities) : '{}'
  const member = message.metaMembers.find(({ key }) => key === CAPABILITIES_META)
  return member && message.text[member.start] === '{' ? message.text.slice(member.start, member.end) : '{}'
}

/**
 * The part of the agent's capabilities that an upstream may know of, as JSON text: no asks that it may not make, nothing of tasks between two eras,
 * because each has its own, and no word of changed roots, which nobody would pass on outside of a call: who is not promised it asks again.
 * What the gateway does not know is the upstream's to read.
 */
export function capabilitiesFor(inbound: Inbound, upstreamEra: Era, config: Pick<UpstreamConfig, 'asks'>): string {
  const text = declaredText(inbound)
  const isModern = inbound.era === 'modern' && upstreamEra === 'modern'
  const isAllowed = (name: string) => config.asks[name as AskKind] ?? true
  // The usual case needs no second look at the text.
  if (isModern && Object.keys(declaredCapabilities(inbound)).every(isAllowed)) return text
  return mapMembers(text, (name, declared) => {
    if (!isAllowed(name) || (name === 'tasks' && !isModern)) return undefined
    if (isModern) return declared
    if (name === 'roots') return withoutChanges(declared)
    return name === 'extensions' ? withoutTasks(declared) : declared
  })
}

function withoutChanges(roots: string): string {
  return roots[0] === '{' ? mapMembers(roots, (name, value) => (name === 'listChanged' ? undefined : value)) : roots
}

function withoutTasks(extensions: string): string | undefined {
  if (extensions[0] !== '{') return undefined
  const others = mapMembers(extensions, (name, settings) => (name === TASKS_EXTENSION ? undefined : settings))
  return membersOf(others, 0).length === 0 ? undefined : others
}

/** Whether this is one of the asks that an upstream's `asks:` setting is about. */
export function isKnownAsk(method: string): boolean {
  return KIND_BY_METHOD.has(method)
}

/** Why an ask may not be passed on, or `undefined` when it may. */
export function reasonAgainst(
  method: string,
  inbound: Inbound,
  config: Pick<UpstreamConfig, 'asks'>,
): string | undefined {
  const kind = KIND_BY_METHOD.get(method)
  if (!kind) return `the method ${JSON.stringify(method.slice(0, 40))} is unknown`
  if (!config.asks[kind]) return `this upstream may not ask for ${kind}`
  return declaredCapabilities(inbound)[kind] === undefined ? `it declared no ${kind} capability` : undefined
}

/**
 * The ask as the agent is shown it: who asks stands before the question, nothing of other upstreams' context is asked for,
 * and no progress is promised to the upstream.
 */
export function labelledAsk(ask: Ask, title: string): Ask {
  const members = membersOf(ask.params, 0)
  const changes: Record<string, string | undefined> = { ...withoutProgress(ask.params, members) }
  if (ask.method === 'sampling/createMessage') changes.includeContext = undefined
  const message = ask.method === 'elicitation/create' && members.findLast((member) => member.key === 'message')
  if (message) changes.message = labelText(title, ask.params.slice(message.start, message.end))
  return Object.keys(changes).length === 0 ? ask : { ...ask, params: withMembers(ask.params, members, changes) }
}

/** The ask as the legacy revisions want it: each page that a person is sent to has an id, which the modern revision does without. */
export function withElicitationId(ask: Ask): Ask {
  const members = ask.method === 'elicitation/create' ? membersOf(ask.params, 0) : []
  const isLink = members.some(({ key, start, end }) => key === 'mode' && ask.params.slice(start, end) === '"url"')
  if (!isLink || members.some(({ key }) => key === 'elicitationId')) return ask
  return { ...ask, params: withMembers(ask.params, members, { elicitationId: `"${randomUUID()}"` }) }
}

function withoutProgress(params: string, members: readonly Member[]): Record<string, string | undefined> {
  const meta = members.find((member) => member.key === '_meta')
  if (!meta || params[meta.start] !== '{') return {}
  const sent = membersOf(params, meta.start)
  if (!sent.some(({ key }) => key === 'progressToken')) return {}
  const rest = withMembers(params, sent, { progressToken: undefined })
  return { _meta: rest === '{}' ? undefined : rest }
}
