/** Tokens over their life, by a clock that stands still until it is moved. */
import { beforeEach, expect, test } from 'vitest'
import { type FetchedToken, TokenStore } from './token-store.ts'

let nowMs: number
let store: TokenStore
let fetched: number
let failing: boolean
const fetch = async (): Promise<FetchedToken> => {
  fetched++
  const token = `token-${fetched}`
  await Promise.resolve()
  if (failing) throw new Error('none')
  return { token, lifeMs: 100_000 }
}
const get = () => store.get('a', fetch)
/** What is handed out at once, `undefined` when it has to be waited for. */
const atOnce = () => {
  const given = get()
  if (typeof given === 'string') return given
  given.catch(() => {})
  return undefined
}

beforeEach(() => {
  nowMs = 1_000_000
  store = new TokenStore(() => nowMs)
  fetched = 0
  failing = false
})

test('are fetched once, however many want them', async () => {
  expect(await Promise.all(Array.from({ length: 50 }, get))).toEqual(Array(50).fill('token-1'))
  expect([atOnce(), fetched]).toEqual(['token-1', 1])
})

test('are renewed before they end, and nobody waits for it', async () => {
  await get()
  nowMs += 79_000
  expect([atOnce(), fetched]).toEqual(['token-1', 1])
  nowMs += 2_000
  expect([atOnce(), atOnce(), fetched]).toEqual(['token-1', 'token-1', 2])
  await get()
  await Promise.resolve()
  expect(atOnce()).toBe('token-2')
})

test('are not handed out in their last seconds', async () => {
  await get()
  nowMs += 94_000
  failing = true
  expect(atOnce()).toBe('token-1')
  await new Promise((resolve) => setTimeout(resolve))
  nowMs += 2_000
  await expect(get()).rejects.toThrow('none')
})

test('that cannot be had fail at once for a second, and are then asked for again', async () => {
  failing = true
  await expect(get()).rejects.toThrow('none')
  nowMs += 900
  await expect(get()).rejects.toThrow('none')
  expect(fetched).toBe(1)
  failing = false
  nowMs += 100
  expect([await get(), fetched]).toEqual(['token-2', 2])
})

test('that are refused are let go, and at most once in five seconds', async () => {
  await get()
  store.refused('another')
  expect(atOnce()).toBe('token-1')
  store.refused('token-1')
  expect(await get()).toBe('token-2')
  store.refused('token-2')
  expect(atOnce()).toBe('token-2')
  nowMs += 5_000
  store.refused('token-2')
  expect(await get()).toBe('token-3')
})

test('are kept apart by key', async () => {
  expect(await store.get('b', fetch)).toBe('token-1')
  expect(await get()).toBe('token-2')
  store.refused('token-1')
  expect(atOnce()).toBe('token-2')
})
