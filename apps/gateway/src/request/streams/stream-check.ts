/** Lets open streams look for news after a change: together, a moment later, and a few at a time. */
import { setImmediate as turn } from 'node:timers/promises'
import type { OpenStream } from './open-stream.ts'

/** Streams are told of a change a little apart, so that ten thousand clients do not list at once. */
const JITTER_MS = 50
/** Thousands of streams take longer to look than any call may wait; so many take less than a millisecond. */
const AT_ONCE = 200

/** Makes the function that is called at each change. */
export function createStreamCheck(streams: ReadonlySet<OpenStream>): () => void {
  let isPending = false
  const check = async () => {
    isPending = false
    const open = [...streams]
    for (let from = 0; from < open.length; from += AT_ONCE) {
      if (from > 0) await turn()
      for (const stream of open.slice(from, from + AT_ONCE)) if (streams.has(stream)) stream.check()
    }
  }
  return () => {
    if (isPending) return
    isPending = true
    setTimeout(check, Math.random() * JITTER_MS)
  }
}
