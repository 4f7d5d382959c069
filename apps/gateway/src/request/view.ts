/** The `view` step: the part of the catalog that one caller may see on one route, and the bytes of its lists, built once and shared by everyone with the same rules. */
import type { Catalog, UpstreamCatalog } from '../catalog/catalog.ts'
import { type Entry, KINDS, type Kind } from '../catalog/definition.ts'
import { type Share, wholeShare } from '../catalog/share.ts'
import type { AgentPolicy } from '../policy/compile.ts'
import { decide } from '../policy/decide.ts'
import { commonText } from '../policy/glob.ts'
import { canonicalSpellings, spellingsOf } from '../policy/uri-spellings.ts'
import { readsDirectories, servesSkills } from '../wire/extensions.ts'
import { originsMember } from '../wire/origins.ts'
import type { Era } from '../wire/revisions.ts'
import { describeView } from './instructions.ts'
import { allowedTools, type ListPage, type Seen, type Shown, shownOf } from './shown.ts'
import { type SkillFinder, skillFinder } from './targets/skill-folders.ts'
import { globOf } from './targets/template-match.ts'

export class View {
  readonly catalog: Catalog
  readonly policy: AgentPolicy
  /** The upstream of `/s/{upstream}/mcp`, or `undefined` on `/mcp`. */
  readonly route: string | undefined
  readonly #shown: Shown
  readonly #visibleUpstreams: Set<string>
  readonly #pages = new Map<string, readonly ListPage[]>()
  readonly #scopes = new Map<string, readonly string[]>()
  /** Spellings of the resources that the caller may not see. */
  #hidden: ReadonlySet<string> | undefined
  #instructions: string | undefined
  #skillWith: SkillFinder | undefined
  #quarantined: ReadonlySet<string> | undefined
  #apps: ReadonlyMap<string, Entry> | undefined

  constructor(catalog: Catalog, policy: AgentPolicy, route: string | undefined) {
    this.catalog = catalog
    this.policy = policy
    this.route = route
    this.#shown = shownOf(policy, this.#shares(), route)
    this.#visibleUpstreams = new Set(this.#shown.upstreams)
    // A rule may allow a URI of a template and not the template.
    for (const entry of this.templates())
      if (!this.#visibleUpstreams.has(entry.upstream) && this.#isPartlyReadable(entry))
        this.#visibleUpstreams.add(entry.upstream)
  }

  /** What the caller may see of one kind, in list order. */
  seen(kind: Kind): readonly Seen[] {
    return this.#shown.seen[kind]
  }

  /** The visible definition of that name, former names included; hidden and non-existent are both `undefined`. */
  find(kind: Kind, name: string): Seen | undefined {
    const seen = this.#shown.byName[kind].get(name)
    return seen && seen.name !== name ? { ...seen, formerName: name } : seen
  }

  /** Whether the caller could see the tool of that name, if it were not in quarantine. */
  isQuarantined(name: string): boolean {
    this.#quarantined ??= new Set(
      allowedTools(this.policy, this.#entries('tools', 'quarantined')).flatMap(
        ({ publicName, facts, originalName, aliases }) =>
          this.route === undefined ? [publicName, ...facts.aliases] : [originalName, ...aliases],
      ),
    )
    return this.#quarantined.has(name)
  }

  /** All templates of the route, visible or not: a concrete URI is judged on its own. */
  templates(): readonly Entry[] {
    return this.#entries('templates')
  }

