/** One round of line 2 on a connection: list → validate → pin → namespace → publish, and a copy on disk for the next start. */
import type { Logger } from 'pino'
import { leadsBack } from '../upstream/answer.ts'
import type { Connection } from '../upstream/connection.ts'
import type { OpenDeps } from '../upstream/open.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { CatalogHolder } from './catalog.ts'
import { KINDS, type Kind, type LeftOut } from './definition.ts'
import { listAll, type RawDefinition } from './list-all.ts'
import { namespace, prefixOf } from './namespace.ts'
import { createPinner, type PinStore } from './pin.ts'
import { createPublish } from './publish.ts'
import type { Snapshot, SnapshotFile } from './snapshot.ts'
import { validate } from './validate.ts'
import { withoutTaskTools } from './without-task-tools.ts'

/** What the line needs for one upstream. */
export interface CatalogLine {
  upstream: Upstream
  holder: CatalogHolder
  open: OpenDeps
  /** Pseudonym of this gateway in lists. */
  origin: string
  /** What an earlier line of the same upstream listed last. */
  known?: Snapshot | undefined
  snapshots: SnapshotFile
  store: PinStore
  log: Logger
}

/**
 * Reads the lists and publishes them.
 * @returns why a list could not be read although the others could
 * @throws GatewayError upstream_* | result_too_large | gateway_loop; what was published before stays
 */
export type Refresh = (connection: Connection, signal: AbortSignal) => Promise<string | undefined>

/** What is listed of one upstream. */
export interface Listing {
  refresh: Refresh
  /** Judges and names what was listed last by the settings that are in force now. */
  republish(): void
  /** What was listed last, if anything ever was. */
  known(): Snapshot | undefined
}

/** Publishes what is known already, which is listed until the upstream itself has answered. */
export function createListing({ upstream, holder, open, origin, known, snapshots, store, log }: CatalogLine): Listing {
  const ownLog = log.child({ upstream: upstream.id })
  const publish = createPublish(holder, ownLog)
  const pinner = createPinner(upstream, store, ownLog)
  const put = ({ identity, lists, origins }: Snapshot, cutLists: readonly LeftOut[]) => {
    const validated = validate(upstream.id, upstream.config, lists)
    const pinned = pinner.pin(withoutTaskTools(validated, identity.era), identity.instructions)
    const prefix = prefixOf(upstream.config)
    const { id, config } = upstream
    publish({
      id,
      title: config.title,
      identity: { ...identity, instructions: pinned.instructions },
      prefix,
      isNamespaced: prefix !== '',
      entries: namespace(config, pinned.definitions),
      quarantined: namespace(config, pinned.quarantined),
      leftOut: [...cutLists, ...pinned.leftOut],
      ...(origins ? { origins } : {}),
    })
  }
  let last = known ?? snapshots.load()
  let cut: readonly LeftOut[] = []
  const republish = () => {
    if (last) put(last, cut)
  }
  const refresh: Refresh = async (connection, signal) => {
    const credential = await open.credential()
    const pageMs = upstream.config.timeoutMs
    const listed = await listAll({ upstream: upstream.id, connection, credential, pageMs, signal })
    signal.throwIfAborted()
    if (listed.origins.includes(origin)) throw leadsBack(upstream.id, 'its lists hold definitions of this gateway')
    last = {
      identity: connection.identity,
      lists: withLastGood(listed.lists, last?.lists),
      origins: listed.origins,
    }
    cut = listed.cut
    await pinner.prepare(last.lists, signal)
    republish()
    await snapshots
      .save(last)
      .catch((err) => log.warn({ upstream: upstream.id, err }, 'cannot keep the catalog for the next start'))
    return cut.find(({ kind }) => kind !== 'instructions' && listed.lists[kind] === undefined)?.reason
  }
  republish()
  return { refresh, republish, known: () => last }
}

function withLastGood(
  lists: Partial<Record<Kind, RawDefinition[]>>,
  before: Snapshot['lists'] | undefined,
): Snapshot['lists'] {
  return Object.fromEntries(KINDS.map((kind) => [kind, lists[kind] ?? before?.[kind] ?? []])) as Snapshot['lists']
}
