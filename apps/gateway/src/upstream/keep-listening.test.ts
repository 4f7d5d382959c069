/** Listening goes on until it is refused or ended, and every gap in which a change may have gone unheard is told. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { keepListening, type Listen } from './keep-listening.ts'

function listening(listen: Listen) {
  const stopping = new AbortController()
  const events: string[] = []
  const attempt: Listen = (onOpen) => {
    events.push('attempt')
    return listen(onOpen)
  }
  const done = keepListening(attempt, stopping.signal, () => events.push('gap')).then(() => events.push('over'))
  return { events, stopping, done }
}

it('asks once an upstream that refuses, and tells no gap', async () => {
  const { events, done } = listening(async () => 'refused')
  await done
  expect(events).toEqual(['attempt', 'over'])
})

it('opens a stream again that ended or broke, later each time, and tells the gap before and after', async () => {
  const startedAt = performance.now()
  const attemptedAt: number[] = []
  const { events, stopping, done } = listening(async (onOpen) => {
    attemptedAt.push(performance.now() - startedAt)
    onOpen()
    if (attemptedAt.length === 2) throw new Error('broken')
    return 'ended'
  })
  await sleep(3_300)
  stopping.abort()
  await done
  expect(events).toEqual(['attempt', 'gap', 'attempt', 'gap', 'gap', 'attempt', 'gap', 'gap', 'over'])
  const [, second = 0, third = 0] = attemptedAt
  expect(second).toBeGreaterThan(990)
  expect(third - second).toBeGreaterThan(1_990)
})

it('ends when it is told to, in the pause too', async () => {
  const { events, stopping, done } = listening(async () => 'ended')
  await sleep(20)
  stopping.abort()
  await done
  expect(events).toEqual(['attempt', 'gap', 'over'])
})
