/** Approvals against a model of them: whatever is asked, decided and used in whatever order, each covers one call once, in its time. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, test } from 'vitest'
import { openStore, type Store } from '../store/open-store.ts'
import { type Approvals, type CallToApprove, createApprovals, MAX_WAITING, WAIT_MS } from './approvals.ts'
import { REJECTED_MS, USE_MS } from './decide-approval.ts'

let dir: string
let store: Store
let approvals: Approvals
let nowMs: number

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-approvals-'))
  store = openStore(dir, {})
  nowMs = Date.parse('2026-01-01')
  approvals = createApprovals(store, () => nowMs)
})
afterEach(() => {
  approvals.close()
  store.close()
  rmSync(dir, { recursive: true, force: true })
})

const callOf = (more: Partial<CallToApprove> = {}): CallToApprove => ({
  ...{ caller: 'bot', agent: 'bot', user: null, tool: 'up__pay', upstream: 'up', definitionHash: 'h1', rule: 'r' },
  ...{ argumentsDigest: 'd1', argumentsShown: '{}', approvers: '["leads"]' },
  ...more,
})
/** Calls that differ in one thing each. */
const CALLS: readonly CallToApprove[] = [
  callOf(),
  callOf({ caller: 'bot ada', user: 'ada' }),
  callOf({ caller: 'other', agent: 'other' }),
  callOf({ tool: 'up__send' }),
  callOf({ argumentsDigest: 'd2' }),
  callOf({ definitionHash: 'h2' }),
  callOf({ rule: 'r2' }),
  callOf({ approvers: '["self","leads"]' }),
]

interface Modelled {
  call: number
  state: 'pending' | 'approved' | 'rejected' | 'spent'
  endsMs: number
}

type Step =
  | { do: 'ask'; call: number; isUsed: boolean }
  | { do: 'decide'; how: 'approve' | 'reject' | 'self'; nth: number }
  | { do: 'spend'; nth: number }
  | { do: 'wait'; minutes: number }

const nth = fc.nat({ max: 6 })
const call = fc.nat({ max: CALLS.length - 1 })
const how = fc.constantFrom('approve' as const, 'reject' as const, 'self' as const)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), call, isUsed: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('decide' as const), how, nth }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('spend' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 14, 16, 61) }) },
)

test('any sequence ends as the model says', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      store.approvals.prune({ requestedBeforeMs: Number.MAX_SAFE_INTEGER, nowMs, maxRows: 0 })
      const known = new Map<string, Modelled>()
      for (const each of steps) play(each, known)
    }),
    { numRuns: 60, seed: 20260728 },
  )
})

function play(each: Step, known: Map<string, Modelled>): void {
  const idAt = (index: number) => [...known.keys()][index] ?? 'apr_none'
  if (each.do === 'wait') nowMs += each.minutes * 60_000
  else if (each.do === 'spend') spend(idAt(each.nth), known.get(idAt(each.nth)))
  else if (each.do === 'decide') decide(each.how, idAt(each.nth), known.get(idAt(each.nth)))
  else {
    const [id, live] =
      [...known].find(([, of]) => of.call === each.call && of.state !== 'spent' && of.endsMs > nowMs) ?? []
    const standing = approvals.standingOf(CALLS[each.call] as CallToApprove)
    if (standing.kind === 'full') throw new Error('There are never so many')
    expect(standing.kind).toBe(live?.state ?? 'required')
    if (live) expect(standing.approval.id).toBe(id)
    else known.set(standing.approval.id, { call: each.call, state: 'pending', endsMs: nowMs + WAIT_MS })
    if (live && each.isUsed) spend(standing.approval.id, live)
  }

  function spend(id: string, of: Modelled | undefined): void {
    const canBeUsed = of !== undefined && of.state === 'approved' && of.endsMs > nowMs
    expect(approvals.spend(id)).toBe(canBeUsed)
    if (canBeUsed) of.state = 'spent'
  }

  function decide(how: 'approve' | 'reject' | 'self', id: string, of: Modelled | undefined): void {
    const isOpen = of !== undefined && of.state === 'pending' && of.endsMs > nowMs
    if (how === 'self') approvals.decideSelf(id, true)
    else {
      const verdict = how === 'approve' ? 'approved' : 'rejected'
      const { ok } = approvals.decide({ id, verdict, by: 'alice', roles: ['leads'], through: 'test' })
      expect(ok).toBe(isOpen)
    }
    if (!isOpen) return
    of.state = how === 'reject' ? 'rejected' : 'approved'
    of.endsMs = nowMs + (how === 'self' ? WAIT_MS : how === 'approve' ? USE_MS : REJECTED_MS)
  }
}

