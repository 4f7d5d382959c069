/** Answers of a length and answers in chunks end where they end, however the bytes come. */
import { describe, expect, it } from 'vitest'
import { AnswerReader } from './answer-reader.ts'

const sized = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length: 11\r\n\r\n{"a":"b\\r"}'
const chunked =
  'HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nda\r\nt\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n'
const empty = 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'

function read(text: string, pieceBytes: number): { ends: boolean[]; status: number; bytes: number } {
  const reader = new AnswerReader()
  const bytes = Buffer.from(text)
  const ends: boolean[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) ends.push(reader.push(bytes.subarray(at, at + pieceBytes)))
  return { ends, status: reader.status, bytes: reader.bytes }
}

describe.each([1, 2, 7, 40, 1_000])('read %d bytes at a time', (pieceBytes) => {
  it.each([
    ['of a length', sized, 200, 11],
    ['in chunks', chunked, 202, 31],
    ['without a body', empty, 404, 0],
  ])('an answer %s ends with its last byte', (_what, text, status, bytes) => {
    const answer = read(text, pieceBytes)
    expect(answer).toMatchObject({ status, bytes })
    expect(answer.ends.slice(0, -1)).not.toContain(true)
    expect(answer.ends.at(-1)).toBe(true)
  })
})

it('starts anew with the next answer', () => {
  const reader = new AnswerReader()
  for (const [text, status] of [
    [sized, 200],
    [empty, 404],
    [chunked, 202],
  ] as const) {
    expect(reader.push(Buffer.from(text))).toBe(true)
    expect(reader.status).toBe(status)
  }
})

it('refuses an answer whose end it cannot know', () => {
  expect(() => new AnswerReader().push(Buffer.from('HTTP/1.1 200 OK\r\n\r\nx'))).toThrow('neither a length nor chunks')
})
