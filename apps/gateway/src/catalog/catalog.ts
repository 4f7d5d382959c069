/** Where the two lines meet: line 2 swaps one immutable catalog, line 1 reads it. */
import type { UpstreamIdentity } from '../upstream/connection.ts'
import { withOwnApps } from './app-uri.ts'
import { type Entry, KINDS, type Kind, type LeftOut, perKind } from './definition.ts'
import { keep, type Share, wholeShare, without } from './share.ts'

/** What one upstream contributes. */
export interface UpstreamCatalog {
  id: string
  title: string
  identity: UpstreamIdentity
  /** What stands before the `__` of its public names; empty for the upstream that goes without. */
  prefix: string
  isNamespaced: boolean
  entries: readonly Entry[]
  /** What has changed since it was accepted, as it was then: nobody is served it, and its names stay its own. */
  quarantined?: readonly Entry[]
  leftOut: readonly LeftOut[]
  /** Pseudonyms of the gateways that its lists have come through. */
  origins?: readonly string[]
}

/** The merged snapshot of all definitions; never changed once made. */
export interface Catalog {
  version: number
  /** Pseudonym of this gateway in lists; empty for one that has none. */
  origin: string
  /** Ids of all configured upstreams, listed yet or not. */
  configured: readonly string[]
  upstreams: ReadonlyMap<string, UpstreamCatalog>
  /** What `/mcp` serves of each listed upstream, in their order. */
  shares: readonly Share[]
  /** The definitions of `/mcp` by kind, in the order of upstreams and then theirs. */
  entries: Readonly<Record<Kind, readonly Entry[]>>
  /** Definitions in quarantine, in the same order. */
  quarantined: Readonly<Record<Kind, readonly Entry[]>>
  /** What the merge left out, by upstream. */
  leftOut: ReadonlyMap<string, readonly LeftOut[]>
}

/** Holds the current catalog and tells who waits that it was swapped. */
export class CatalogHolder {
  #current: Catalog
  readonly #origin: string
  readonly #prefixes = new Map<string, string>()
  readonly #upstreams = new Map<string, UpstreamCatalog>()
  readonly #listeners = new Set<() => void>()
  #order: readonly string[] = []

  /** @param origin pseudonym of this gateway in lists */
  constructor(origin = '') {
    this.#origin = origin
    this.#current = { version: 0, origin, ...merge({ parts: [], configured: [], prefixes: new Set(), before: [] }) }
  }

  get current(): Catalog {
    return this.#current
  }

  /** Keeps names that start with `{prefix}__` for an upstream, listed yet or not. */
  reserve(id: string, prefix: string): void {
    this.#prefixes.set(id, prefix)
  }

  /** Replaces one upstream's part; an upstream that has gone keeps its last good part. */
  publish(part: UpstreamCatalog): void {
    this.#upstreams.set(part.id, part)
    this.#swap()
  }