const decideAs = (id: string, by: string, roles: string[]) => {
  const outcome = approvals.decide({ id, verdict: 'approved', by, roles, through: 'test' })
  return outcome.ok ? 'ok' : outcome.why
}
const asked = (more: Partial<CallToApprove> = {}): string => {
  const standing = approvals.standingOf(callOf(more))
  return standing.kind === 'full' ? '' : standing.approval.id
}

it.each<[string, string[], Partial<CallToApprove>, string]>([
  ['alice', ['leads'], {}, 'ok'],
  ['alice', ['others'], {}, 'not_approver'],
  ['alice', [], { approvers: '["self"]' }, 'not_approver'],
  ['alice', ['self'], { approvers: '["self"]' }, 'not_approver'],
  ['bot', ['leads'], {}, 'requester'],
  ['ada', ['leads'], { caller: 'bot ada', user: 'ada' }, 'requester'],
  ['bot', [], { approvers: '["self"]' }, 'ok'],
  ['ada', [], { caller: 'bot ada', user: 'ada', approvers: '["self"]' }, 'ok'],
  ['bot', [], { caller: 'bot ada', user: 'ada', approvers: '["self"]' }, 'requester'],
  ['bot', ['leads'], { approvers: '["leads","self"]' }, 'ok'],
])('"%s" with the roles %j decides over %j: %s', (by, roles, more, expected) => {
  expect(decideAs(asked(more), by, roles)).toBe(expected)
})

it('lets few calls of one agent wait, and those of others all the same', () => {
  for (let i = 0; i < MAX_WAITING; i++) asked({ argumentsDigest: `d${i}` })
  expect(approvals.standingOf(callOf({ argumentsDigest: 'more' })).kind).toBe('full')
  expect(approvals.standingOf(callOf({ argumentsDigest: 'd7' })).kind).toBe('pending')
  expect(approvals.standingOf(callOf({ caller: 'other', agent: 'other' })).kind).toBe('required')
  nowMs += WAIT_MS
  expect(approvals.standingOf(callOf({ argumentsDigest: 'more' })).kind).toBe('required')
})

it('forgets what is long ago', () => {
  const id = asked()
  nowMs += 31 * 24 * 60 * 60_000
  asked()
  expect(approvals.get(id)).toBeUndefined()
  expect(approvals.list({ isAll: true })).toHaveLength(1)
})

it('tells of every change, those of another process too', () => {
  let changes = 0
  const stop = approvals.onChange(() => changes++)
  const id = asked()
  asked()
  expect(changes).toBe(1)
  const other = openStore(dir, {})
  const elsewhere = createApprovals(other, () => nowMs)
  elsewhere.decide({ id, verdict: 'approved', by: 'alice', roles: ['leads'], through: 'cli', reason: 'x'.repeat(600) })
  elsewhere.close()
  other.close()
  store.checkForChanges()
  expect(changes).toBe(2)
  expect(approvals.get(id)?.reason).toHaveLength(500)
  approvals.spend(id)
  approvals.spend(id)
  expect(changes).toBe(3)
  expect([approvals.goOn(id, 1), approvals.goOn(id, 1), approvals.goOn(id, 2)]).toEqual([true, false, true])
  stop()
  asked({ tool: 'else' })
  expect(changes).toBe(5)
})

it('is asked again without waiting for a process that writes to the store', () => {
  const asked = approvals.standingOf(callOf())
  const other = new DatabaseSync(join(dir, 'causeway.db'))
  other.exec('BEGIN IMMEDIATE')
  expect(approvals.standingOf(callOf())).toEqual({ ...asked, kind: 'pending' })
  other.exec('ROLLBACK')
  other.close()
})
