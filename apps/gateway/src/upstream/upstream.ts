/** One upstream as the rest of the gateway knows it: its configuration, its state, its connection, and calls within its bulkhead. */
import type { UpstreamConfig } from '../config/schema.ts'
import { GatewayError } from '../errors.ts'
import { type UpstreamAnswer, unavailable } from './answer.ts'
import { type Bulkhead, createBulkhead } from './bulkhead.ts'
import type { Connection, UpstreamCall } from './connection.ts'

/** Whether calls can reach the upstream. */
export type UpstreamState = { kind: 'connecting' } | { kind: 'ready' } | { kind: 'down'; reason: string }

export class Upstream {
  readonly id: string
  readonly config: UpstreamConfig
  state: UpstreamState = { kind: 'connecting' }
  connection: Connection | undefined
  readonly bulkhead: Bulkhead
  /** Called when a call found that the upstream cannot be reached. */
  onTrouble: () => void = () => {}

  constructor(id: string, config: UpstreamConfig) {
    this.id = id
    this.config = config
    this.bulkhead = createBulkhead(id, config.concurrency)
  }

  /**
   * Sends one call, waiting for a place in the bulkhead.
   * @throws GatewayError upstream_* | result_too_large, or what the call's signal was aborted with
   */
  async call(connection: Connection, call: UpstreamCall): Promise<UpstreamAnswer> {
    const leave = await this.bulkhead.enter(call.signal)
    try {
      return await connection.call(call)
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'upstream_unavailable') this.onTrouble()
      throw error
    } finally {
      leave()
    }
  }

  /**
   * The live connection.
   * @throws GatewayError upstream_unavailable
   */
  connected(): Connection {
    if (this.connection) return this.connection
    throw unavailable(this.id, this.state.kind === 'down' ? this.state.reason : 'it is not connected yet')
  }
}
