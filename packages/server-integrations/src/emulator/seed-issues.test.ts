/** The seeded issues carry the story at its number. */
import { expect, it } from 'vitest'
import { BACKLOG_SIZE, backlogIssues, STORY_ISSUES } from './seed-issues.ts'

it('puts the story at #456, with no title twice and most of the backlog closed', () => {
  const issues = [...backlogIssues(), ...STORY_ISSUES]
  expect(issues[455]?.title).toBe('Checkout fails with 500 when coupon is applied twice')
  expect(issues).toHaveLength(456)
  expect(new Set(issues.map((issue) => issue.title)).size).toBe(456)
  expect(issues.filter((issue) => issue.closed).length).toBeGreaterThan(BACKLOG_SIZE * 0.8)
})

it('speaks of coupons in the story alone, so that a search finds it', () => {
  expect(backlogIssues().filter((issue) => /coupon/i.test(issue.title + issue.body))).toEqual([])
})
