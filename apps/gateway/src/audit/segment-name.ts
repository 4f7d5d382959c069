/** Names of segments: when each was begun, whose chain it belongs to, and its place there; sorted by name they are sorted by time. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A segment as its name tells it. */
export interface SegmentName {
  name: string
  path: string
  /** Whose chain it is. */
  instance: string
  /** Its place in the chain, from 1. */
  number: number
}

const NAME = /^\d{8}T\d{9}Z-([a-z0-9]{12})-(\d{6,9})\.jsonl$/

/** The name of a new segment. */
export function segmentName(instance: string, number: number, nowMs: number): string {
  const time = new Date(nowMs).toISOString().replace(/[-:.]/g, '')
  return `${time}-${instance}-${String(number).padStart(6, '0')}.jsonl`
}

/** The segments of a folder, oldest first; none when there is no such folder. */
export function listSegments(folder: string): SegmentName[] {
  return namesIn(folder)
    .flatMap((name) => {
      const [, instance, number] = NAME.exec(name) ?? []
      return instance === undefined ? [] : [{ name, path: join(folder, name), instance, number: Number(number) }]
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The segments of each chain in its order; chains by when they began. */
export function chainsOf(segments: readonly SegmentName[]): Map<string, SegmentName[]> {
  const chains = new Map<string, SegmentName[]>()
  for (const segment of segments) {
    const chain = chains.get(segment.instance)
    if (chain) chain.push(segment)
    else chains.set(segment.instance, [segment])
  }
  for (const chain of chains.values()) chain.sort((a, b) => a.number - b.number)
  return chains
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
