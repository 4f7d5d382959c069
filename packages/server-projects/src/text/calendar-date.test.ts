/** Dates as callers write them. */
import { expect, it } from 'vitest'
import { dateInput, dateOf } from './calendar-date.ts'

it('takes a date or the day of a timestamp', () => {
  expect(dateInput('x').parse('2026-03-31')).toBe('2026-03-31')
  expect(dateInput('x').parse(' 2026-03-31T23:59:00Z')).toBe('2026-03-31')
})

it.each(['2026-02-30', '31.03.2026', 'tomorrow', '2026-3-1', "2026-01-01'; DROP TABLE tasks"])('refuses %s', (text) => {
  expect(dateInput('x').safeParse(text).success).toBe(false)
})

it('counts days across a month', () => {
  expect(dateOf(new Date('2026-02-27T23:00:00Z'), 3)).toBe('2026-03-02')
})
