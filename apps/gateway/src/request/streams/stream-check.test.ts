/** Thousands of open streams hear of a change without holding up what else there is to do. */
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import type { OpenStream } from './open-stream.ts'
import { createStreamCheck } from './stream-check.ts'

const COUNT = 1_000

it('asks every stream that is still open, once for changes that come together, with turns in between', async () => {
  const asked: number[] = []
  const streams = new Set<OpenStream>()
  let inFirstTurn = 0
  const look = (index: number) => {
    asked.push(index)
    if (index === 0) setImmediate(endFirstTurn)
  }
  const all = Array.from({ length: COUNT }, (_, index) => ({ check: () => look(index) }) as unknown as OpenStream)
  const endFirstTurn = () => {
    inFirstTurn = asked.length
    streams.delete(all[COUNT - 1] as OpenStream)
  }
  for (const stream of all) streams.add(stream)
  const check = createStreamCheck(streams)
  check()
  check()
  await vi.waitFor(() => expect(asked.length).toBeGreaterThanOrEqual(COUNT - 1))
  await turn()
  expect(inFirstTurn).toBeGreaterThan(0)
  expect(inFirstTurn).toBeLessThan(COUNT)
  expect(asked).toEqual(Array.from({ length: COUNT - 1 }, (_, index) => index))
})
