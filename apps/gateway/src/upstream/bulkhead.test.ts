/** A bulkhead holds as many calls as it has places, lets as many wait, and refuses the rest. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBulkhead } from './bulkhead.ts'

const live = new AbortController().signal

it('lets calls in up to its places, then makes as many wait, then refuses', async () => {
  const bulkhead = createBulkhead('up', 2)
  const leave = [await bulkhead.enter(live), await bulkhead.enter(live)]
  const waiting = [bulkhead.enter(live), bulkhead.enter(live)]
  await expect(bulkhead.enter(live)).rejects.toMatchObject({
    code: 'upstream_overloaded',
    detail: { upstream: 'up', retryAfterMs: 500 },
  })
  for (const each of leave) each()
  for (const each of await Promise.all(waiting)) each()
  expect(bulkhead.inFlight).toBe(0)
})

it('serves those who wait in their order, before anyone who comes later', async () => {
  const bulkhead = createBulkhead('up', 1)
  const served: string[] = []
  const work = async (name: string) => {
    const leave = await bulkhead.enter(live)
    served.push(name)
    return leave
  }
  const first = await work('first')
  const second = work('second')
  first()
  const late = work('late')
  ;(await second)()
  ;(await late)()
  expect(served).toEqual(['first', 'second', 'late'])
})

describe('who gives up', () => {
  it('leaves the queue and takes no place', async () => {
    const bulkhead = createBulkhead('up', 1)
    const leave = await bulkhead.enter(live)
    const abort = new AbortController()
    const gone = bulkhead.enter(abort.signal)
    abort.abort(new Error('gone'))
    await expect(gone).rejects.toThrow('gone')
    const next = bulkhead.enter(live)
    leave()
    ;(await next)()
    expect(bulkhead.inFlight).toBe(0)
  })

  it('before entering does not enter', async () => {
    const bulkhead = createBulkhead('up', 1)
    await expect(bulkhead.enter(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
    expect(bulkhead.inFlight).toBe(0)
  })
})

it('never holds more than its places, and is empty in the end', async () => {
  const job = fc.record({ ticks: fc.integer({ min: 0, max: 5 }), givesUp: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(job, { maxLength: 20 }), async (places, jobs) => {
      const bulkhead = createBulkhead('up', places)
      let inside = 0
      const run = async ({ ticks, givesUp }: { ticks: number; givesUp: boolean }) => {
        const abort = new AbortController()
        const entering = bulkhead.enter(abort.signal)
        if (givesUp) queueMicrotask(() => abort.abort())
        const leave = await entering
        inside++
        expect(inside).toBeLessThanOrEqual(places)
        for (let i = 0; i < ticks; i++) await Promise.resolve()
        inside--
        leave()
      }
      await Promise.allSettled(jobs.map(run))
      expect(bulkhead.inFlight).toBe(0)
    }),
  )
})
