/** Upstreams that bend HTTP, or break off where they should not: each request ends once, with its own answer or none, and takes nothing with it. */
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

it.each([1, 4])(
  'loses no request to an upstream that closes behind each answer unsaid: %i at a time',
  async (count) => {
    upstream.connections = keptTo(upstream.port, { maxConnections: 3 })
    upstream.answer = (socket) => socket.end(ok('hello'))
    const inTurn = async () => {
      for (let i = 0; i < 12; i++) {
        expect(await post()).toMatchObject({ body: 'hello' })
        // Who is busy has not looked, however much time has passed.
        for (const untilMs = performance.now() + (i % 3) * 4; performance.now() < untilMs; );
      }
    }
    await Promise.all(Array.from({ length: count }, inTurn))
  },
)

it.each([
  ['a status below all others', 'HTTP/1.1 099 X\r\nContent-Length: 5\r\n\r\nhello', ok(' and more')],
  ['trailers without an end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ', 'x'.repeat(40_000)],
  ['extensions without an end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;', 'x'.repeat(40_000)],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n', ''],
  ['lines without returns', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n', ''],
  ['a space before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello', ''],
  ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello', ''],
])('takes %s for no answer', async (_, first, second) => {
  upstream.answer = async (socket, number) => {
    if (number > 1) return socket.write(ok('again'))
    socket.write(first)
    await sleep(5)
    socket.write(second)
  }
  expect(await post()).toMatchObject({ wasBegun: true, error: expect.any(String) })
  expect(await post()).toMatchObject({ body: 'again' })
  expect(upstream.sockets).toHaveLength(2)
})

it.each([
  ['HTTP/1.1 999 Odd\r\nContent-Length: 5\r\n\r\nhello', { status: 999, body: 'hello' }, 1],
  ['HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello', { status: 200, body: 'hello' }, 1],
  ['HTTP/1.1 204 No Content\r\n\r\n', { status: 204, body: '' }, 1],
  ['HTTP/1.1 304 Not Modified\r\n\r\n', { status: 304, body: '' }, 1],
  ['HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello', { status: 200, body: 'hello' }, 2],
  ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello', { status: 200, body: 'hello' }, 1],
])('reads %j', async (bytes, outcome, connections) => {
  upstream.answer = (socket) => socket.write(bytes)
  expect(await post()).toMatchObject(outcome)
  expect(await post()).toMatchObject(outcome)
  expect(upstream.sockets).toHaveLength(connections)
})

it.each(['204 No Content', '304 Not Modified'])(
  'never takes the body of a %s, which has none, for the next answer',
  async (status) => {
    const poison = ok('poison')
    upstream.answer = (socket, number) => {
      if (number > 1) return setTimeout(() => socket.write(ok('mine')), 30)
      socket.write(`HTTP/1.1 ${status}\r\nContent-Length: ${poison.length}\r\n\r\n`)
      return setTimeout(() => socket.write(poison), 10)
    }
    await post()
    expect(await post()).toMatchObject({ body: 'mine' })
  },
)

it('has one failed request of a handler that throws, wherever it does', async () => {
  const fault = () => {
    throw new Error('a fault of ours')
  }
  for (const on of [{ onResponseStart: fault }, { onResponseData: fault }, { onResponseEnd: fault }])
    expect(await post('{}', { on })).toMatchObject({ error: 'a fault of ours' })
  expect(await post()).toMatchObject({ body: 'hello' })
})

it('fails a request whose upstream ends its side without an answer', async () => {
  upstream.answer = (socket, number) => (number === 1 ? socket.end() : socket.write(ok('again')))
  expect(await post()).toMatchObject({ wasBegun: true, error: 'it closed the connection' })
  expect(await post()).toMatchObject({ body: 'again' })
})

it('passes on an answer that comes before the request is out, and does not use the connection again', async () => {
  const early = await startRawUpstream()
  try {
    const large = 'x'.repeat(12_000_000)
    const asked = early.post(large)
    while (early.sockets.length === 0) await sleep(1)
    early.sockets[0]?.pause()
    early.sockets[0]?.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n')
    expect(await asked).toMatchObject({ status: 413, body: '' })
    expect(await early.post()).toMatchObject({ body: 'hello' })
    expect(early.sockets).toHaveLength(2)
  } finally {
    await early.close()
  }
})

it('can be ended while an upstream announces and never answers', async () => {
  let timer: NodeJS.Timeout | undefined
  upstream.answer = (socket) => {
    timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'), 1)
  }
  let given: PostController | undefined
  const asked = post('{}', { onStart: (controller) => (given = controller) })
  while (upstream.seen.length === 0) await sleep(1)
  await sleep(20)
  given?.abort(new Error('given up'))
  expect(await asked).toEqual({ wasBegun: true, error: 'given up' })
  clearInterval(timer)
  upstream.answer = (socket) => socket.write(ok('again'))
  expect(await post()).toMatchObject({ body: 'again' })
})

it('passes on nothing of an answer behind the point at which it was given up', async () => {
  let chunks = 0
  const on = {
    onResponseData(controller: PostController) {
      chunks++
      controller.abort(new Error('enough'))
    },
  }
  upstream.answer = (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n${ok('poison')}`)
  expect(await post('{}', { on })).toMatchObject({ error: 'enough' })
  expect(chunks).toBe(1)
  upstream.answer = (socket) => socket.write(ok('again'))
  expect(await post()).toMatchObject({ body: 'again' })
})

it('sends one request from the end of another, over the same connection', async () => {
  let inner: ReturnType<RawUpstream['post']> | undefined
  const on = {
    onResponseEnd() {
      inner = post('{"inner":1}')
    },
  }
  await post('{}', { on })
  expect(await inner).toMatchObject({ body: 'hello' })
})

it('ends each of many requests once, with its own answer or none, whatever the upstream does in between', async () => {
  const whims: ((socket: Socket, id: string) => void)[] = [
    (socket, id) => socket.write(ok(id)),
    (socket, id) => setTimeout(() => socket.write(ok(id)), 2),
    (socket, id) => socket.write(ok(id) + ok('poison')),
    (socket, id) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${id}`),
    (socket, id) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${ok(id, 'Connection: close\r\n')}`),
    (socket, id) => socket.write(ok(id).slice(0, -1), () => socket.destroy()),
    (socket, id) => socket.write(ok(id), () => setTimeout(() => socket.destroy(), 1)),
    (socket, id) => setImmediate(() => socket.end(ok(id))),
    (socket) => socket.destroy(),
  ]
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 0x7fffffff
    return seed % below
  }
  upstream.connections = keptTo(upstream.port, { maxConnections: 4 })
  upstream.answer = (socket, _number, text) =>
    whims[random(whims.length)]?.(socket, text.slice(text.indexOf('\r\n\r\n') + 4))
  let own = 0
  const inTurn = async (_: unknown, worker: number) => {
    for (let i = 0; i < 50; i++) {
      const id = `"${worker}/${i}"`
      const given = (controller: PostController) => setTimeout(() => controller.abort(new Error('given up')), 1)
      const { body, error } = await post(id, random(8) === 0 ? { onStart: given } : {})
      expect([id, undefined]).toContain(body)
      expect(body ?? error).toBeDefined()
      if (body === id) own++
    }
  }
  await Promise.all(Array.from({ length: 6 }, inTurn))
  expect(own).toBeGreaterThan(100)
  await upstream.connections.close()
})
