/** What waits for a child that does not read is bounded in size and in time. */
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createBoundedInput } from './bounded-input.ts'

let received: string[]
let goOn: (() => void) | undefined
let stalls: number

beforeEach(() => {
  received = []
  goOn = undefined
  stalls = 0
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A pipe whose reader takes one line whenever it is told to go on. */
function start(limits: { maxBytes: number; stallMs: number }) {
  const pipe = new Writable({
    write(chunk: Buffer, _encoding, done) {
      received.push(chunk.toString())
      goOn = done
    },
  })
  return createBoundedInput(pipe, () => stalls++, limits)
}
const take = async () => {
  goOn?.()
  await sleep(0)
}

it('takes nothing more while too much waits', async () => {
  const input = start({ maxBytes: 20, stallMs: 1_000 })
  for (const line of ['1234567890', '1234567890', 'dropped']) input.write(line)
  expect(input.isFull).toBe(true)
  await take()
  expect(input.isFull).toBe(false)
  input.write('last')
  await take()
  await take()
  expect(received).toEqual(['1234567890\n', '1234567890\n', 'last\n'])
})

it('tells once that nothing is read', async () => {
  const input = start({ maxBytes: 100, stallMs: 40 })
  input.write('unread')
  input.write('unread too')
  await vi.advanceTimersByTimeAsync(150)
  expect(stalls).toBe(1)
})

it('has patience with a child that reads slowly, and with one that has nothing to read', async () => {
  const input = start({ maxBytes: 100, stallMs: 60 })
  for (let line = 0; line < 6; line++) input.write('slow')
  for (let line = 0; line < 6; line++) {
    await vi.advanceTimersByTimeAsync(30)
    await take()
  }
  await vi.advanceTimersByTimeAsync(100)
  expect(received).toHaveLength(6)
  expect(stalls).toBe(0)
})
