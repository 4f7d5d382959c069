/** Follows one chain through its segments: every record is what was written, in its place, and nothing is missing; the first that is not so is named. */
import { EMPTY_HEAD, type Head, readPlace } from './chain.ts'
import { readLines } from './read-lines.ts'
import { parseRecord } from './read-records.ts'
import type { SegmentName } from './segment-name.ts'

/** What is wrong with a chain. */
export type ProblemKind = 'changed' | 'removed' | 'reordered' | 'truncated' | 'rewritten' | 'forged'

/** The first thing that is wrong, and where. */
export interface ChainProblem {
  kind: ProblemKind
  /** Number of the first record that is not as it was written, or not there. */
  seq: number
  /** File and line, where there is one. */
  at?: string
  message: string
}

/** Where somebody trustworthy saw the chain. */
export interface Sighting extends Head {
  /** Who saw it, for the report. */
  by: string
  /** Whether who saw it signed for it. */
  isSigned: boolean
}

/** What is known of a chain beside its records. */
export interface ChainKnowledge {
  sightings: readonly Sighting[]
  /** Everything up to here was deleted by rule. */
  deletedUpTo: Head | undefined
}

/** What a walk through a chain found. */
export interface ChainReport {
  instance: string
  segments: number
  records: number
  firstSeq: number
  lastSeq: number
  /** How many sightings the chain agrees with. */
  sightings: number
  /** Whether there is a signed checkpoint of it: without one nothing tells that a gateway of this store wrote it. */
  isSigned: boolean
  /** Bytes of a record that a crash left unfinished at its end. */
  tornBytes: number
  /** Ends of other chains that this one vouches for. */
  witnesses: (Head & { instance: string })[]
  problem?: ChainProblem
}

/** Walks through a chain. */
export function verifyChain(
  instance: string,
  segments: readonly SegmentName[],
  { sightings, deletedUpTo }: ChainKnowledge,
): ChainReport {
  const walk = new Walk(instance, segments, sightings)
  const problem = walk.run(deletedUpTo)
  const { report } = walk
  return problem === undefined ? report : { ...report, problem }
}

class Walk {
  readonly report: ChainReport
  readonly #segments: readonly SegmentName[]
  readonly #sightings: readonly Sighting[]
  #head: Head | undefined
  #agreedSeq = 0

  constructor(instance: string, segments: readonly SegmentName[], sightings: readonly Sighting[]) {
    this.#segments = segments
    this.#sightings = sightings.toSorted((a, b) => a.seq - b.seq)
    this.report = {
      instance,
      segments: segments.length,
      records: 0,
      firstSeq: 0,
      lastSeq: 0,
      sightings: 0,
      isSigned: sightings.some((each) => each.isSigned),
      tornBytes: 0,
      witnesses: [],
    }
  }

  run(deletedUpTo: Head | undefined): ChainProblem | undefined {
    const seen = Map.groupBy(this.#sightings, ({ seq }) => seq)
    for (const { path, name } of this.#segments) {
      let number = 0
      for (const { text, isWhole } of readLines(path)) {
        number++
        if (!isWhole) {
          this.report.tornBytes = Buffer.byteLength(text)
          continue
        }
        const problem = this.#next(text, deletedUpTo) ?? this.#compare(seen)
        if (problem) return { ...problem, at: `${name}:${number}` }
        this.#remember(text)
      }
    }
    return this.#atEnd(deletedUpTo) ?? this.#contradiction(seen)
  }

  // What is deleted cannot be held against anything but what others saw of it.
  #contradiction(seen: ReadonlyMap<number, readonly Sighting[]>): ChainProblem | undefined {
    for (const [seq, [one, ...others]] of seen) {
      const other = others.find(({ hash }) => hash !== one?.hash)
      if (other) return { kind: 'rewritten', seq, message: `is not what ${one?.by} saw: ${other.by} saw another` }
    }
    return undefined
  }

  #next(line: string, deletedUpTo: Head | undefined): ChainProblem | undefined {
    const place = readPlace(line)
    const before = this.#head ?? this.#beginning(place, deletedUpTo)
    const expected = before.seq + 1
    if (!place?.isIntact || parseRecord(line)?.instance !== this.report.instance)
      return { kind: 'changed', seq: expected, message: 'is not as it was written' }
    if (place.seq !== expected) return this.#misplaced(place.seq, expected)
    if (place.prevHash !== before.hash) {
      // Its successor tells that the record before was another one.
      const seq = Math.max(1, before.seq)
      return { kind: 'changed', seq, message: 'is not the record that the next one follows' }
    }
    this.#head = { seq: place.seq, hash: place.hash }
    this.report.records++
    this.report.firstSeq ||= place.seq
    this.report.lastSeq = place.seq
    return undefined
  }

  // A chain begins with its first record, or behind what was deleted by rule; of that, a part may still be there.
  #beginning(place: ReturnType<typeof readPlace>, deletedUpTo: Head | undefined): Head {
    if (!deletedUpTo || !place || place.seq === 1) return EMPTY_HEAD
    return place.seq <= deletedUpTo.seq ? { seq: place.seq - 1, hash: place.prevHash } : deletedUpTo
  }

  #misplaced(found: number, expected: number): ChainProblem {
    if (found < expected) return { kind: 'reordered', seq: found, message: 'stands where it does not belong' }
    return this.#isAnywhere(expected)
      ? { kind: 'reordered', seq: expected, message: 'does not stand where it belongs' }
      : { kind: 'removed', seq: expected, message: `is missing: record ${found} stands in its place` }
  }

  #isAnywhere(seq: number): boolean {
    for (const { path } of this.#segments)
      for (const { text } of readLines(path)) {
        const place = readPlace(text)
        if (place?.isIntact && place.seq === seq) return true
      }
    return false
  }

  #compare(seen: ReadonlyMap<number, readonly Sighting[]>): ChainProblem | undefined {
    const head = this.#head as Head
    const here = seen.get(head.seq) ?? []
    const other = here.find(({ hash }) => hash !== head.hash)
    if (!other) {
      this.report.sightings += here.length
      if (here.some(({ isSigned }) => isSigned)) this.#agreedSeq = head.seq
      return undefined
    }
    const seq = this.#agreedSeq + 1
    const range = seq === head.seq ? '' : `, or one of those up to ${head.seq},`
    return { kind: 'rewritten', seq, message: `${range} is not what ${other.by} saw`.replace(/^, /, '') }
  }

  #remember(line: string): void {
    if (!line.includes('"method":"causeway/audit/started"')) return
    const { origin, args } = parseRecord(line) as { origin?: unknown; args?: unknown }
    const witnesses = (args as { witnesses?: ChainReport['witnesses'] } | undefined)?.witnesses
    if (origin === 'gateway' && Array.isArray(witnesses)) this.report.witnesses.push(...witnesses)
  }

  #atEnd(deletedUpTo: Head | undefined): ChainProblem | undefined {
    const lastSeq = Math.max(this.report.lastSeq, deletedUpTo?.seq ?? 0)
    const beyond = this.#sightings.find(({ seq }) => seq > lastSeq)
    if (!beyond) return undefined
    const kind = lastSeq === 0 ? 'removed' : 'truncated'
    return { kind, seq: lastSeq + 1, message: `is missing: ${beyond.by} saw record ${beyond.seq}` }
  }
}
