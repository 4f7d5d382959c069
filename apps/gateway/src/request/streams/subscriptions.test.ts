/** Subscriptions of sessions: kept in the store, held in memory for as long as somebody may have to be told. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openStore, type Store } from '../../store/open-store.ts'
import { Subscriptions } from './subscriptions.ts'

let dir: string
let store: Store
let session: { number: number; agent: string }
let subscriptions: Subscriptions
const again = () => new Subscriptions(store.sessionSubscriptions, 20)

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-subscriptions-'))
  store = openStore(dir, {})
  session = { number: store.sessions.begin('ops', 1), agent: 'ops' }
  subscriptions = again()
})
afterEach(() => {
  store.close()
  rmSync(dir, { recursive: true, force: true })
})

test('a session that has just subscribed has missed nothing; after a restart it may have missed all', () => {
  subscriptions.set(session, 'a://1', 'a')
  subscriptions.set(session, 'b://1', 'b')
  expect(subscriptions.openStream(session)).toEqual([])
  expect([subscriptions.of('a'), subscriptions.of('b')]).toEqual([
    new Map([['ops', new Set(['a://1'])]]),
    new Map([['ops', new Set(['b://1'])]]),
  ])
  const restarted = again()
  expect(restarted.of('a').size).toBe(0)
  expect(restarted.openStream(session)).toEqual(['a://1', 'b://1'])
  expect(restarted.of('a')).toEqual(new Map([['ops', new Set(['a://1'])]]))
})

test('a stream beside one that is open may take its place, and so may have missed all', () => {
  subscriptions.set(session, 'a://1', 'a')
  subscriptions.openStream(session)
  expect(subscriptions.openStream(session)).toEqual(['a://1'])
})

test('what a stream could not tell is for the next one, unless nobody wants to hear of it any more', () => {
  subscriptions.set(session, 'a://1', 'a')
  subscriptions.openStream(session)
  subscriptions.closeStream(session.number)
  subscriptions.putBack(session.number, ['a://1', 'a://gone'])
  expect(subscriptions.openStream(session)).toEqual(['a://1'])
})

test('nothing is watched for a session that has not listened for a while, and it then may have missed all', async () => {
  const letGo = vi.fn()
  subscriptions.onLetGo = letGo
  subscriptions.set(session, 'a://1', 'a')
  subscriptions.openStream(session)
  await new Promise((resolve) => setTimeout(resolve, 40))
  expect(subscriptions.of('a').size).toBe(1)
  subscriptions.closeStream(session.number)
  await vi.waitFor(() => expect(letGo).toHaveBeenCalledOnce())
  expect(subscriptions.of('a').size).toBe(0)
  expect(subscriptions.openStream(session)).toEqual(['a://1'])
})

test('the end of a session is the end of its rows, however it ends', () => {
  subscriptions.set(session, 'a://1', 'a')
  store.sessions.sweep(2)
  expect(store.sessionSubscriptions.of(session.number).size).toBe(0)
  subscriptions.set(session, 'a://2', 'a')
  expect(store.sessionSubscriptions.of(session.number).size).toBe(0)
})
