/** The tools of the issue trackers, alike against the emulated Linear and the emulated Jira. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Harness, openHarness } from './support/open-harness.ts'

const TRACKERS = [
  { tracker: 'linear', project: 'SHOP', word: 'coupon', key: 'SHOP-1' },
  { tracker: 'jira', project: 'OPS', word: 'alert', key: 'OPS-2' },
] as const
let harness: Harness

beforeAll(() => {
  harness = openHarness()
})
afterAll(() => harness.close())

describe.each(TRACKERS)('$tracker', ({ tracker, project, word, key }) => {
  const at = { project }

  it('finds by words and reads one, in the shape that all trackers share', async () => {
    const { data, text } = await harness.call(`${tracker}_search_issues`, { ...at, query: word })
    expect(data.items.length).toBeGreaterThan(0)
    for (const item of data.items) expect(item.title.toLowerCase()).toContain(word)
    expect(text).toContain(`<untrusted source="${tracker}">`)
    const one = await harness.call(`${tracker}_get_issue`, { key })
    expect(one.data.item).toMatchObject({
      ref: `${tracker}:${key}`,
      status: 'open',
      assignees: [{ name: expect.any(String) }],
    })
    expect(one.data.item.body).not.toBe('')
    expect((await harness.call(`${tracker}_get_issue`, { key: `${project}-999` })).error?.code).toBe('not_found')
  })

  it('walks all issues once each, while new ones are created', async () => {
    const all = (await harness.call(`${tracker}_search_issues`, { ...at, limit: 50 })).data.items.map(
      (item: { ref: string }) => item.ref,
    )
    const seen: string[] = []
    let cursor: string | undefined
    for (let page = 0; page < 20; page++) {
      const { data } = await harness.call(`${tracker}_search_issues`, {
        ...at,
        limit: 2,
        ...(cursor ? { cursor } : {}),
      })
      seen.push(...data.items.map((item: { ref: string }) => item.ref))
      cursor = data.next_cursor
      if (!cursor) break
      if (page < 2) await harness.call(`${tracker}_create_issue`, { ...at, title: `Inserted ${page}` })
    }
    expect(cursor).toBeUndefined()
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((ref) => all.includes(ref)).sort()).toEqual(all.sort())
  })

  it('creates once a key, for somebody, and nothing in a dry run', async () => {
    const args = { ...at, title: 'From a "test" \\ with \' marks', body: 'One\n\ntwo', assignee: 'devon.park@acme.dev' }
    const dry = await harness.call(`${tracker}_create_issue`, { ...args, dry_run: true })
    expect(dry.data).toEqual({ dry_run: true, replayed: false })
    const made = await harness.call(`${tracker}_create_issue`, { ...args, idempotency_key: `t-${tracker}` })
    expect(made.data.item).toMatchObject({ title: args.title, assignees: [{ name: 'Devon Park' }] })
    const again = await harness.call(`${tracker}_create_issue`, { ...args, idempotency_key: `t-${tracker}` })
    expect(again.data).toEqual({ ...made.data, replayed: true })
    const read = await harness.call(`${tracker}_get_issue`, { key: made.data.item.ref.split(':')[1] })
    expect(read.data.item.body).toBe('One\n\ntwo')
    const found = await harness.call(`${tracker}_search_issues`, { ...at, query: 'From a "test" \\' })
    expect(found.data.items).toHaveLength(1)
  })

  it('says which projects and people it does not know', async () => {
    const nobody = await harness.call(`${tracker}_create_issue`, { ...at, title: 'x', assignee: 'nobody@acme.dev' })
    expect(nobody.error).toMatchObject({ code: 'not_found', field: 'assignee' })
    const nowhere = await harness.call(`${tracker}_search_issues`, { project: 'NOPE' })
    expect(['not_found', 'invalid_request']).toContain(nowhere.error?.code)
    expect((await harness.call(`${tracker}_create_issue`, { ...at, title: 'x', assignee: 'devon' })).error?.code).toBe(
      'invalid_arguments',
    )
  })
})
