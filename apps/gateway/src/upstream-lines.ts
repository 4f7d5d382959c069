/** The lines of all upstreams: started, given other settings, replaced and ended as the configuration says. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { CatalogHolder } from './catalog/catalog.ts'
import type { PinStore } from './catalog/pin.ts'
import { type RunningLine, runCatalogLine } from './catalog/pipeline.ts'
import { createSnapshotFile, type Snapshot } from './catalog/snapshot.ts'
import type { Config, UpstreamConfig } from './config/schema.ts'
import { connectionKeyOf } from './upstream/connection-key.ts'
import type { OpenDeps } from './upstream/open.ts'
import { Upstream } from './upstream/upstream.ts'

/** What every line needs. */
export interface LineDeps extends Pick<OpenDeps, 'dataDir' | 'facts' | 'via'> {
  catalog: CatalogHolder
  /** Pseudonym of this gateway in lists. */
  origin: string
  /** Where pins are kept. */
  store: PinStore
  log: Logger
  /** The credential that lists an upstream. */
  credentialOf(config: UpstreamConfig): Promise<string | undefined>
  /** What to tell of a credential that the upstream refused; `undefined` where there is no other one. */
  onRefusedOf(config: UpstreamConfig): ((credential: string) => void) | undefined
  /** Called with each upstream before its line starts. */
  onStart(upstream: Upstream): void
}

interface Line {
  upstream: Upstream
  running: RunningLine
  connectionKey: string
}

/** How long calls under way may go on over a connection that was replaced. */
const DRAIN_MS = 30_000
/** The same while the next connection waits: two children must not have one data directory. */
const CHILD_DRAIN_MS = 10_000

export class UpstreamLines {
  /** By id. */
  readonly upstreams = new Map<string, Upstream>()
  readonly #deps: LineDeps
  readonly #lines = new Map<string, Line>()
  readonly #ending = new Map<string, Promise<unknown>>()
  readonly #closing = Promise.withResolvers<void>()

  constructor(deps: LineDeps) {
    this.#deps = deps
  }

  /** Brings the lines in agreement with the configuration; calls under way are not cut, and nothing that is known goes unlisted. */
  apply(config: Config): void {
    const wanted = Object.values(config.upstreams).filter(({ enabled }) => enabled)
    const ids = wanted.map(({ id }) => id)
    for (const id of this.#lines.keys()) if (!ids.includes(id)) this.#stop(id)
    this.#deps.catalog.arrange(ids)
    for (const each of wanted) this.#put(each)
  }

  /** Publishes what is known once more, because something was approved. */
  republish(): void {
    for (const { running } of this.#lines.values()) running.republish()
  }

  /** Lists an upstream now, or connects to it now. @returns whether there is such an upstream */
  refresh(id: string): boolean {
    const line = this.#lines.get(id)
    line?.running.refresh()
    return line !== undefined
  }

  /** Connects to an upstream anew; what is known of it stays listed. @returns whether there is such an upstream */
  restart(id: string): boolean {
    const line = this.#lines.get(id)
    if (!line) return false
    this.#stop(id)
    this.#start(line.upstream.config, line.connectionKey, line.running.known())
    return true
  }

  /** Ends all of them, those that drain included. */
  async close(): Promise<void> {
    this.#closing.resolve()
    for (const id of this.#lines.keys()) this.#stop(id)
    await Promise.all(this.#ending.values())
  }

  #put(config: UpstreamConfig): void {
    const line = this.#lines.get(config.id)
    const connectionKey = connectionKeyOf(config)
    if (line?.connectionKey === connectionKey) {
      if (!isDeepStrictEqual(line.upstream.config, config)) line.running.configure(config)
      return
    }
    if (line) this.#stop(config.id)
    this.#start(config, connectionKey, line?.running.known())
  }

  #start(config: UpstreamConfig, connectionKey: string, known: Snapshot | undefined): void {
    const { catalog, origin, store, log, dataDir, facts, via } = this.#deps
    const { id } = config
    const upstream = new Upstream(id, config)
    this.upstreams.set(id, upstream)
    this.#deps.onStart(upstream)
    const open: OpenDeps = {
      id,
      get config() {
        return upstream.config
      },
      dataDir,
      facts,
      via,
      credential: () => this.#deps.credentialOf(upstream.config),
      refused: this.#deps.onRefusedOf(config),
      log: log.child({ upstream: id }),
    }
    const snapshots = createSnapshotFile(dataDir, id, config)
    const running = runCatalogLine(
      { upstream, holder: catalog, known, snapshots, store, log, origin, open },
      config.kind === 'url' ? undefined : this.#ending.get(id),
    )
    this.#lines.set(id, { upstream, running, connectionKey })
  }

  #stop(id: string): void {
    const line = this.#lines.get(id)
    if (!line) return
    this.#lines.delete(id)
    this.upstreams.delete(id)
    const isChild = line.upstream.config.kind !== 'url'
    const drained = Promise.race([
      // While a person makes up their mind nobody could call a child that is to be replaced.
      isChild ? line.upstream.resting() : line.upstream.idle(),
      sleep(isChild ? CHILD_DRAIN_MS : DRAIN_MS, undefined, { ref: false }),
      this.#closing.promise,
    ])
    const end = Promise.all([this.#ending.get(id), line.running.stop(drained)]).finally(() => {
      if (this.#ending.get(id) === end) this.#ending.delete(id)
    })
    this.#ending.set(id, end)
  }
}
