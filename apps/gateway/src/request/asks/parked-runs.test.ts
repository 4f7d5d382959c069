/** A parked call is gone on with once, by its own caller and request, within its time; after that it is ended. */
import { createSealer } from '@causeway/shared-contracts/sealer'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Caller } from '../caller.ts'
import { PARKED_MS, ParkedRuns } from './parked-runs.ts'

const caller = { id: 'a' } as Caller
let ended: string[]
let parked: ParkedRuns<{ name: string; expire(): void }>

beforeEach(() => {
  vi.useFakeTimers()
  ended = []
  parked = new ParkedRuns(createSealer(Buffer.alloc(32, 7), 'parked'))
})
afterEach(() => vi.useRealTimers())

const park = (name: string, by = caller) => parked.park({ name, expire: () => void ended.push(name) }, by, 'digest')
const lost = expect.objectContaining({ code: 'exchange_lost' })
const invalid = expect.objectContaining({ code: 'invalid_state' })
function failureOf(take: () => unknown): unknown {
  try {
    return take()
  } catch (error) {
    return error
  }
}

it('waits for ten minutes, and is ended then', () => {
  expect(PARKED_MS).toBe(600_000)
  const state = park('late')
  vi.advanceTimersByTime(PARKED_MS - 1)
  expect(ended).toEqual([])
  vi.advanceTimersByTime(1)
  expect(ended).toEqual(['late'])
  expect(failureOf(() => parked.take(state, caller, 'digest'))).toEqual(lost)
})

it('is taken once, and never ended after that', () => {
  const state = park('once')
  expect(failureOf(() => parked.take(state, { id: 'b' } as Caller, 'digest'))).toEqual(invalid)
  expect(failureOf(() => parked.take(state, caller, 'another'))).toEqual(invalid)
  expect(failureOf(() => parked.take('made up', caller, 'digest'))).toEqual(invalid)
  expect(parked.take(state, caller, 'digest').name).toBe('once')
  expect(failureOf(() => parked.take(state, caller, 'digest'))).toEqual(lost)
  vi.advanceTimersByTime(PARKED_MS)
  expect(ended).toEqual([])
})

it('has room for 32 of one caller, and again when one of them is gone', () => {
  const states = Array.from({ length: 32 }, (_, count) => {
    expect(parked.hasRoom(caller)).toBe(true)
    return park(`call ${count}`)
  })
  expect(parked.hasRoom(caller)).toBe(false)
  expect(parked.hasRoom({ id: 'b' } as Caller)).toBe(true)
  parked.take(states[0] as string, caller, 'digest')
  expect(parked.hasRoom(caller)).toBe(true)
})

it('is ended when the gateway ends', () => {
  park('open')
  parked.expireAll()
  expect(ended).toEqual(['open'])
})
