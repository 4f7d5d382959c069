/** Where a chain ends on the disk: its last whole record, and what a crash left behind it. */

import type { Head } from './chain.ts'
import { readPlace } from './chain.ts'
import { readLinesBackward, unfinishedBytes } from './read-lines.ts'
import { chainsOf, listSegments, type SegmentName } from './segment-name.ts'

/** The end of a chain. */
export interface Tail extends Head {
  instance: string
  /** Bytes of a record that was not written to its end. */
  tornBytes?: number
}

/** Chains that a new one vouches for: those before them were vouched for by these. */
const MAX_WITNESSED = 16

/** The ends of the latest chains. */
export function tailsOf(folder: string): Tail[] {
  const chains = [...chainsOf(listSegments(folder)).values()]
  const latest = chains
    .sort((a, b) => ((a.at(-1)?.name ?? '') < (b.at(-1)?.name ?? '') ? 1 : -1))
    .slice(0, MAX_WITNESSED)
  return latest.flatMap((segments) => tailOf(segments) ?? [])
}

/** The end of what these segments hold; `undefined` when there is no record in them. */
export function tailOf(segments: readonly SegmentName[]): Tail | undefined {
  for (const { path, instance } of segments.toReversed()) {
    const [line] = readLinesBackward(path)
    const place = line === undefined ? undefined : readPlace(line)
    if (!place) continue
    const tornBytes = unfinishedBytes(segments.at(-1)?.path as string)
    return { instance, seq: place.seq, hash: place.hash, ...(tornBytes > 0 ? { tornBytes } : {}) }
  }
  return undefined
}
