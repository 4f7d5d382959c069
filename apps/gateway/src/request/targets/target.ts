/** What a call is about, once it is resolved: a definition of the caller's view, and where the request names it. */
import type { Entry, Kind } from '../../catalog/definition.ts'
import { GatewayError } from '../../errors.ts'
import type { Decision } from '../../policy/decide.ts'
import type { Seen } from '../shown.ts'

/** What a call is about: the definition, and which field of `params` names it. */
export interface Target {
  entry: Entry
  /** The name or URI that was asked for. */
  name: string
  /** Set when that is a former name. */
  formerName?: string
  /** What the upstream knows it by. */
  upstreamName: string
  /** Where that goes; URIs pass unchanged. */
  field: 'name' | 'ref' | 'taskId' | undefined
  /** The decision that put it into the view; a concrete URI of a template or in a skill has none yet. */
  seenBy: Decision | undefined
}

/** What kinds that have names are called in failures. */
export const NAMES = { tools: 'tool', prompts: 'prompt' } as const

const UNKNOWN = { tools: 'unknown_tool', prompts: 'unknown_prompt' } as const

/** The failure of a target that the caller may not see, or that does not exist. */
export function unknownTarget(kind: Kind, name: string): GatewayError {
  if (kind === 'tools' || kind === 'prompts') {
    return new GatewayError(
      UNKNOWN[kind],
      `Cannot resolve ${NAMES[kind]} ${JSON.stringify(name.slice(0, 128))}: no such ${NAMES[kind]}`,
    )
  }
  return new GatewayError(
    'unknown_resource',
    `Cannot resolve resource ${JSON.stringify(name.slice(0, 256))}: no such resource`,
    { data: { uri: name } },
  )
}

/** A definition of the view as a target. */
export function toTarget({ entry, name, formerName, decision }: Seen, field: Target['field']): Target {
  const former = formerName === undefined ? {} : { formerName }
  return { entry, name, ...former, upstreamName: entry.originalName, field, seenBy: decision }
}
