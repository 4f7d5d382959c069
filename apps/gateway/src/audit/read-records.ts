/** Finds records in the segments, newest first: what the admin API lists and `causeway audit export` writes. */

import { readLines, readLinesBackward } from './read-lines.ts'
import { chainsOf, listSegments } from './segment-name.ts'

/** A record as a reader sees it; members that matter to filters named. */
export interface AuditRecord {
  v: 1
  seq: number
  time: string
  instance: string
  requestId: string | null
  agent: string | null
  keyId: string | null
  user: string | null
  method: string | null
  upstream: string | null
  tool: string | null
  rule: string | null
  decision: string | null
  reason: string | null
  approvalId: string | null
  kind: 'intent' | 'result' | 'attempt'
  status: number | null
  error?: string
  hash: string
  [member: string]: unknown
}

/** Which records; each member narrows. */
export interface RecordFilter {
  /** First and last moment, ms since the epoch. */
  sinceMs?: number | undefined
  untilMs?: number | undefined
  agent?: string | undefined
  user?: string | undefined
  tool?: string | undefined
  upstream?: string | undefined
  kind?: string | undefined
  decision?: string | undefined
  /** The request id. */
  request?: string | undefined
}

/** A line with what it says. */
export interface FoundRecord {
  line: string
  record: AuditRecord
}

const MEMBERS = [
  ['agent', 'agent'],
  ['user', 'user'],
  ['tool', 'tool'],
  ['upstream', 'upstream'],
  ['kind', 'kind'],
  ['decision', 'decision'],
  ['request', 'requestId'],
] as const

/** Lines between two turns for others, where somebody else waits for this process. */
const LINES_A_TURN = 500

/**
 * The newest records that fit, newest first, all chains together.
 * @param query.limit how many at most
 */
export async function readRecords(folder: string, query: RecordFilter & { limit: number }): Promise<AuditRecord[]> {
  const found: AuditRecord[] = []
  for (const segments of chainsOf(listSegments(folder)).values()) {
    let count = 0
    let lines = 0
    for (const line of linesBackward(segments.map(({ path }) => path))) {
      if (++lines % LINES_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
      const each = parseRecord(line)
      if (!each) continue
      if (query.sinceMs !== undefined && Date.parse(each.time) < query.sinceMs) break
      if (!fits(each, query)) continue
      found.push(each)
      if (++count >= query.limit) break
    }
  }
  return found.sort((a, b) => (a.time === b.time ? b.seq - a.seq : a.time < b.time ? 1 : -1)).slice(0, query.limit)
}

/** All records that fit, chain by chain, oldest first. */
export function* allRecords(folder: string, filter: RecordFilter): Generator<FoundRecord> {
  for (const { path } of listSegments(folder))
    for (const { text, isWhole } of readLines(path)) {
      const record = isWhole ? parseRecord(text) : undefined
      if (record && fits(record, filter)) yield { line: text, record }
    }
}

function* linesBackward(paths: readonly string[]): Generator<string> {
  for (const path of paths.toReversed()) yield* readLinesBackward(path)
}

/** The record in a line; `undefined` for what is none. */
export function parseRecord(line: string): AuditRecord | undefined {
  try {
    const record = JSON.parse(line) as AuditRecord
    return record.v === 1 && typeof record.time === 'string' ? record : undefined
  } catch {
    return undefined
  }
}

/** Whether a record is one of those asked for. */
export function fits(record: AuditRecord, filter: RecordFilter): boolean {
  const timeMs = Date.parse(record.time)
  if (filter.sinceMs !== undefined && timeMs < filter.sinceMs) return false
  if (filter.untilMs !== undefined && timeMs > filter.untilMs) return false
  return MEMBERS.every(([name, member]) => filter[name] === undefined || record[member] === filter[name])
}
