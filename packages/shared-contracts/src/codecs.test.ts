/** What is sealed for one caller and call is worth nothing to another, and a key means one write. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Caller } from './caller.ts'
import { CONFIRMATION_LIFE_MS, createConfirmationCodec } from './confirmation-codec.ts'
import { createCursorCodec } from './cursor-codec.ts'
import { keyedWriteOf, replayed, requireSameWrite } from './idempotency-codec.ts'
import { openSpentConfirmations } from './spent-confirmations.ts'
import type { ToolError } from './tool-error.ts'

const SECRET = new Uint8Array(32).fill(7)
const BOT: Caller = { agent: 'bot', roles: [], scopes: 'all' }
const OTHERS: Caller[] = [
  { ...BOT, agent: 'other' },
  { ...BOT, user: 'maria' },
]

function codeOf(run: () => unknown): string {
  try {
    run()
    return 'done'
  } catch (error) {
    return (error as ToolError).shape.code
  }
}

describe('a cursor', () => {
  const cursors = createCursorCodec(SECRET)
  const walk = { caller: BOT, tool: 'list_notes', filters: { label: 'a', state: undefined, sort: 'new' } }
  const place = z.object({ id: z.int() })

  it('opens for the walk that it was sealed for, in whatever order its filters stand', () => {
    const cursor = cursors.seal({ id: 7 }, walk)
    expect(cursors.open(cursor, { ...walk, filters: { sort: 'new', label: 'a' } }, place)).toEqual({ id: 7 })
    expect(cursors.open(undefined, walk, place)).toBeUndefined()
  })

  it('opens for no other caller, tool, filters, shape or secret', () => {
    const cursor = cursors.seal({ id: 7 }, walk)
    const foreign = [
      ...OTHERS.map((caller) => ({ ...walk, caller })),
      { ...walk, tool: 'search_notes' },
      { ...walk, filters: { label: 'b', sort: 'new' } },
    ]
    for (const each of foreign) expect(codeOf(() => cursors.open(cursor, each, place))).toBe('invalid_cursor')
    expect(codeOf(() => cursors.open(cursor, walk, z.string()))).toBe('invalid_cursor')
    expect(codeOf(() => cursors.open(`${cursor}x`, walk, place))).toBe('invalid_cursor')
    const elsewhere = createCursorCodec(new Uint8Array(32).fill(8))
    expect(codeOf(() => elsewhere.open(cursor, walk, place))).toBe('invalid_cursor')
  })
})

describe('a confirmation', () => {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-codecs-'))
  const clock = { nowMs: Date.now() }
  let spent: ReturnType<typeof openSpentConfirmations>
  beforeAll(() => {
    spent = openSpentConfirmations(join(dir, 'spent.sqlite'))
  })
  afterAll(() => {
    spent.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const codec = () => createConfirmationCodec(SECRET, spent, () => clock.nowMs)
  const call = { caller: BOT, tool: 'delete_note', args: { name: 'a' } }
  const ask = () => {
    const error = codec().required(call, { version: 3, text: 'Nothing was deleted yet.', details: { note: 'a' } })
    expect(error.shape).toMatchObject({ code: 'confirmation_required', note: 'a' })
    return error.shape.confirmation_token as string
  }

  it('is spent once, over a restart', () => {
    const token = ask()
    const confirmation = codec().open(token, call)
    codec().spend(confirmation, call, 3)
    expect(codeOf(() => codec().spend(confirmation, call, 3))).toBe('confirmation_spent')
    spent.close()
    spent = openSpentConfirmations(join(dir, 'spent.sqlite'))
    expect(codeOf(() => codec().open(token, call))).toBe('confirmation_spent')
  })

  it('is worth nothing to another caller, for another call, on another version or later', () => {
    const token = ask()
    const foreign = [
      ...OTHERS.map((caller) => ({ ...call, caller })),
      { ...call, tool: 'delete_all' },
      { ...call, args: { name: 'b' } },
    ]
    for (const each of foreign) expect(codeOf(() => codec().open(token, each))).toBe('confirmation_invalid')
    const confirmation = codec().open(token, call)
    expect(codeOf(() => codec().spend(confirmation, call, 4))).toBe('version_conflict')
    clock.nowMs += CONFIRMATION_LIFE_MS
    expect(codeOf(() => codec().open(token, call))).toBe('confirmation_expired')
  })
})

describe('an idempotency key', () => {
  const write = { caller: BOT, tool: 'create_note', args: { idempotency_key: 'k', name: 'a', labels: ['x'] } }

  it('means one write, in whatever order its arguments stand', () => {
    const stored = keyedWriteOf(write)
    const again = keyedWriteOf({ ...write, args: { labels: ['x'], name: 'a', idempotency_key: 'k' } })
    expect(again).toEqual(stored)
    const other = keyedWriteOf({ ...write, args: { ...write.args, name: 'b' } })
    expect(codeOf(() => requireSameWrite(other!, stored!.digest))).toBe('idempotency_conflict')
    expect(codeOf(() => requireSameWrite(again!, stored!.digest))).toBe('done')
    expect(replayed({ text: 'Created.', data: { id: 1 } }).data).toEqual({ id: 1, replayed: true })
  })

  it('is each caller’s and each place’s own, and nothing without one', () => {
    const owners = [write, { ...write, place: 'github' }, ...OTHERS.map((caller) => ({ ...write, caller }))]
    expect(new Set(owners.map((each) => keyedWriteOf(each)?.owner)).size).toBe(owners.length)
    expect(keyedWriteOf({ ...write, args: {} })).toBeUndefined()
  })
})
