/** What a caller asked for and was told does not exist: for the audit record alone, which says what it was and which rule hid it. */
import type { Entry, Kind } from '../catalog/definition.ts'
import type { Gateway } from '../gateway.ts'
import { type Decision, decide } from '../policy/decide.ts'
import type { Caller } from './caller.ts'
import type { Inbound } from './read.ts'
import type { Exchange } from './receive.ts'

const ASKED = {
  'tools/call': { kind: 'tools', action: 'tool', key: 'name' },
  'prompts/get': { kind: 'prompts', action: 'prompt', key: 'name' },
  'resources/read': { kind: 'resources', action: 'resource', key: 'uri' },
} as const satisfies Record<string, { kind: Kind; action: string; key: string }>

/** The definition that was kept from the caller, and the decision on it; `undefined` when there is none of that name. */
export function hiddenTarget(
  inbound: Inbound,
  on: { caller: Caller; route: Exchange['route']; gateway: Gateway },
): { entry: Entry; decision: Decision } | undefined {
  const { method, params } = inbound.message
  if (!isAsked(method)) return undefined
  const { kind, action, key } = ASKED[method]
  const name = params[key]
  const { entries, quarantined } = on.gateway.catalog.current
  const isNamed = ({ publicName, originalName, upstream, facts, aliases }: Entry) =>
    on.route === undefined
      ? publicName === name || facts.aliases.includes(name as string)
      : upstream === on.route && (originalName === name || aliases.includes(name as string))
  const entry = entries[kind].find(isNamed) ?? quarantined[kind].find(isNamed)
  return entry && { entry, decision: decide(on.caller.policy, action, entry.facts) }
}

function isAsked(method: string): method is keyof typeof ASKED {
  return Object.hasOwn(ASKED, method)
}
