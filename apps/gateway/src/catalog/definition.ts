/** One thing an upstream offers, in the forms in which it is listed: its text as published, with only its name changed. */
import type { DefinitionFacts } from '../policy/definition-facts.ts'
import type { ParamHeader } from '../wire/param-headers.ts'

/** The kinds of lists. */
export type Kind = 'tools' | 'prompts' | 'resources' | 'templates' | 'skills'

/** What can be pinned: definitions, and what an upstream says of itself. */
export type PinKind = Kind | 'instructions'

/** The order in which kinds are worked through everywhere. */
export const KINDS: readonly Kind[] = ['tools', 'prompts', 'resources', 'templates', 'skills']

/** Makes one value for each kind. */
export function perKind<T>(make: (kind: Kind) => T): Record<Kind, T> {
  return Object.fromEntries(KINDS.map((kind) => [kind, make(kind)])) as Record<Kind, T>
}

/** MCP method, result key and identifying field of each list. */
export const LISTS = {
  tools: { method: 'tools/list', key: 'tools', idField: 'name' },
  prompts: { method: 'prompts/list', key: 'prompts', idField: 'name' },
  resources: { method: 'resources/list', key: 'resources', idField: 'uri' },
  templates: { method: 'resources/templates/list', key: 'resourceTemplates', idField: 'uriTemplate' },
  skills: { method: 'skills/list', key: 'skills', idField: 'uri' },
} as const satisfies Record<Kind, { method: string; key: string; idField: string }>

/** A definition as the upstream published it, checked. */
export interface Definition {
  kind: Kind
  upstream: string
  /** Tool or prompt name, URI (a skill's is that of its `SKILL.md`), or URI template: what the upstream knows it by. */
  originalName: string
  /** JSON text as published. */
  text: string
  /** Canonical hash, once it is pinned. */
  hash?: string
  /** Governance facts from configuration and, where trusted, from the upstream. */
  facts: DefinitionFacts
  /** Former public names that still work. */
  aliases: readonly string[]
  /** Arguments that travel as headers too; tools only. */
  paramHeaders: readonly ParamHeader[]
  /** Whether the output schema is not an object at its root, so that legacy clients need it wrapped. */
  hasBareOutput: boolean
  /** Members that legacy clients are told otherwise, as JSON text; tools only. */
  legacyMembers: Readonly<Record<string, string>>
  /** The files that a skill's entry names; skills only. */
  fileUris: readonly string[]
  /** The interface in which its results can be shown; tools only. */
  appUri: string | undefined
  /** Whether its calls carry the message contracts, and the caller's context too; tools of domain servers only. */
  messages?: { usesContext: boolean }
  /** Call deadline, ms; tools only. */
  timeoutMs: number
}

/** A definition with its public name and its listed forms. */
export interface Entry extends Definition {
  publicName: string
  /** Text in `/mcp` lists. */
  publicText: ListedText
  /** Text in `/s/{upstream}/mcp` lists. */
  ownText: ListedText
}

/** JSON text by the agent's era. */
export interface ListedText {
  modern: string
  legacy: string
}

/** A definition that is not served, and why: shown to admins. */
export interface LeftOut {
  kind: PinKind
  name: string
  reason: string
}
