/** Which lists are news to whom: a session is known exactly, clients without one by their agent and by time. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore, type Store } from '../../store/open-store.ts'
import { HeardLists } from './heard-lists.ts'

const HOUR_MS = 3_600_000
const first = { tools: 't1', prompts: 'p1', resources: 'r1' }
const second = { ...first, tools: 't2' }
let dir: string
let store: Store
let nowMs: number
let lists: HeardLists
const again = () => new HeardLists(store, () => nowMs)

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-heard-'))
  store = openStore(dir, {})
  nowMs = Date.now()
  lists = again()
})
afterEach(() => {
  lists.flush()
  store.close()
  rmSync(dir, { recursive: true, force: true })
})

test('a session hears once of what it did not know, before and after it is written', () => {
  const listener = { session: store.sessions.begin('a', nowMs), agent: 'a', route: '' }
  expect(lists.hear(listener, first)).toEqual(['tools', 'prompts', 'resources'])
  expect(lists.hear(listener, first)).toEqual([])
  expect(lists.hear(listener, second)).toEqual(['tools'])
  lists.flush()
  expect(again().hear(listener, second)).toEqual([])
})

test('a client without a session hears for an hour of what its agent has been told', () => {
  const listener = { session: undefined, agent: 'a', route: '' }
  expect(lists.hear(listener, first)).toEqual([])
  lists.flush()
  lists = again()
  expect(lists.hear(listener, second)).toEqual(['tools'])
  nowMs += HOUR_MS - 1
  expect(lists.hear(listener, second)).toEqual(['tools'])
  expect(lists.hear({ ...listener, route: 'up' }, second)).toEqual([])
  expect(lists.hear({ ...listener, agent: 'b' }, second)).toEqual([])
  nowMs += 1
  expect(lists.hear(listener, second)).toEqual([])
})

test('a client without a session is back for five minutes after a restart, if its agent has listened before', () => {
  const listener = { session: undefined, agent: 'a', route: '' }
  lists.hear(listener, first)
  expect(lists.isBack(listener)).toBe(false)
  lists.flush()
  lists = again()
  lists.hear(listener, first)
  lists.hear({ ...listener, agent: 'b' }, first)
  expect([lists.isBack(listener), lists.isBack({ ...listener, agent: 'b' })]).toEqual([true, false])
  nowMs += 5 * 60_000
  expect(lists.isBack(listener)).toBe(false)
})

test('what cannot be written costs one notification too many, and nothing else', () => {
  const listener = { session: store.sessions.begin('a', nowMs), agent: 'a', route: '' }
  const failing = new HeardLists({
    ...store,
    transaction: () => {
      throw new Error('disk full')
    },
  })
  failing.hear(listener, first)
  failing.flush()
  expect(failing.hear(listener, first)).toEqual(['tools', 'prompts', 'resources'])
  failing.flush()
})
