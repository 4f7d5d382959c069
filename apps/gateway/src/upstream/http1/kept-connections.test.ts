/** Posts over kept connections to an upstream that writes raw bytes: what is one answer is read as one however it arrives, and what is not ends the connection. */
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { keptTo, ok, type RawUpstream, startRawUpstream } from '../../../test/support/start-raw-upstream.ts'
import type { PostController } from './pending-post.ts'

let upstream: RawUpstream
const post: RawUpstream['post'] = (...all) => upstream.post(...all)

beforeEach(async () => {
  upstream = await startRawUpstream()
})
afterEach(() => upstream.close())

it('sends what it is given, and uses the connection again', async () => {
  const first = await post('{"ä":1}', { headers: ['x-one', 'two', 'x-latin', 'caf\u00e9'] })
  expect(first).toMatchObject({ status: 200, body: 'hello', headers: { 'content-type': 'application/json' } })
  await post('{}')
  expect(upstream.seen[0]).toMatch(/^POST \/mcp HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\n/)
  expect(upstream.seen[0]).toContain('\r\nx-one: two\r\n')
  expect(upstream.seen[0]?.endsWith('content-length: 8\r\n\r\n{"ä":1}')).toBe(true)
  expect(upstream.sockets).toHaveLength(1)
})

it.each([
  ['a body in chunks', 'Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nX-Trailer: 1\r\n\r\n'],
  ['a body with a length', 'Content-Length: 5\r\n\r\nhello'],
  ['an announcement first', 'Content-Length: 5\r\n\r\nhello', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'],
  [
    'many headers',
    `${Array.from({ length: 60 }, (_, i) => `X-${i}: ${i}\r\n`).join('')}Content-Length: 5\r\n\r\nhello`,
  ],
])('reads %s, whatever pieces it comes in, and keeps the connection', async (_, rest, before = '') => {
  const bytes = Buffer.from(`${before}HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\n${rest}`)
  upstream.answer = async (socket, number) => {
    if (number === 1) socket.write(bytes)
    else for (const byte of bytes) socket.write(Buffer.of(byte)) && (await new Promise(setImmediate))
  }
  const outcomes = [await post(), await post()]
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ status: 200, body: 'hello', headers: { 'x-a': ['1', '2'] } })
  expect(upstream.sockets).toHaveLength(1)
})

