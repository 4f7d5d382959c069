/** A fair queue serves agents in turns, and has no more room for one of them than for another when many want in. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FairQueue } from './fair-queue.ts'

function open(max: number) {
  const queue = new FairQueue(max)
  const gone: string[] = []
  const call = (agent: string, name = agent) => ({
    agent,
    name,
    admit() {},
    giveUp: () => void gone.push(name),
  })
  return { queue, gone, call, add: (agent: string, name?: string) => queue.add(call(agent, name)) }
}

const drain = (queue: FairQueue) => {
  const names: string[] = []
  for (let next = queue.next(); next; next = queue.next()) names.push((next as { name?: string }).name ?? '')
  return names
}

it('serves agents in turns, and each of them in its order', () => {
  const { queue, add } = open(10)
  for (const [agent, name] of [
    ['a', 'a1'],
    ['a', 'a2'],
    ['a', 'a3'],
    ['b', 'b1'],
    ['c', 'c1'],
    ['b', 'b2'],
  ] as const)
    add(agent, name)
  expect(drain(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
})

it('when it is full, takes the newest call of the greediest agent out for another, down to equal parts', () => {
  const { queue, gone, add } = open(4)
  for (const name of ['a1', 'a2', 'a3', 'a4']) expect(add('a', name)).toBe(true)
  expect([add('a', 'a5'), add('b', 'b1'), add('b', 'b2'), add('b', 'b3'), add('c', 'c1')]).toEqual([
    false,
    true,
    true,
    false,
    true,
  ])
  expect(gone).toEqual(['a4', 'a3', 'a2'])
  expect(drain(queue)).toEqual(['a1', 'b1', 'c1', 'b2'])
})

it('forgets who gives up, and minds nobody who left already', () => {
  const { queue, call } = open(2)
  const [one, two] = [call('a', 'a1'), call('a', 'a2')]
  for (const each of [one, two]) queue.add(each)
  for (const each of [one, one]) queue.remove(each)
  expect(drain(queue)).toEqual(['a2'])
  queue.remove(two)
  expect(queue.add(call('b'))).toBe(true)
})

it('holds each call at most once and no more than it may, whatever happens', () => {
  const step = fc.record({ agent: fc.constantFrom('a', 'b', 'c'), does: fc.constantFrom('add', 'next', 'remove') })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 60 }), (max, steps) => {
      const queue = new FairQueue(max)
      const inside = new Set<object>()
      for (const { agent, does } of steps) {
        const waiting = { agent, admit() {}, giveUp: () => void inside.delete(waiting) }
        if (does === 'add' && queue.add(waiting)) inside.add(waiting)
        if (does === 'next') {
          const wasEmpty = inside.size === 0
          const next = queue.next()
          expect(next === undefined || inside.delete(next)).toBe(true)
          expect(next === undefined).toBe(wasEmpty)
        }
        const [some] = inside as Set<typeof waiting>
        if (does === 'remove' && some) {
          queue.remove(some)
          inside.delete(some)
        }
        expect(inside.size).toBeLessThanOrEqual(max)
      }
      for (let next = queue.next(); next; next = queue.next()) expect(inside.delete(next)).toBe(true)
      expect(inside.size).toBe(0)
    }),
  )
})
