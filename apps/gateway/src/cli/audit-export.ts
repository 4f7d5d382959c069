/** `causeway audit export`: records as JSON lines, or sent to an OpenTelemetry collector. */
import { auditFolder } from '../audit/audit-folders.ts'
import { otlpLogs } from '../audit/otlp-logs.ts'
import { allRecords, type FoundRecord, type RecordFilter } from '../audit/read-records.ts'
import { durationMs } from '../config/units.ts'
import { egressFetch } from '../egress/egress-fetch.ts'
import { CliError } from './cli-error.ts'
import type { Workspace } from './workspace.ts'

export interface ExportOptions
  extends Pick<RecordFilter, 'agent' | 'user' | 'tool' | 'upstream' | 'kind' | 'decision' | 'request'> {
  since?: string
  until?: string
  /** `true` for the configured one. */
  otlp?: string | true
}

/** So many go in one write, or in one request. */
const BATCH = 500
const TIMEOUT_MS = 30_000

/**
 * Writes or sends what fits.
 * @throws CliError
 */
export async function auditExport(workspace: Workspace, options: ExportOptions): Promise<void> {
  const { config, terminal, printer } = workspace
  const { since, until, otlp, ...filter } = options
  const found = allRecords(auditFolder(config.dataDir), { ...filter, sinceMs: timeOf(since), untilMs: timeOf(until) })
  const url = otlp === undefined ? undefined : logsUrl(otlp === true ? config.telemetry.otlp : otlp)
  let count = 0
  for (const batch of batchesOf(found)) {
    count += batch.length
    if (url === undefined) terminal.write(batch.map(({ line }) => `${line}\n`).join(''))
    else await send(url, batch)
  }
  if (url !== undefined) printer.answer({ sent: count }, () => `${count} records were sent to ${url}.`)
}

function* batchesOf(found: Iterable<FoundRecord>): Generator<FoundRecord[]> {
  let batch: FoundRecord[] = []
  for (const each of found) {
    batch.push(each)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function send(url: string, batch: readonly FoundRecord[]): Promise<void> {
  const hint = 'Check that a collector with an OTLP/HTTP receiver listens there'
  const failed = (reason: string) =>
    new CliError('unreachable', `Cannot send records to "${url}": ${reason}`, { code: 'otlp_unreachable', hint })
  const { status } = await egressFetch({
    url,
    configured: [url],
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: otlpLogs(batch, Date.now()),
    timeoutMs: TIMEOUT_MS,
  }).catch((error: unknown) => {
    throw failed((error as Error).message)
  })
  if (status < 200 || status > 299) throw failed(`status ${status}`)
}

function logsUrl(base: string | null): string {
  if (base === null || !URL.canParse(base))
    throw new CliError('usage', 'Cannot send records: no collector is named', {
      code: 'otlp_unknown',
      hint: 'Set telemetry.otlp, or give its URL: --otlp http://127.0.0.1:4318',
    })
  return base.endsWith('/v1/logs') ? base : `${base.replace(/\/$/, '')}/v1/logs`
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ago = durationMs(text)
  const ms = ago === undefined ? Date.parse(text) : Date.now() - ago
  if (Number.isFinite(ms)) return ms
  throw new CliError('usage', `Cannot read the time "${text}": neither a date nor a duration`, {
    code: 'time_invalid',
    hint: 'Write 2026-11-21, 2026-11-21T08:00:00Z, or 24h for a day ago',
  })
}
