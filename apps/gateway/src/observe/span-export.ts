/** The way of spans to an OpenTelemetry collector: the official exporter behind a bounded queue, loaded only where it is configured. */
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import { readableSpan } from './readable-span.ts'
import type { SpanFacts } from './spans.ts'
import type { Trace } from './trace.ts'

/** Takes spans until it is closed. */
export interface SpanExport {
  /** Never waits: what does not fit into the queue is dropped. */
  add(trace: Trace, spans: readonly SpanFacts[]): void
  /** Sends what waits, for `CLOSE_MS` at most. */
  close(): Promise<void>
}

const MAX_QUEUED_SPANS = 4_096
const BATCH_DELAY_MS = 250
/** One batch, all its attempts included. */
const EXPORT_MS = 5_000
const CLOSE_MS = 2_000
const TELL_EVERY_MS = 60_000
const TRACES_PATH = '/v1/traces'

/**
 * Loads the exporter and starts it.
 * @param url of the collector; without a path, that of OTLP over HTTP
 */
export async function createSpanExport(url: string, log: Logger): Promise<SpanExport> {
  const [{ BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }, { SpanKind, SpanStatusCode }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-proto'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/api'),
    ])
  const exporter = new OTLPTraceExporter({ url: tracesUrl(url), timeoutMillis: EXPORT_MS, concurrencyLimit: 4 })
  const processor = new BatchSpanProcessor({
    exporter: tellingOfFailures(exporter, log),
    maxQueueSize: MAX_QUEUED_SPANS,
    scheduledDelayMillis: BATCH_DELAY_MS,
    exportTimeoutMillis: EXPORT_MS,
  })
  const around = {
    kinds: { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL },
    statuses: { ok: SpanStatusCode.UNSET, error: SpanStatusCode.ERROR },
    resource: resourceFromAttributes({ 'service.name': 'causeway' }),
  }
  return {
    add(trace, spans) {
      // The time of day is set right now and then, so it is asked for anew.
      const originMs = Date.now() - performance.now()
      for (const span of spans) processor.onEnd(readableSpan(span, trace, { ...around, originMs }))
    },
    async close() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_MS).unref())
      await Promise.race([processor.shutdown().catch(() => {}), late])
    },
  }
}

/** The URL that spans are posted to. */
function tracesUrl(url: string): string {
  const { pathname } = new URL(url)
  return pathname === '/' ? new URL(TRACES_PATH, url).href : url
}

// A collector that is away for days must not fill the log.
function tellingOfFailures(exporter: SpanExporter, log: Logger): SpanExporter {
  let lostSpans = 0
  let toldAtMs = Number.NEGATIVE_INFINITY
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.code !== 0) {
          lostSpans += spans.length
          if (performance.now() - toldAtMs >= TELL_EVERY_MS) {
            log.warn({ lostSpans, reason: result.error?.message }, 'traces could not be exported')
            toldAtMs = performance.now()
            lostSpans = 0
          }
        }
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
  }
}
