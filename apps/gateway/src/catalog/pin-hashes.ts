/** The hashes of what an upstream listed last, so that a list that comes again costs nothing and a large one blocks nobody. */
import { hash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PinMark } from '../store/pins.ts'
import { KINDS, type PinKind } from './definition.ts'
import { definitionHash } from './definition-hash.ts'
import type { Snapshot } from './snapshot.ts'

/** Hashes by text. */
export interface PinHashes {
  /** Hashes what is new in the lists, a few milliseconds at a time. */
  prepare(lists: Snapshot['lists'], known: readonly PinMark[], signal: AbortSignal): Promise<void>
  of(kind: PinKind, text: string): { hash: string; textHash: string }
}

const SLICE_MS = 5

export function createPinHashes(): PinHashes {
  let byText = new Map<string, string>()
  const learn = (kind: PinKind, text: string, textHash: string): string => {
    const known = byText.get(textHash) ?? definitionHash(kind, text)
    byText.set(textHash, known)
    return known
  }
  return {
    async prepare(lists, known, signal) {
      const before = byText
      byText = new Map(known.flatMap(hashesOf))
      let sliceStartMs = performance.now()
      for (const kind of KINDS) {
        for (const { text } of lists[kind]) {
          const textHash = hash('sha256', text)
          const same = before.get(textHash)
          if (same !== undefined) byText.set(textHash, same)
          else tryTo(() => learn(kind, text, textHash))
          if (performance.now() - sliceStartMs < SLICE_MS) continue
          await nextTurn(undefined, { signal })
          sliceStartMs = performance.now()
        }
      }
    },
    of(kind, text) {
      const textHash = hash('sha256', text)
      return { hash: learn(kind, text, textHash), textHash }
    },
  }
}

function hashesOf({ hash, textHash, heldHash, heldTextHash }: PinMark): [string, string][] {
  const pairs: [string | null, string | null][] = [
    [textHash, hash],
    [heldTextHash, heldHash],
  ]
  return pairs.filter((pair): pair is [string, string] => pair[0] !== null && pair[1] !== null)
}

// What is not a definition is found out later, and told with its reason.
function tryTo(work: () => void): void {
  try {
    work()
  } catch {}
}
