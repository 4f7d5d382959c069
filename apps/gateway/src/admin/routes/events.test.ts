/** What becomes of a stream of events that nobody reads. */
import { expect, it, vi } from 'vitest'
import type { AdminEvent } from '../event-hub.ts'
import type { AdminParts, Asked } from '../route.ts'
import { eventRoutes } from './events.ts'

function open() {
  const listeners = new Set<(event: AdminEvent) => void>()
  const streams = Object.assign(new Set<() => void>(), { max: 1 })
  const hub = {
    listen: (listener: (event: AdminEvent) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    since: () => undefined,
  }
  const hangUp = vi.fn()
  const parts = { hub, door: { isAdmitted: () => true }, store: { onChange: () => () => {} }, streams }
  const asked = { admin: { expiresMs: Date.now() + 60_000 }, signal: new AbortController().signal, hangUp }
  const [route] = eventRoutes
  const response = route?.handle(asked as unknown as Asked, parts as unknown as AdminParts) as Response
  const tell = (count: number) => {
    for (let i = 0; i < count; i++)
      for (const listener of listeners) listener({ id: `a-${i}`, type: 'agents', data: {} })
  }
  return { response, tell, streams, listeners, hangUp }
}

it('it is cut, and does not keep its connection, once too much waits', () => {
  const { tell, streams, listeners, hangUp } = open()
  tell(900)
  expect([streams.size, hangUp.mock.calls.length]).toEqual([1, 0])
  tell(200)
  expect([streams.size, listeners.size, hangUp.mock.calls.length]).toEqual([0, 0, 1])
})

it('its connection is cut too when it ends for another reason', () => {
  const { tell, streams, hangUp } = open()
  tell(10)
  for (const end of streams) end()
  expect(hangUp).toHaveBeenCalledOnce()
})

it('one that is read ends as it should', async () => {
  const { response, tell, streams, hangUp } = open()
  const text = response.text()
  await new Promise((resolve) => setImmediate(resolve))
  tell(2)
  await new Promise((resolve) => setImmediate(resolve))
  for (const end of streams) end()
  expect(await text).toContain('id: a-1')
  expect(hangUp).not.toHaveBeenCalled()
})
