/** The lines of a large file one after the other, from either end, without holding all of it. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const CHUNK_BYTES = 256 * 1024
const LINE_FEED = 0x0a
/** No record is nearly as long: what is, nobody here wrote, and it is not to fill the memory. */
const MAX_LINE_BYTES = 4 * 1024 * 1024

/** A line, and whether its line feed is there: only the last one of a file may lack it. */
export interface Line {
  text: string
  isWhole: boolean
}

/** From the first to the last; one that is too long to be a record comes as an empty one. */
export function* readLines(path: string): Generator<Line> {
  const file = openSync(path, 'r')
  try {
    let rest: Buffer = Buffer.alloc(0)
    let isTooLong = false
    for (let position = 0; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      const length = readSync(file, chunk, 0, CHUNK_BYTES, position)
      if (length === 0) break
      position += length
      rest = Buffer.concat([rest, chunk.subarray(0, length)])
      let start = 0
      for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED, start)) {
        yield { text: isTooLong ? '' : rest.toString('utf8', start, end), isWhole: true }
        isTooLong = false
        start = end + 1
      }
      rest = rest.subarray(start)
      if (rest.length <= MAX_LINE_BYTES) continue
      isTooLong = true
      rest = Buffer.alloc(0)
    }
    if (isTooLong) yield { text: '', isWhole: true }
    else if (rest.length > 0) yield { text: rest.toString('utf8'), isWhole: false }
  } finally {
    closeSync(file)
  }
}

/** From the last to the first; an unfinished last line is left out. */
export function* readLinesBackward(path: string): Generator<string> {
  const file = openSync(path, 'r')
  try {
    let rest: Buffer | undefined
    for (let position = fstatSync(file).size; position > 0; ) {
      const length = Math.min(CHUNK_BYTES, position)
      position -= length
      const chunk = Buffer.allocUnsafe(length)
      readSync(file, chunk, 0, length, position)
      let block = rest ? Buffer.concat([chunk, rest]) : chunk.subarray(0, chunk.lastIndexOf(LINE_FEED))
      // Before the last line feed of all there is nothing whole yet.
      if (!rest && chunk.lastIndexOf(LINE_FEED) < 0) continue
      for (let feed = block.lastIndexOf(LINE_FEED); feed >= 0; feed = block.lastIndexOf(LINE_FEED)) {
        yield block.toString('utf8', feed + 1)
        block = block.subarray(0, feed)
      }
      rest = block
    }
    if (rest) yield rest.toString('utf8')
  } finally {
    closeSync(file)
  }
}

/** How many bytes stand behind the last line feed. */
export function unfinishedBytes(path: string): number {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    for (let position = size; position > 0; ) {
      const length = Math.min(CHUNK_BYTES, position)
      position -= length
      const chunk = Buffer.allocUnsafe(length)
      readSync(file, chunk, 0, length, position)
      const feed = chunk.lastIndexOf(LINE_FEED)
      if (feed >= 0) return size - position - feed - 1
    }
    return size
  } finally {
    closeSync(file)
  }
}
