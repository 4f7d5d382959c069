/** Verifies all chains of a directory against the checkpoints, the keys that sign them, and what later chains saw of earlier ones. */

import type { JsonWebKey } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Head } from './chain.ts'
import { type Checkpoint, readCheckpointLine } from './checkpoint.ts'
import { readLines } from './read-lines.ts'
import { chainsOf, listSegments, type SegmentName } from './segment-name.ts'
import { type ChainKnowledge, type ChainReport, type Sighting, verifyChain } from './verify-chain.ts'

/** What is verified, and by which keys. */
export interface AuditFilesToVerify {
  folder: string
  checkpoints: string
  /** Public keys that are trusted, by id; without any, those that the checkpoints bring along. */
  keys?: ReadonlyMap<string, JsonWebKey>
}

/** What was found. */
export interface AuditReport {
  /** Newest first. */
  chains: ChainReport[]
  records: number
  /** How many good checkpoints there are. */
  checkpoints: number
  /** Whether the keys came from somewhere else than the checkpoints themselves. */
  isKeyTrusted: boolean
}

interface Knowledge {
  sightings: Sighting[]
  deletedUpTo: Head | undefined
  /** A checkpoint that nobody trusted signed. */
  forged: Checkpoint | undefined
}

/** Reads everything once; nothing is changed. */
export function verifyAudit({ folder, checkpoints, keys }: AuditFilesToVerify): AuditReport {
  // The checkpoints first: a gateway that runs goes on writing, and must not seem to be behind them.
  const { known, count } = readCheckpoints(checkpoints, keys)
  const chains = chainsOf(listSegments(folder))
  const begun = (instance: string) => chains.get(instance)?.[0]?.name ?? ''
  const instances = [...chains.keys()].sort((a, b) => (begun(a) < begun(b) ? 1 : -1))
  // Newest first, because a chain vouches for those before it; those that nothing is left of come last.
  const reports = instances.map((instance) => verifyOne(instance, chains, known))
  for (const instance of known.keys()) if (!chains.has(instance)) reports.push(verifyOne(instance, chains, known))
  return {
    // Of a chain that was deleted by rule as a whole there is nothing to tell.
    chains: reports.filter(({ segments, problem }) => segments > 0 || problem),
    records: reports.reduce((sum, { records }) => sum + records, 0),
    checkpoints: count,
    isKeyTrusted: keys !== undefined,
  }
}

function verifyOne(
  instance: string,
  chains: ReadonlyMap<string, readonly SegmentName[]>,
  known: Map<string, Knowledge>,
): ChainReport {
  const knowledge = knowledgeOf(known, instance)
  const report = verifyChain(instance, chains.get(instance) ?? [], knowledge)
  for (const { instance: of, seq, hash } of report.problem ? [] : report.witnesses)
    knowledgeOf(known, of).sightings.push({
      seq,
      hash,
      by: `the chain ${instance}, when it began,`,
      isSigned: false,
    })
  return withForgery(report, knowledge)
}

function withForgery(report: ChainReport, { forged }: Knowledge): ChainReport {
  if (report.problem || !forged) return report
  const { seq, kid } = forged
  return { ...report, problem: { kind: 'forged', seq, message: `has a checkpoint that no known key signed (${kid})` } }
}

function knowledgeOf(known: Map<string, Knowledge>, instance: string): Knowledge & ChainKnowledge {
  const before = known.get(instance)
  if (before) return before
  const made: Knowledge = { sightings: [], deletedUpTo: undefined, forged: undefined }
  known.set(instance, made)
  return made
}

function readCheckpoints(
  folder: string,
  trusted: ReadonlyMap<string, JsonWebKey> | undefined,
): { known: Map<string, Knowledge>; count: number } {
  const known = new Map<string, Knowledge>()
  const brought = new Map<string, JsonWebKey>()
  let count = 0
  for (const name of checkpointFiles(folder))
    for (const { text } of readLines(join(folder, name))) {
      const line = readCheckpointLine(text)
      if (!line) continue
      if ('publicJwk' in line) brought.set(line.kid, line.publicJwk)
      else if (isGood(line, trusted ?? brought)) {
        count++
        note(knowledgeOf(known, line.checkpoint.instance), line.checkpoint)
      } else knowledgeOf(known, line.checkpoint.instance).forged ??= line.checkpoint
    }
  return { known, count }
}

function isGood(
  { checkpoint, isSignedBy }: Extract<NonNullable<ReturnType<typeof readCheckpointLine>>, { checkpoint: Checkpoint }>,
  keys: ReadonlyMap<string, JsonWebKey>,
): boolean {
  const key = keys.get(checkpoint.kid)
  return key !== undefined && isSignedBy(key)
}

function note(knowledge: Knowledge, { kind, seq, hash }: Checkpoint): void {
  if (kind !== 'retention') knowledge.sightings.push({ seq, hash, by: 'a checkpoint', isSigned: true })
  else {
    knowledge.sightings.push({ seq, hash, by: 'what was noted when older ones were deleted', isSigned: true })
    if (!knowledge.deletedUpTo || knowledge.deletedUpTo.seq < seq) knowledge.deletedUpTo = { seq, hash }
  }
}

function checkpointFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
