/** Sealed session ids: whom they work for, how they end, and that nothing else opens. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore, type Store } from '../store/open-store.ts'
import { createSessionSealer, type SessionSealer } from './session-seal.ts'

const HOUR_MS = 3_600_000
const facts = {
  route: '/mcp',
  agent: 'bot',
  userKey: 'ann',
  revision: '2025-11-25',
  capabilities: { roots: { listChanged: true }, elicitation: { form: {}, url: {} } },
  clientName: 'inspector',
}
let dir: string
let store: Store
let nowMs: number
let sealer: SessionSealer

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-session-'))
  store = openStore(dir, {})
  nowMs = Date.now()
  sealer = createSessionSealer(store, () => nowMs)
})

afterEach(() => {
  store.close()
  rmSync(dir, { recursive: true, force: true })
})

test('an id holds the session, is visible ASCII, and opens after a restart and on another replica', () => {
  const id = sealer.seal(facts)
  expect(id).toMatch(/^[\x21-\x7e]{1,1024}$/)
  expect(sealer.open(id)).toEqual({ ...facts, number: 1, issuedAtMs: nowMs })
  const { userKey: _nobody, ...alone } = facts
  expect(sealer.open(sealer.seal(alone))).toEqual({ ...alone, number: 2, issuedAtMs: nowMs })
  const replica = openStore(dir, {})
  expect(createSessionSealer(replica, () => nowMs).open(id)?.number).toBe(1)
  replica.close()
  store.close()
  store = openStore(dir, {})
  expect(createSessionSealer(store, () => nowMs).open(id)?.agent).toBe('bot')
})

test('a changed, added or missing character anywhere is no session', () => {
  const id = sealer.seal(facts)
  for (let at = 0; at < id.length; at++) {
    for (const other of ['A', 'w', '_', '=', ' ', '.', '+']) {
      if (id[at] === other) continue
      expect(sealer.open(id.slice(0, at) + other + id.slice(at + 1))).toBeUndefined()
    }
    expect(sealer.open(id.slice(0, at) + id.slice(at + 1))).toBeUndefined()
  }
  for (const variant of ['', `${id}A`, `${id}=`, ` ${id}`, `${id}\n`, id.toLowerCase(), 'x'.repeat(5_000)])
    expect(sealer.open(variant)).toBeUndefined()
})

test('a session ends after a day without use, and lives on while it is used', () => {
  const idle = sealer.seal(facts)
  const used = sealer.seal(facts)
  nowMs += 23 * HOUR_MS
  expect(sealer.open(used)).toBeDefined()
  nowMs += HOUR_MS
  expect(sealer.open(idle)).toBeUndefined()
  expect(sealer.open(used)).toBeDefined()
})

test('a session ends after 30 days however much it is used', () => {
  const id = sealer.seal(facts)
  for (let hour = 1; hour < 720; hour += 12) {
    nowMs += 12 * HOUR_MS
    expect(sealer.open(id) !== undefined).toBe(hour + 11 < 720)
  }
})

test('an agent has 10,000 sessions: one more ends the one unused longest, and none of another agent', () => {
  const others = sealer.seal({ ...facts, agent: 'other' })
  const first = sealer.seal(facts)
  const second = sealer.seal(facts)
  nowMs += HOUR_MS
  expect(sealer.open(first)).toBeDefined()
  store.transaction(() => {
    for (let i = 2; i < 10_000; i++) store.sessions.begin(facts.agent, nowMs)
  })
  expect(sealer.open(second)).toBeDefined()
  nowMs += HOUR_MS
  expect(sealer.open(first)).toBeDefined()
  const last = sealer.seal(facts)
  expect([others, first, second, last].map((id) => sealer.open(id) !== undefined)).toEqual([true, true, false, true])
})

test('an ended session is ended on every replica at once, others are not', () => {
  const [id, other] = [sealer.seal(facts), sealer.seal(facts)]
  const replica = openStore(dir, {})
  const there = createSessionSealer(replica, () => nowMs)
  expect(there.open(id)).toBeDefined()
  sealer.end(1)
  expect([sealer.open(id), there.open(id)]).toEqual([undefined, undefined])
  expect(there.open(other)).toBeDefined()
  replica.close()
})

test('rotation keeps old ids good, and another store never opens them', () => {
  const id = sealer.seal(facts)
  sealer.rotate()
  const next = sealer.seal(facts)
  expect(next.slice(0, 8)).not.toBe(id.slice(0, 8))
  expect([id, next].map((each) => sealer.open(each)?.number)).toEqual([1, 2])
  const elsewhere = mkdtempSync(join(tmpdir(), 'causeway-session-'))
  const foreign = openStore(elsewhere, {})
  expect(createSessionSealer(foreign).open(id)).toBeUndefined()
  foreign.close()
  rmSync(elsewhere, { recursive: true, force: true })
})

test('keys renew themselves after 30 days', () => {
  const before = sealer.seal(facts).slice(0, 8)
  nowMs += 30 * 24 * HOUR_MS
  expect(sealer.seal(facts).slice(0, 8)).not.toBe(before)
})

test('use is written back at most every ten minutes', () => {
  const id = sealer.seal(facts)
  const startMs = nowMs
  nowMs += 599_999
  sealer.open(id)
  expect(store.sessions.get(1)?.usedMs).toBe(startMs)
  nowMs += 1
  sealer.open(id)
  expect(store.sessions.get(1)?.usedMs).toBe(nowMs)
})

test('whatever a client declares, the id stays within 1 KiB', () => {
  const capabilities = { ...facts.capabilities, experimental: { text: '\u{1f600}'.repeat(2_000) }, 'odd name': {} }
  const id = sealer.seal({ ...facts, userKey: 'u'.repeat(255), clientName: '\u{1f600}'.repeat(2_000), capabilities })
  expect(id.length).toBeLessThanOrEqual(1_024)
  expect(sealer.open(id)?.capabilities).toEqual({ roots: {}, elicitation: {}, experimental: {} })
  expect(() => sealer.seal({ ...facts, userKey: 'u'.repeat(2_000) })).toThrow(/Cannot seal a session/)
  expect(store.sessions.get(2)).toBeUndefined()
})