  /** The interface that a tool names, visible or not, as a resource: it need not be listed as one. */
  appAt(uri: string): Entry | undefined {
    this.#apps ??= new Map(
      this.#entries('tools').flatMap((tool) => (tool.appUri === undefined ? [] : [[tool.appUri, tool]])),
    )
    const tool = this.#apps.get(uri)
    // Reading it is no use of the tool, so neither are the tool's scopes needed.
    const facts = tool && { ...tool.facts, scopes: [] }
    return tool && facts && { ...tool, kind: 'resources', facts, aliases: [], paramHeaders: [], hasBareOutput: false }
  }

  /** The skill whose folder the URI is in or is, visible or not. */
  skillWith(uri: string): Entry | undefined {
    this.#skillWith ??= skillFinder(this.#entries('skills'))
    return this.#skillWith(uri)
  }

  /** Whether the upstream announces the Skills extension. */
  servesSkills(upstream: string): boolean {
    return servesSkills(this.catalog.upstreams.get(upstream)?.identity.capabilities ?? {})
  }

  /** Whether the upstream announces that directories can be read. */
  readsDirectories(upstream: string): boolean {
    return readsDirectories(this.catalog.upstreams.get(upstream)?.identity.capabilities ?? {})
  }

  /** Whether this URI, in whatever spelling, is that of a resource that the caller may not see. */
  hides(uri: string): boolean {
    const visible = this.#shown.byName.resources
    if (visible.has(uri)) return false
    this.#hidden ??= new Set(
      this.#entries('resources')
        .filter((entry) => !visible.has(entry.originalName))
        .concat(this.#entries('resources', 'quarantined'))
        .flatMap((entry) => [entry.originalName, ...canonicalSpellings(entry.originalName)]),
    )
    return this.#hidden.size > 0 && [uri, ...spellingsOf(uri)].some((spelling) => this.#hidden?.has(spelling))
  }

  /** The upstreams of which the caller may see or read something, in the catalog's order. */
  upstreams(): UpstreamCatalog[] {
    const ids = this.#visibleUpstreams
    return [...this.catalog.upstreams.values()].filter((part) => ids.has(part.id))
  }

  /** Whether there is nothing at all here for the caller. */
  get isEmpty(): boolean {
    return this.#visibleUpstreams.size === 0
  }

  /** The pages of a list for one era; at least one. */
  pages(kind: Kind, era: Era): readonly ListPage[] {
    const key = `${kind}/${era}`
    let pages = this.#pages.get(key)
    if (!pages) {
      const origins = this.upstreams().flatMap((part) => part.origins ?? [])
      const meta = originsMember(this.catalog.origin, origins)
      pages = this.#shown.pages(kind, era, `${era === 'modern' ? CACHEABLE : ''}${meta}`)
      this.#pages.set(key, pages)
    }
    return pages
  }

  /** Changes exactly when the list of that kind changes. */
  signature(kind: Kind): string {
    return this.#shown.signature(kind)
  }

  /** The scopes that the caller holds at an upstream: those of all it may use there. */
  scopesAt(upstream: string): readonly string[] {
    let scopes = this.#scopes.get(upstream)
    if (!scopes) {
      const granted = KINDS.flatMap((kind) =>
        this.#shown.seen[kind]
          .filter((seen) => seen.entry.upstream === upstream)
          .flatMap((seen) => seen.entry.facts.scopes),
      )
      scopes = [...new Set(granted)].sort()
      this.#scopes.set(upstream, scopes)
    }
    return scopes
  }

  /** What a model is told before it looks at the tools. */
  get instructions(): string {
    this.#instructions ??= describeView(this)
    return this.#instructions
  }

  #shares(): readonly Share[] {
    if (this.route === undefined) return this.catalog.shares
    const part = this.catalog.upstreams.get(this.route)
    return part ? [wholeShare(part)] : []
  }

  #entries(kind: Kind, of: 'entries' | 'quarantined' = 'entries'): readonly Entry[] {
    if (this.route === undefined) return this.catalog[of][kind]
    return this.#shares().flatMap((share) => share[of][kind])
  }

  #isPartlyReadable({ facts, originalName }: Entry): boolean {
    const template = globOf(originalName)
    return this.policy.allows
      .flatMap((rule) => rule.uriGlobs)
      .map((glob) => commonText(glob, template))
      .some((uri) => uri && !this.hides(uri) && decide(this.policy, 'resource', { ...facts, uri }).effect === 'allow')
  }
}

// The list differs by authorization and may change at any time: nobody but this caller may keep it, and not for long.
const CACHEABLE = ',"resultType":"complete","ttlMs":0,"cacheScope":"private"'

const views = new WeakMap<Catalog, Map<string, View>>()

/** The view of everyone with these rules on this route, in this catalog; made on first use. */
export function viewOf(catalog: Catalog, policy: AgentPolicy, route: string | undefined): View {
  const ofCatalog = views.get(catalog) ?? new Map<string, View>()
  views.set(catalog, ofCatalog)
  // A key that is made for each call has to be hashed for each call; one with a route holds a space, which no other does.
  const key = route === undefined ? policy.key : `${route} ${policy.key}`
  let view = ofCatalog.get(key)
  if (!view) {
    view = new View(catalog, policy, route)
    // There is no end to the routes that a caller may think of.
    if (route === undefined || catalog.upstreams.has(route)) ofCatalog.set(key, view)
  }
  return view
}
