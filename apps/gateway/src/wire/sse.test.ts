/** The reader hears the same events however the bytes come, within its bound, and reads what is written here. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventTooLarge, eventText, KEEP_ALIVE, SseReader, type StreamPlace } from './sse.ts'

/** The events of a stream that comes in pieces cut at these byte offsets; `too large` where the reader gave up. */
function eventsOf(stream: string, cuts: readonly number[] = [], maxCharacters = 1_000): string[] {
  const events: string[] = []
  const reader = new SseReader(maxCharacters, (data) => events.push(data))
  const bytes = Buffer.from(stream)
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  try {
    edges.slice(1).forEach((edge, i) => {
      reader.push(bytes.subarray(edges[i], edge))
    })
  } catch (error) {
    if (!(error instanceof EventTooLarge)) throw error
    events.push('too large')
  }
  return events
}

const lineEnd = fc.constantFrom('\n', '\r', '\r\n')
const field = fc.oneof(
  fc.constantFrom('event: message', 'id: 42', 'retry: 10', ': comment', '', '', 'data', 'data:', 'nonsense', 'DATA: x'),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
  fc.string({ maxLength: 6 }).map((text) => `data:${text.replace(/[\r\n]/g, '')}`),
)
const stream = fc.array(fc.tuple(field, lineEnd)).map((lines) => lines.map((line) => line.join('')).join(''))
const cuts = fc.array(fc.nat(), { maxLength: 12 })

describe('a stream', () => {
  it('gives the same events wherever its bytes are cut', () => {
    fc.assert(
      fc.property(stream, cuts, fc.integer({ min: 1, max: 30 }), (text, at, maxCharacters) => {
        expect(eventsOf(text, at, maxCharacters)).toEqual(eventsOf(text, [], maxCharacters))
      }),
      { numRuns: 300 },
    )
  })

  it('gives the same events when it comes byte by byte', () => {
    const text = 'event: message\r\ndata: {"a":"é😀"}\r\ndata: 2\r\n\r\n: x\n\ndata: b\r\rdata: c\n\n'
    const everywhere = Array.from({ length: Buffer.byteLength(text) }, (_, i) => i)
    expect(eventsOf(text, everywhere)).toEqual(['{"a":"é😀"}\n2', 'b', 'c'])
    expect(eventsOf(text)).toEqual(['{"a":"é😀"}\n2', 'b', 'c'])
  })

  it('gives back any JSON that was written as an event', () => {
    fc.assert(
      fc.property(
        fc.array(fc.json({ maxDepth: 2 }), { maxLength: 4 }),
        cuts,
        fc.boolean(),
        (messages, at, isPretty) => {
          const texts = messages.map((json) => (isPretty ? JSON.stringify(JSON.parse(json), null, 2) : json))
          expect(eventsOf(texts.map(eventText).join(KEEP_ALIVE), at, 100_000)).toEqual(texts)
        },
      ),
    )
  })

  it.each([
    ['the last event is cut', 'data: a\n\ndata: b\n', ['a']],
    ['it starts with a byte order mark', '\ufeffdata: a\n\n', ['a']],
    ['a field has no space', 'data:a\n\n', ['a']],
    ['a field has two spaces', 'data:  a\n\n', [' a']],
    ['a field has no value', 'data\ndata: a\n\n', ['\na']],
    ['it holds ids, retries and comments', 'id: 1\nretry: 5\n: c\ndata: a\n\n', ['a']],
    ['an event only tells where to resume', 'id: 1\ndata: \n\ndata: a\n\n', ['a']],
    ['it ends with a lone carriage return', 'data: a\r\r', ['a']],
    ['separators of paragraphs stand in it', 'data: a\u2028b\u0085c\n\n', ['a\u2028b\u0085c']],
  ])('is read when %s', (_name, text, events) => {
    expect(eventsOf(text)).toEqual(events)
  })

  it('is refused when it is not UTF-8', () => {
    const reader = new SseReader(100, () => {})
    expect(() => reader.push(Buffer.from([0x64, 0xff, 0x0a]))).toThrow(TypeError)
  })
})

describe('the bound', () => {
  it.each([
    ['an event of just that size', `data: ${'x'.repeat(10)}\nid: 12345678\n\n`, ['x'.repeat(10)]],
    ['an event larger by one', `data: ${'x'.repeat(11)}\n\n`, ['too large']],
    ['lines that add up', `data: ${'x'.repeat(5)}\ndata: ${'x'.repeat(5)}\n\n`, ['too large']],
    ['empty lines that add up', 'data:\n'.repeat(12), ['too large']],
    ['a comment without end', `: ${'x'.repeat(20)}`, ['too large']],
    ['events after each other', `data: ${'x'.repeat(10)}\n\ndata: y\n\n`, ['x'.repeat(10), 'y']],
  ])('holds for %s', (_name, text, events) => {
    expect(eventsOf(text, [], 10)).toEqual(events)
    expect(eventsOf(text, [3, 7, 12, 14], 10)).toEqual(events)
  })

  it('keeps a line that trickles in from costing more than its length', () => {
    const reader = new SseReader(10_000_000, () => {})
    const startedAtMs = performance.now()
    const byte = Buffer.from('x')
    for (let i = 0; i < 200_000; i++) reader.push(byte)
    expect(performance.now() - startedAtMs).toBeLessThan(2_000)
  })
})

describe('the place in a stream', () => {
  const placeAfter = (text: string) => {
    const place: StreamPlace = {}
    const reader = new SseReader(1_000, () => {}, place)
    for (const byte of Buffer.from(text)) reader.push(Uint8Array.of(byte))
    return place
  }

  it.each([
    ['id: 7\ndata: x\n\n', { lastEventId: '7' }],
    ['id:7\nretry:20\n\n', { lastEventId: '7', retryMs: 20 }],
    ['id: 7\n\ndata: x\n\n', { lastEventId: '7' }],
    ['id: 7\n\nid: 8\ndata: cut', { lastEventId: '7' }],
    ['id: 7\n\nid\n\n', { lastEventId: undefined }],
    ['id: 7\n\nid: hé\n\n', { lastEventId: undefined }],
    ['id: 7\u0000\n\nretry: soon\n\nretry: -1\n\n', { lastEventId: undefined }],
    ['identity: 7\nretry: 1e3\ndata: x\n\n', {}],
  ])('is, after %j, %j', (text, place) => {
    expect(placeAfter(text)).toEqual(place)
  })
})
