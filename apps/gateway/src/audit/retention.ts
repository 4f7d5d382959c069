/** Deletes whole segments that are too old, the oldest of a chain first, and only after a signed word on where the rest of it begins. */
import { rmSync, statSync } from 'node:fs'
import type { Head } from './chain.ts'
import { readLinesBackward } from './read-lines.ts'
import { parseRecord } from './read-records.ts'
import { chainsOf, listSegments } from './segment-name.ts'
import { tailOf } from './tail.ts'

/** What the sweep works on. */
export interface RetentionParts {
  folder: string
  /** A segment whose file and last record are from before this goes, ms since the epoch; at least a day ago, so that nobody writes to it any more. */
  beforeMs: number
  /** Makes it known that a chain's records up to here are deleted. */
  retain(instance: string, head: Head): Promise<void>
}

/**
 * Deletes what is due.
 * @returns how many segments are gone
 */
export async function sweepSegments({ folder, beforeMs, retain }: RetentionParts): Promise<number> {
  let count = 0
  for (const segments of chainsOf(listSegments(folder)).values()) {
    const youngest = segments.findIndex(({ path }) => lastWrittenMs(path) >= beforeMs)
    const due = youngest < 0 ? segments : segments.slice(0, youngest)
    const tail = tailOf(due)
    if (tail) await retain(tail.instance, { seq: tail.seq, hash: tail.hash })
    for (const { path } of due) rmSync(path, { force: true })
    count += due.length
  }
  return count
}

// Another gateway on the same directory sweeps too. The time of a file is set by whoever can write to it, and what a record
// says of its time cannot be changed unseen: the later of them counts, or the gateway would sign for what others want gone.
function lastWrittenMs(path: string): number {
  const writtenMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  if (writtenMs === undefined) return 0
  const [line = ''] = readLinesBackward(path)
  const recordedMs = Date.parse(parseRecord(line)?.time ?? '')
  return Number.isFinite(recordedMs) ? Math.max(writtenMs, recordedMs) : writtenMs
}
