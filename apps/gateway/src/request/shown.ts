/** What the rules of an agent show on one route, with the bytes of its lists: kept for as long as the definitions are the same, since a change of one upstream is none for most agents. */
import { createHash } from 'node:crypto'
import { type Entry, KINDS, type Kind, LISTS, perKind } from '../catalog/definition.ts'
import { areSame, type Share } from '../catalog/share.ts'
import type { AgentPolicy } from '../policy/compile.ts'
import { type Decision, decide, isGranted } from '../policy/decide.ts'
import type { Action } from '../policy/definition-facts.ts'
import type { Era } from '../wire/revisions.ts'

/** A definition in a view: it is there because this decision allowed it. */
export interface Seen {
  entry: Entry
  decision: Decision
  /** The name it has on this route. */
  name: string
  /** Set when it was asked for by a former name. */
  formerName?: string
}

/** Bytes of one page of a list: the result object without its closing brace. */
export interface ListPage {
  bytes: Buffer
  isLast: boolean
}

/** Definitions on one page of a list. */
const PAGE_SIZE = 1_000

const ACTIONS: Record<Kind, Action> = {
  tools: 'tool',
  prompts: 'prompt',
  resources: 'resource',
  templates: 'resource',
  skills: 'resource',
}

/** What the rules show of one share. */
interface Part {
  upstream: string
  seen: Readonly<Record<Kind, readonly Seen[]>>
}

/** `/mcp`, where definitions have their public names, or the route of one upstream, where they have their own. */
type Naming = 'public' | 'own'

export class Shown {
  readonly parts: readonly Part[]
  readonly seen: Readonly<Record<Kind, readonly Seen[]>>
  readonly byName: Readonly<Record<Kind, ReadonlyMap<string, Seen>>>
  /** The upstreams of which anything is shown, or would be if it were not in quarantine. */
  readonly upstreams: ReadonlySet<string>
  readonly #naming: Naming
  readonly #pages = new Map<string, readonly ListPage[]>()
  readonly #signatures = new Map<Kind, string>()

  constructor(parts: readonly Part[], naming: Naming) {
    this.parts = parts
    this.#naming = naming
    this.seen = perKind((kind) => parts.flatMap((part) => part.seen[kind]))
    this.byName = perKind((kind) => byName(this.seen[kind]))
    this.upstreams = new Set(parts.map((part) => part.upstream))
  }

  /** The pages of a list, each with `members` at its end; at least one. */
  pages(kind: Kind, era: Era, members: string): readonly ListPage[] {
    const key = `${kind}/${era}${members}`
    let pages = this.#pages.get(key)
    if (!pages) {
      pages = buildPages(LISTS[kind].key, this.#texts(kind, era), members)
      this.#pages.set(key, pages)
    }
    return pages
  }

  /** Changes exactly when the list of that kind changes. */
  signature(kind: Kind): string {
    let signature = this.#signatures.get(kind)
    if (signature === undefined) {
      const hash = createHash('sha256')
      for (const text of this.#texts(kind, 'modern')) hash.update(text).update('\n')
      signature = hash.digest('base64url').slice(0, 22)
      this.#signatures.set(kind, signature)
    }
    return signature
  }

  #texts(kind: Kind, era: Era): string[] {
    const form = this.#naming === 'public' ? 'publicText' : 'ownText'
    return this.seen[kind].map(({ entry }) => entry[form][era])
  }
}

function byName(seen: readonly Seen[]): ReadonlyMap<string, Seen> {
  const names = new Map<string, Seen>()
  // Real names go last, so that no former name hides a definition that has the name now.
  for (const each of seen)
    for (const alias of each.name === each.entry.publicName ? each.entry.facts.aliases : each.entry.aliases)
      names.set(alias, each)
  for (const each of seen) names.set(each.name, each)
  return names
}

function buildPages(key: string, texts: readonly string[], members: string): ListPage[] {
  const pages: ListPage[] = []
  for (let start = 0; start === 0 || start < texts.length; start += PAGE_SIZE) {
    const items = texts.slice(start, start + PAGE_SIZE).join(',')
    pages.push({
      bytes: Buffer.from(`{"${key}":[${items}]${members}`),
      isLast: start + PAGE_SIZE >= texts.length,
    })
  }
  return pages
}

/** Holds what is shown of parts by rules, and no catalog: an agent that never comes back must not keep an old one in memory. */
const latest = new WeakMap<AgentPolicy, Map<string, Shown>>()

/** What the rules show of these shares: the same object as last time on this route, if that is the same. */
export function shownOf(policy: AgentPolicy, shares: readonly Share[], route: string | undefined): Shown {
  const naming = route === undefined ? 'public' : 'own'
  const parts = shares.flatMap((share) => partOf(policy, share, naming) ?? [])
  const ofPolicy = latest.get(policy) ?? new Map<string, Shown>()
  latest.set(policy, ofPolicy)
  const before = ofPolicy.get(route ?? '')
  if (before && areSame(before.parts, parts)) return before
  const shown = new Shown(parts, naming)
  if (parts.length > 0) ofPolicy.set(route ?? '', shown)
  return shown
}

/** By rules and share; `undefined` is kept too, as nearly every rule shows nothing of nearly every upstream. */
const made = {
  public: new WeakMap<AgentPolicy, WeakMap<Share, Part | undefined>>(),
  own: new WeakMap<AgentPolicy, WeakMap<Share, Part | undefined>>(),
}

function partOf(policy: AgentPolicy, share: Share, naming: Naming): Part | undefined {
  const ofPolicy = made[naming].get(policy) ?? new WeakMap<Share, Part | undefined>()
  made[naming].set(policy, ofPolicy)
  if (ofPolicy.has(share)) return ofPolicy.get(share)
  const seen = perKind((kind) => seenOf(policy, share.entries[kind], naming))
  // Who loses all there is of an upstream to quarantine is told so, and does not lose the route.
  const isAnything =
    KINDS.some((kind) => seen[kind].length > 0) || allowedTools(policy, share.quarantined.tools).length > 0
  const part = isAnything ? { upstream: share.upstream, seen } : undefined
  ofPolicy.set(share, part)
  return part
}

function seenOf(policy: AgentPolicy, entries: readonly Entry[], naming: Naming): Seen[] {
  return entries.flatMap((entry) => {
    const decision = decide(policy, ACTIONS[entry.kind], entry.facts)
    return isGranted(decision) && hasAllFiles(policy, entry)
      ? [{ entry, decision, name: naming === 'public' ? entry.publicName : entry.originalName }]
      : []
  })
}

/** The tools of these that the rules allow. */
export function allowedTools(policy: AgentPolicy, tools: readonly Entry[]): readonly Entry[] {
  return tools.filter(({ facts }) => isGranted(decide(policy, 'tool', facts)))
}

// Half a skill would be of no use, and its entry would tell of the files that are hidden.
function hasAllFiles(policy: AgentPolicy, { facts, fileUris }: Entry): boolean {
  return fileUris.every((uri) => decide(policy, 'resource', { ...facts, publicName: uri, uri }).effect === 'allow')
}
