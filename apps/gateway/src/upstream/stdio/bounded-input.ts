/** The input of a child with a bound on what waits to be read, because a child that stops reading must not fill the gateway's memory. */
import type { Writable } from 'node:stream'

/** A line writer. */
export interface BoundedInput {
  /** Whether so much waits that nothing more is taken. */
  readonly isFull: boolean
  /** Writes a line, or drops it when the input is full. */
  write(line: string): void
}

/** How much may wait, and for how long the child may read nothing of it. */
export interface InputLimits {
  maxBytes: number
  stallMs: number
}

const LIMITS: InputLimits = { maxBytes: 16 * 1024 * 1024, stallMs: 30_000 }

/** @param onStalled called once when the child has read nothing for too long */
export function createBoundedInput(input: Writable, onStalled: () => void, limits = LIMITS): BoundedInput {
  let waiting = 0
  let stalling: NodeJS.Timeout | undefined
  const onWritten = () => {
    waiting--
    clearTimeout(stalling)
    if (waiting > 0) stalling = setTimeout(onStalled, limits.stallMs).unref()
  }
  return {
    get isFull() {
      return input.writableLength > limits.maxBytes
    },
    write(line) {
      if (this.isFull) return
      if (waiting === 0) stalling = setTimeout(onStalled, limits.stallMs).unref()
      waiting++
      input.write(`${line}\n`, onWritten)
    },
  }
}
