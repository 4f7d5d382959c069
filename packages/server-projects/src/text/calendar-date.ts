/** Calendar dates as tasks carry them: `YYYY-MM-DD`, in UTC. */
import { z } from 'zod'

const DAY_MS = 86_400_000
const ISO = /^(\d{4}-\d\d-\d\d)(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?$/

/** Input of a date; a full ISO timestamp is taken for its day. */
export function dateInput(description: string) {
  return z
    .string()
    .max(35)
    .describe(description)
    .transform((text) => ISO.exec(text.trim())?.[1] ?? '')
    .refine(isCalendarDate, 'Want an existing ISO date such as 2026-03-31')
}

/** The day of an instant, or of one `days` later. */
export function dateOf(instant: Date, days = 0): string {
  return new Date(instant.getTime() + days * DAY_MS).toISOString().slice(0, 10)
}

function isCalendarDate(text: string): boolean {
  const parsed = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && dateOf(parsed) === text
}
