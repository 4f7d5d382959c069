/** The gateway's metrics by name: the contract with whoever draws a dashboard or writes an alert, and the source of the table in docs/telemetry.md. */

/** What one metric is. */
export interface MetricFamily {
  type: 'counter' | 'gauge' | 'histogram'
  labels: readonly string[]
  help: string
}

/** All of them but those of the process, which are the usual ones of prom-client. */
export const METRIC_FAMILIES = {
  causeway_requests_total: {
    type: 'counter',
    labels: ['method', 'era', 'status'],
    help: 'Requests on the MCP routes, by MCP method and HTTP status',
  },
  causeway_calls_total: {
    type: 'counter',
    labels: ['upstream', 'tool', 'agent', 'outcome'],
    help: 'Requests about one definition, by how they ended',
  },
  causeway_call_duration_seconds: {
    type: 'histogram',
    labels: ['upstream', 'phase'],
    help: 'Where the time of such a request went',
  },
  causeway_denials_total: {
    type: 'counter',
    labels: ['agent', 'reason'],
    help: 'Requests that were denied, by the code of the failure',
  },
  causeway_limited_total: {
    type: 'counter',
    labels: ['scope'],
    help: 'Requests that a limit stopped, by whose limit it was',
  },
  causeway_broken_results_total: {
    type: 'counter',
    labels: ['upstream', 'finding'],
    help: 'Results that broke the output schema of their tool, or could not be held against it',
  },
  causeway_upstream_state: {
    type: 'gauge',
    labels: ['upstream', 'state'],
    help: 'Whether the upstream is in that state: 1 or 0',
  },
  causeway_catalog_tools: { type: 'gauge', labels: ['upstream'], help: 'Tools of the upstream that are served' },
  causeway_catalog_version: {
    type: 'gauge',
    labels: [],
    help: 'Version of the catalog; goes up by one with every change of it',
  },
  causeway_inflight: { type: 'gauge', labels: ['upstream'], help: 'Calls that the upstream works on now' },
  causeway_streams: { type: 'gauge', labels: ['kind'], help: 'Event streams on which agents listen now' },
  causeway_audit_lag_seconds: {
    type: 'gauge',
    labels: [],
    help: 'Age of the oldest audit record that is not in its file yet',
  },
  causeway_config_reload_success: {
    type: 'gauge',
    labels: [],
    help: 'Whether the configuration as it was last read is in force: 1 or 0',
  },
} as const satisfies Record<string, MetricFamily>

/** Name of one of them. */
export type MetricName = keyof typeof METRIC_FAMILIES
