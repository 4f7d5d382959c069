/** What `GET /metrics` answers: what was counted, what can be seen now, and the process. */
import type { Gateway } from '../gateway.ts'
import { familyText, histogramText, type MetricsFormat, type Sample } from './exposition.ts'
import { PHASES } from './metrics.ts'
import { type ProcessMetrics, watchProcess } from './process-metrics.ts'

const CONTENT_TYPES: Record<MetricsFormat, string> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}
const STATES = ['connecting', 'ready', 'degraded', 'down'] as const
const STREAMS = ['listen', 'events'] as const

let watched: Promise<ProcessMetrics> | undefined

/**
 * Renders all metrics of the gateway and its process.
 * @param accept the `Accept` header of who asks: OpenMetrics for those who name it
 */
export async function renderMetrics(gateway: Gateway, accept = ''): Promise<{ contentType: string; body: string }> {
  const format = accept.includes('application/openmetrics-text') ? 'openmetrics' : 'prometheus'
  watched ??= watchProcess()
  const body = countedText(gateway, format) + presentText(gateway, format) + (await (await watched)(format))
  return { contentType: CONTENT_TYPES[format], body }
}

function countedText({ metrics, limits }: Gateway, format: MetricsFormat): string {
  const durations = [...metrics.durations].flatMap(([upstream, phases]) =>
    PHASES.map((phase) => ({ labels: [upstream, phase], durations: phases[phase] })),
  )
  const limited = [...limits.refused].map(([scope, value]) => ({ labels: [scope], value }))
  return (
    familyText('causeway_requests_total', metrics.requests.series, format) +
    familyText('causeway_calls_total', metrics.calls.series, format) +
    histogramText('causeway_call_duration_seconds', durations, format) +
    familyText('causeway_denials_total', metrics.denials.series, format) +
    familyText('causeway_limited_total', limited, format) +
    familyText('causeway_broken_results_total', metrics.brokenResults.series, format)
  )
}

function presentText(gateway: Gateway, format: MetricsFormat): string {
  const upstreams = [...gateway.upstreams.values()]
  const single = (value: number): Sample[] => [{ labels: [], value }]
  return (
    familyText(
      'causeway_upstream_state',
      upstreams.flatMap(({ id, state }) =>
        STATES.map((kind) => ({ labels: [id, kind], value: Number(state.kind === kind) })),
      ),
      format,
    ) +
    familyText('causeway_catalog_tools', toolCounts(gateway), format) +
    familyText('causeway_catalog_version', single(gateway.catalog.current.version), format) +
    familyText(
      'causeway_inflight',
      upstreams.map(({ id, bulkhead }) => ({ labels: [id], value: bulkhead.inFlight })),
      format,
    ) +
    familyText('causeway_streams', streamCounts(gateway), format) +
    familyText('causeway_audit_lag_seconds', single(gateway.audit.lagSeconds), format) +
    familyText('causeway_config_reload_success', single(Number(gateway.metrics.isConfigCurrent)), format)
  )
}

function toolCounts({ catalog }: Gateway): Sample[] {
  const counts = new Map(catalog.current.configured.map((id) => [id, 0]))
  for (const { upstream } of catalog.current.entries.tools) counts.set(upstream, (counts.get(upstream) ?? 0) + 1)
  return [...counts].map(([id, value]) => ({ labels: [id], value }))
}

function streamCounts({ streams }: Gateway): Sample[] {
  const open = [...streams]
  return STREAMS.map((kind) => ({ labels: [kind], value: open.filter((stream) => stream.kind === kind).length }))
}