it('reads a body that only the end of the connection ends', async () => {
  upstream.answer = (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nhello')
  expect(await post()).toMatchObject({ status: 200, body: 'hello' })
  expect(await post()).toMatchObject({ body: 'hello' })
  expect(upstream.sockets).toHaveLength(2)
})

it.each([
  ['no HTTP', 'hello there\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
  [
    'a length and chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  ],
  ['a head without an end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
  ['a bad chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n'],
  ['a line folded into the next', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: a\r\n\tb: c\r\n\r\nhello'],
])('takes %s for no answer and lets go of the connection', async (_, bytes) => {
  upstream.answer = (socket, number) => socket.write(number === 1 ? bytes : ok('again'))
  expect(await post()).toMatchObject({ wasBegun: true, error: expect.any(String) })
  expect(await post()).toMatchObject({ body: 'again' })
  expect(upstream.sockets).toHaveLength(2)
})

it('never gives what follows an answer to the next request', async () => {
  upstream.answer = (socket, number) => socket.write(number === 1 ? ok('mine') + ok('poison') : ok('yours'))
  expect(await post()).toMatchObject({ body: 'mine' })
  expect(await post()).toMatchObject({ body: 'yours' })
  expect(upstream.sockets).toHaveLength(2)
})

it('lets go of a connection on which something arrives that nobody asked for', async () => {
  upstream.answer = (socket, number) => {
    socket.write(ok(String(number)))
    setTimeout(() => socket.write(ok('unasked')), 5)
  }
  await post()
  await sleep(50)
  expect(await post()).toMatchObject({ body: '2' })
  expect(upstream.sockets).toHaveLength(2)
})

it.each([
  ['Connection: close\r\n', 2],
  ['Keep-Alive: timeout=1\r\n', 2],
  ['Keep-Alive: timeout=60, max=100\r\n', 1],
])('does with the connection what the upstream says: %j', async (head, expected) => {
  upstream.answer = (socket) => socket.write(ok('x', head))
  await post()
  await post()
  expect(upstream.sockets).toHaveLength(expected)
})

it('fails a request whose connection ends, and says that it was begun', async () => {
  upstream.answer = (socket) => socket.destroy()
  expect(await post()).toMatchObject({ wasBegun: true, error: expect.any(String) })
  upstream.answer = (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello')
  expect(await post()).toMatchObject({ status: 200, error: expect.any(String) })
})

it('fails a request that finds nobody, and says that it was not begun', async () => {
  await upstream.connections.destroy()
  upstream.connections = keptTo(1)
  expect(await post()).toEqual({ wasBegun: false, error: expect.stringContaining('ECONNREFUSED') })
})

it('ends the connection of a request that is given up, and of no other', async () => {
  const waiting: Socket[] = []
  upstream.answer = (socket) => waiting.push(socket)
  let given: PostController | undefined
  const gone = post('{"n":1}', { onStart: (controller) => (given = controller) })
  const kept = post('{"n":2}')
  while (waiting.length < 2) await sleep(1)
  given?.abort(new Error('given up'))
  given?.abort(new Error('twice'))
  expect(await gone).toMatchObject({ error: 'given up' })
  for (const socket of waiting) socket.write(ok('late'))
  expect(await kept).toMatchObject({ body: 'late' })
})

it('sends nothing of a request that is given up as it begins', async () => {
  expect(await post('{}', { onStart: (controller) => controller.abort(new Error('never')) })).toMatchObject({
    error: 'never',
  })
  expect(await post()).toMatchObject({ body: 'hello' })
  expect(upstream.seen).toHaveLength(1)
})

it('has no more connections than it may, and serves who waits in turn', async () => {
  await upstream.connections.destroy()
  upstream.connections = keptTo(upstream.port, { maxConnections: 2 })
  upstream.answer = (socket, number) => setTimeout(() => socket.write(ok(String(number))), 2)
  const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => post(JSON.stringify({ i }))))
  expect(outcomes.map(({ body }) => Number(body)).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, i) => i + 1),
  )
  expect(upstream.seen.map((text) => JSON.parse(text.slice(text.indexOf('{'))).i)).toEqual(
    Array.from({ length: 20 }, (_, i) => i),
  )
  expect(upstream.sockets).toHaveLength(2)
})

it.each(['a\r\nx-evil: 1', 'a\nb', 'a\0b', '\u20ac'])('refuses %j as the value of a header', async (value) => {
  expect(await post('{}', { headers: ['x-one', value] })).toMatchObject({ wasBegun: false, error: expect.any(String) })
  expect(upstream.seen).toHaveLength(0)
})

it('finishes what is under way when it is closed, and takes no more', async () => {
  upstream.answer = (socket) => setTimeout(() => socket.write(ok('done')), 20)
  const under = post()
  while (upstream.seen.length === 0) await sleep(1)
  const ended = upstream.connections.close()
  expect(await post()).toMatchObject({ wasBegun: false, error: expect.stringContaining('closed') })
  expect(await under).toMatchObject({ body: 'done' })
  await ended
})

it('fails what is under way and what waits when it is destroyed', async () => {
  await upstream.connections.destroy()
  upstream.connections = keptTo(upstream.port, { maxConnections: 1 })
  upstream.answer = () => {}
  const all = [post(), post(), post()]
  while (upstream.seen.length === 0) await sleep(1)
  await upstream.connections.destroy()
  for (const outcome of await Promise.all(all)) expect(outcome.error).toBe('the connection was closed')
})
