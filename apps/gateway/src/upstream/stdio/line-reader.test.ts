/** Lines come out as they went in, however they are cut; one that is too long comes out as its two ends, and costs only itself. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLineReader } from './line-reader.ts'

interface Read {
  lines: string[]
  overflows: { start: string; end: string }[]
}

function read(maxBytes: number, chunks: readonly Buffer[]): Read {
  const got: Read = { lines: [], overflows: [] }
  const push = createLineReader(maxBytes, {
    onLine: (line) => got.lines.push(line),
    onOverflow: (start, end) => got.overflows.push({ start, end }),
  })
  for (const chunk of chunks) push(chunk)
  return got
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return [...chunks, bytes.subarray(at)]
}

const sizes = fc.array(fc.integer({ min: 0, max: 20 }))
const line = fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replaceAll('\n', ' '))

it('reads lines as they were written, wherever the chunks end', () => {
  fc.assert(
    fc.property(fc.array(line), sizes, (lines, at) => {
      const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''))
      expect(read(10_000, cut(bytes, at))).toEqual({ lines, overflows: [] })
    }),
  )
})

it('leaves out exactly the lines that are too long', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 60, unit: fc.constantFrom('a', 'b', '"') })), sizes, (lines, at) => {
      const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''))
      const { lines: got, overflows } = read(20, cut(bytes, at))
      expect(got).toEqual(lines.filter((each) => each.length <= 20))
      const long = lines.filter((each) => each.length > 20)
      expect(overflows.map((each) => each.start)).toHaveLength(long.length)
    }),
  )
})

describe('a line that is too long', () => {
  it('shows where it begins and ends', () => {
    const long = `{"start":1,${'x'.repeat(5_000)},"id":7}`
    const [overflow] = read(2_000, cut(Buffer.from(`${long}\nnext\n`), [700, 900, 3_000])).overflows
    expect(overflow?.start.startsWith('{"start":1')).toBe(true)
    expect(overflow?.end.endsWith(',"id":7}')).toBe(true)
    expect(overflow?.end.length).toBeLessThanOrEqual(512)
  })

  it('is told once, and without its end when that does not come', () => {
    const chunk = Buffer.alloc(1_000, 'x')
    const { overflows, lines } = read(2_000, [...Array(100).fill(chunk), Buffer.from('\nnext\n')])
    expect(overflows).toEqual([{ start: 'x'.repeat(512), end: '' }])
    expect(lines).toEqual(['next'])
  })
})
