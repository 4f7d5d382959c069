/** Whether requests are recorded as traces, and the export of those that are: in the background, bounded, and never in the way of a call. */
import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { Config } from '../config/schema.ts'
import type { Exchange } from '../request/receive.ts'
import type { Trail } from '../request/record.ts'
import { createSpanExport, type SpanExport } from './span-export.ts'
import { spansOf } from './spans.ts'
import { type Trace, traceOf } from './trace.ts'

type Wanted = Pick<Config['telemetry'], 'otlp' | 'sample'>

export class Tracing {
  readonly #log: Logger
  #wanted: Wanted = { otlp: null, sample: 0 }
  #export: SpanExport | undefined
  /** Changes with each configuration, so that what was loaded for an older one is left. */
  #generation = 0

  constructor(log: Logger) {
    this.#log = log
  }

  /** Whether any trace may be recorded. */
  get isOn(): boolean {
    return this.#export !== undefined
  }

  /** The trace that a request of a known caller belongs to. */
  traceOf(
    meta: Readonly<Record<string, unknown>>,
    { request, requestId }: Pick<Exchange, 'request' | 'requestId'>,
  ): Trace | undefined {
    return traceOf({ meta, headers: request.headers, requestId }, this.#export && this.#wanted.sample)
  }

  /** The trace of a request that was refused before it told of one. */
  traceOfRefused(requestId: string): Trace | undefined {
    return this.#export && traceOf({ meta: {}, headers: {}, requestId }, this.#wanted.sample)
  }

  /** Puts the settings in force; calls go on unrecorded until the exporter is loaded. */
  apply({ otlp, sample }: Wanted): void {
    if (isDeepStrictEqual(this.#wanted, { otlp, sample })) return
    const isOther = this.#wanted.otlp !== otlp
    this.#wanted = { otlp, sample }
    if (isOther) void this.#restart(otlp, ++this.#generation)
  }

  /** Exports what the phases of a request were, if its trace is recorded. */
  record(
    trail: Trail,
    { exchange, status }: { exchange: Pick<Exchange, 'requestId' | 'route'>; status: number },
  ): void {
    const { clock, trace } = trail
    if (!clock || !trace?.recorded || !this.#export) return
    const times = clock.times(performance.now())
    this.#export.add(trace, spansOf(trail, { exchange, recorded: trace.recorded, times, status }))
  }

  /** Sends what waits, for a moment at most. */
  async close(): Promise<void> {
    this.#generation++
    const ended = this.#export
    this.#export = undefined
    await ended?.close()
  }

  async #restart(otlp: string | null, generation: number): Promise<void> {
    const ended = this.#export
    this.#export = undefined
    void ended?.close()
    if (otlp === null) return
    try {
      const made = await createSpanExport(otlp, this.#log)
      if (generation === this.#generation) this.#export = made
      else await made.close()
    } catch (err) {
      this.#log.error({ err }, 'traces cannot be exported')
    }
  }
}
