/** Requests that find no connection, or wait for one: they end in time, are told as never sent, and leave nothing behind. */
import type { LookupFunction } from 'node:net'
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

/** Resolves every name to the addresses. */
const resolvingTo = (...addresses: string[]): LookupFunction =>
  ((_name: string, _options: unknown, callback: (error: null, found: unknown) => void) =>
    setImmediate(() =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    )) as unknown as LookupFunction

it('tries the next address of a name when one refuses', async () => {
  upstream.connections = keptTo(upstream.port, {
    host: 'localhost',
    resolve: resolvingTo('::1', '127.0.0.3', '127.0.0.1'),
  })
  expect(await post()).toMatchObject({ body: 'hello' })
  expect(upstream.seen[0]).toContain(`\r\nhost: localhost:${upstream.port}\r\n`)
})

it('goes to an address of IPv6', async () => {
  const other = await startRawUpstream('::1')
  try {
    other.connections = keptTo(other.port, { host: '[::1]' })
    expect(await other.post()).toMatchObject({ body: 'hello' })
    expect(other.seen[0]).toContain(`\r\nhost: [::1]:${other.port}\r\n`)
  } finally {
    await other.close()
  }
})

it('gives up a name that is never resolved, and others wait no longer for its place', async () => {
  upstream.connections = keptTo(upstream.port, {
    host: 'localhost',
    maxConnections: 1,
    connectMs: 50,
    resolve: (() => {}) as unknown as LookupFunction,
  })
  const failed = { wasBegun: false, error: 'it took too long' }
  expect(await Promise.all([post(), post()])).toEqual([failed, failed])
})

it('fails what is not connected yet when it is destroyed', async () => {
  upstream.connections = keptTo(upstream.port, {
    host: 'localhost',
    resolve: (() => {}) as unknown as LookupFunction,
  })
  const asked = post()
  await upstream.connections.destroy()
  expect(await asked).toEqual({ wasBegun: false, error: 'the connection was closed' })
})

it('gives the place of who gave up while waiting to the next, however many gave up', async () => {
  upstream.connections = keptTo(upstream.port, { maxConnections: 1 })
  let release = () => {}
  upstream.answer = (socket, number) => {
    release = () => socket.write(ok(String(number)))
    if (number > 1) release()
  }
  const first = post()
  const never = (controller: PostController) => controller.abort(new Error('gave up'))
  const gone = Array.from({ length: 5_000 }, () => post('{}', { onStart: never }))
  const last = post()
  while (upstream.seen.length === 0) await sleep(1)
  release()
  expect(await first).toMatchObject({ body: '1' })
  expect(await last).toMatchObject({ body: '2' })
  expect(new Set((await Promise.all(gone)).map(({ error }) => error))).toEqual(new Set(['gave up']))
})

it('serves who waits when the connection of who went before is lost', async () => {
  upstream.connections = keptTo(upstream.port, { maxConnections: 1 })
  upstream.answer = (socket, number) => (number % 2 === 1 ? socket.destroy() : socket.write(ok(String(number))))
  const outcomes = await Promise.all([post(), post(), post(), post()])
  expect(outcomes.map(({ body }) => body)).toEqual([undefined, '2', undefined, '4'])
})

it.each(['content-length', 'Transfer-Encoding', 'connection', 'host', 'HOST', 'expect', 'upgrade', 'keep-alive'])(
  'refuses a header %s, which is its own to write',
  async (name) => {
    const error = expect.stringContaining(name)
    expect(await post('{}', { headers: [name, '1'] })).toEqual({ wasBegun: false, error })
    expect(upstream.seen).toHaveLength(0)
  },
)

it.each(['/a b', '/a\r\nx-evil: 1', '/\u00e4'])('refuses the path %j', async (path) => {
  const error = await new Promise<Error>((resolve, reject) => {
    const fail = () => reject(new Error('It was sent'))
    upstream.connections.dispatch(
      { path, method: 'POST', headers: [], body: '{}' },
      {
        onRequestStart: fail,
        onResponseStart: fail,
        onResponseData: fail,
        onResponseEnd: fail,
        onResponseError: (_, thrown) => resolve(thrown),
      },
    )
  })
  expect(error.message).toContain('Cannot send to the path')
})
