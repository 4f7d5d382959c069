/** An agent's `params` in the shape the upstream's era wants: named fields changed, everything else byte for byte as it was sent. */
import { TRACEPARENT, TRACESTATE } from '@causeway/shared-contracts/trace-context'
import {
  CALL_META_KEY,
  CONTEXT_META_KEY,
  REQUEST_ID_META_KEY,
  TOKEN_META_KEY,
} from '@causeway/shared-contracts/wire-names'
import type { Envelope } from './envelope.ts'
import { membersOf, withMembers } from './json-span.ts'
import {
  CAPABILITIES_META,
  CLIENT_INFO_META,
  type Era,
  LOG_LEVEL_META,
  MODERN_REVISION,
  VERSION_META,
} from './revisions.ts'

/** Keys that are the gateway's own to set. */
const RESERVED = [TOKEN_META_KEY, REQUEST_ID_META_KEY, CALL_META_KEY, CONTEXT_META_KEY]

/** What must change on the way. */
export interface ParamChanges {
  agentEra: Era
  upstreamEra: Era
  /** The upstream's own name for the target, and where it stands; absent when it is the same. */
  name?: { field: 'name' | 'ref' | 'taskId'; value: string }
  /** JSON text of the token that replaces the agent's. */
  progressToken?: string
  /** JSON text of the client capabilities that the upstream may know of, where they differ from what the agent says itself. */
  capabilities?: string
  /** JSON text of the upstream's own request state, where the agent holds it sealed. */
  requestState?: string
  /** The log severity that a legacy client asked for. */
  logLevel?: string
  /** Client name and version of a legacy session. */
  clientInfo?: { name: string; version: string }
  /** The trace context that goes onward. */
  trace?: { traceparent: string; tracestate: string | undefined; isInMeta: boolean; ownsMetaState: boolean }
  /** Members that the gateway adds to `_meta`, as JSON text; reserved keys that an agent sent are replaced or removed. */
  reservedMeta: Readonly<Record<string, string | undefined>>
}

/** JSON text of the `params` to send. */
export function paramsToUpstream(message: Envelope, changes: ParamChanges): string {
  const { text, paramMembers } = message
  const meta = metaToUpstream(message, changes)
  const changed: Record<string, string | undefined> = nameChange(message, changes.name)
  if (changes.requestState !== undefined) changed.requestState = changes.requestState
  if (asksForTask(message, changes)) changed.task = undefined
  if (meta !== message.meta) changed._meta = meta as string | undefined
  return withMembers(text, paramMembers, changed)
}

// Who does not announce the tasks of 2025-11-25 is to run such a request as any other, and of this era's tasks none is asked for.
function asksForTask({ params }: Envelope, { agentEra, upstreamEra }: ParamChanges): boolean {
  return (agentEra === 'legacy' || upstreamEra === 'legacy') && Object.hasOwn(params, 'task')
}

function nameChange(message: Envelope, name: ParamChanges['name']): Record<string, string> {
  if (!name) return {}
  const value = JSON.stringify(name.value)
  if (name.field !== 'ref') return { [name.field]: value }
  const ref = message.paramMembers.find((member) => member.key === 'ref')
  return ref ? { ref: withMembers(message.text, membersOf(message.text, ref.start), { name: value }) } : {}
}

/** The `_meta` text, `undefined` to leave it out, or the message's own object when nothing changes. */
function metaToUpstream(message: Envelope, changes: ParamChanges): string | undefined | Envelope['meta'] {
  const wanted: Record<string, string | undefined> = {}
  for (const key of RESERVED) if (Object.hasOwn(message.meta, key)) wanted[key] = undefined
  Object.assign(wanted, changes.reservedMeta, eraMeta(message, changes))
  if (changes.trace && !changes.trace.isInMeta) traceMeta(message, changes.trace, wanted)
  if (changes.progressToken !== undefined) wanted.progressToken = changes.progressToken
  if (Object.keys(wanted).length === 0) return message.meta
  const text = withMembers(message.text, message.metaMembers, wanted)
  return text === '{}' ? undefined : text
}

// A state that belongs to another trace, or to none, must not go on beside this one.
function traceMeta(
  { meta }: Envelope,
  { traceparent, tracestate, ownsMetaState }: NonNullable<ParamChanges['trace']>,
  wanted: Record<string, string | undefined>,
): void {
  wanted[TRACEPARENT] = JSON.stringify(traceparent)
  if (ownsMetaState) return
  if (tracestate !== undefined) wanted[TRACESTATE] = JSON.stringify(tracestate)
  else if (Object.hasOwn(meta, TRACESTATE)) wanted[TRACESTATE] = undefined
}

function eraMeta(
  message: Envelope,
  { agentEra, upstreamEra, clientInfo, capabilities, logLevel }: ParamChanges,
): Record<string, string | undefined> {
  if (agentEra === upstreamEra)
    return agentEra === 'modern' && capabilities !== undefined ? { [CAPABILITIES_META]: capabilities } : {}
  if (upstreamEra === 'modern') {
    return {
      [VERSION_META]: JSON.stringify(MODERN_REVISION),
      [CAPABILITIES_META]: capabilities ?? '{}',
      ...(logLevel === undefined ? {} : { [LOG_LEVEL_META]: JSON.stringify(logLevel) }),
      ...(clientInfo ? { [CLIENT_INFO_META]: JSON.stringify(clientInfo) } : {}),
    }
  }
  const modernOnly = [VERSION_META, CAPABILITIES_META, CLIENT_INFO_META, LOG_LEVEL_META].filter((key) =>
    Object.hasOwn(message.meta, key),
  )
  return Object.fromEntries(modernOnly.map((key) => [key, undefined]))
}