  /** Sets which upstreams there are, in the file's order; parts of others are dropped. */
  arrange(order: readonly string[]): void {
    this.#order = order
    for (const known of [this.#upstreams, this.#prefixes])
      for (const id of known.keys()) if (!order.includes(id)) known.delete(id)
    this.#swap()
  }

  /** @returns the function that ends the subscription */
  onSwap(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #swap(): void {
    const parts = this.#order.flatMap((id) => this.#upstreams.get(id) ?? [])
    const prefixes = new Set([...this.#order, ...this.#prefixes.values()].filter((prefix) => prefix !== ''))
    const merged = merge({ parts, configured: this.#order, prefixes, before: this.#current.shares })
    this.#current = { version: this.#current.version + 1, origin: this.#origin, ...merged }
    for (const listener of this.#listeners) listener()
  }
}

interface Sources {
  parts: readonly UpstreamCatalog[]
  configured: readonly string[]
  /** What names without a prefix of their own must not look like they had. */
  prefixes: ReadonlySet<string>
  /** The shares of the catalog before. */
  before: readonly Share[]
}

function merge({ parts, configured, prefixes, before }: Sources): Omit<Catalog, 'version' | 'origin'> {
  const merging: Merging = { parts, prefixes, leftOut: new Map(), resourceOwners: new Map(), refused: new Set() }
  for (const kind of KINDS) accept(kind, merging)
  const older = new Map(before.map((share) => [share.upstream, share]))
  const claims = new Map(merging.resourceOwners)
  const shares = parts.map((part) => {
    const share = without(wholeShare(part), merging.refused)
    const tools = withOwnApps(share.entries.tools, claims)
    const own = tools === share.entries.tools ? share : { ...share, entries: { ...share.entries, tools } }
    return keep(older.get(part.id), own)
  })
  return {
    configured,
    shares,
    upstreams: new Map(parts.map((part) => [part.id, part])),
    entries: perKind((kind) => shares.flatMap((share) => share.entries[kind])),
    quarantined: perKind((kind) => shares.flatMap((share) => share.quarantined[kind])),
    leftOut: merging.leftOut,
  }
}

interface Merging extends Pick<Sources, 'parts' | 'prefixes'> {
  leftOut: Map<string, LeftOut[]>
  /** Who has the listed resources: their URIs are theirs as skills too. */
  resourceOwners: Map<string, string>
  /** What is not served; nearly always nothing. */
  refused: Set<Entry>
}

function accept(kind: Kind, { parts, prefixes, leftOut, resourceOwners, refused }: Merging): void {
  const owners = kind === 'resources' ? resourceOwners : new Map<string, string>()
  for (const part of byPrecedence(kind, parts)) {
    const { quarantined, entries } = wholeShare(part)
    for (const some of [quarantined[kind], entries[kind]])
      for (const entry of some) {
        const reason = reasonAgainst(entry, part, { owners, prefixes }) ?? foreignSkill(entry, resourceOwners)
        if (reason) {
          refused.add(entry)
          leave(leftOut, part.id, { kind, name: entry.originalName, reason })
        } else owners.set(entry.publicName, part.id)
      }
  }
}

function leave(leftOut: Map<string, LeftOut[]>, upstream: string, what: LeftOut): void {
  const before = leftOut.get(upstream)
  if (before) before.push(what)
  else leftOut.set(upstream, [what])
}

// A URI belongs to the first configured upstream; a name without a prefix yields to every name with one.
function byPrecedence(kind: Kind, parts: readonly UpstreamCatalog[]): readonly UpstreamCatalog[] {
  return isNamed(kind) ? [...parts].sort((a, b) => Number(b.isNamespaced) - Number(a.isNamespaced)) : parts
}

function reasonAgainst(
  entry: Entry,
  part: UpstreamCatalog,
  merged: { owners: ReadonlyMap<string, string>; prefixes: ReadonlySet<string> },
): string | undefined {
  const owner = merged.owners.get(entry.publicName)
  if (owner === part.id) return 'another of its definitions has the same public name'
  if (owner !== undefined) return `upstream "${owner}" has the same ${isNamed(entry.kind) ? 'name' : 'URI'}`
  if (entry.kind === 'templates' && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(entry.publicName))
    return 'its uriTemplate has no literal scheme'
  if (part.isNamespaced || !isNamed(entry.kind)) return undefined
  const prefix = entry.publicName.split('__', 1)[0] as string
  return prefix !== entry.publicName && merged.prefixes.has(prefix)
    ? `its name starts with "${prefix}__", which belongs to another upstream`
    : undefined
}

// What is read under the URI must be what the entry describes.
function foreignSkill({ kind, publicName, upstream }: Entry, owners: ReadonlyMap<string, string>): string | undefined {
  const owner = kind === 'skills' ? owners.get(publicName) : undefined
  return owner === undefined || owner === upstream ? undefined : `upstream "${owner}" has a resource of the same URI`
}

function isNamed(kind: Kind): boolean {
  return kind === 'tools' || kind === 'prompts'
}

/** How many definitions of each kind a catalog part has, for `/readyz` and logs. */
export function countByKind(part: UpstreamCatalog): Record<Kind, number> {
  const { entries } = wholeShare(part)
  return perKind((kind) => entries[kind].length)
}
