/** A stdio upstream whose callers have children of their own: the shared child lists the catalog for everybody, and what a caller asks for goes to its own. */
import type { UpstreamAnswer } from '../answer.ts'
import type { Connection, UpstreamCall, UpstreamIdentity, WatchedByCaller } from '../connection.ts'
import { CATALOG_SESSION } from '../own-call.ts'
import type { CallerChildren } from './caller-children.ts'

export class PerCaller implements Connection {
  readonly identity: UpstreamIdentity
  readonly passesIds = false
  readonly ended: Promise<string>
  onListChanged: Connection['onListChanged'] = () => {}
  onResourceUpdated: Connection['onResourceUpdated'] = () => {}
  readonly #shared: Connection
  readonly #children: CallerChildren

  /** @param children they outlive the connection: the end of the shared child is not theirs */
  constructor(shared: Connection, children: CallerChildren) {
    this.identity = shared.identity
    this.ended = shared.ended
    this.#shared = shared
    this.#children = children
    shared.onListChanged = () => this.onListChanged()
    children.onListChanged = () => this.onListChanged()
    // A caller's own child knows better, while there is one.
    shared.onResourceUpdated = (uri) => this.onResourceUpdated(uri, (caller) => !children.watches(uri, caller))
    children.onResourceUpdated = (uri, isFor) => this.onResourceUpdated(uri, isFor)
  }

  call(call: UpstreamCall): Promise<UpstreamAnswer> {
    if (call.sessionKey === CATALOG_SESSION) return this.#shared.call(call)
    return this.#children.call(call, this.identity.era)
  }

  async watch(uris: ReadonlySet<string>, byCaller: WatchedByCaller): Promise<void> {
    await Promise.all([this.#shared.watch(uris, byCaller), this.#children.watch(byCaller)])
  }

  close(): Promise<void> {
    return this.#shared.close()
  }
}
