/** Durations and sizes as people write them: `30s` becomes milliseconds, `4MiB` becomes bytes. */
import { z } from 'zod'

const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const BYTES = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const
const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/
const SIZE = /^(\d{1,9})(KiB|MiB|GiB)$/
const WANT_DURATION = 'Want a duration such as 250ms, 30s, 5m or 90d'
const WANT_SIZE = 'Want a size such as 64KiB or 4MiB, or a number of bytes'

/**
 * A duration; the schema's output is in milliseconds.
 * @param min the shortest accepted, as text
 * @param max the longest accepted, as text
 */
export function duration(min: string, max: string) {
  return z
    .string({ error: WANT_DURATION })
    .regex(DURATION, WANT_DURATION)
    .transform((text, context) => {
      const ms = millisecondsOf(text)
      if (ms >= millisecondsOf(min) && ms <= millisecondsOf(max)) return ms
      context.addIssue({ code: 'custom', message: `Want a duration from ${min} to ${max}` })
      return z.NEVER
    })
}

/**
 * A size; the schema's output is in bytes.
 * @param min the smallest accepted, as text
 * @param max the largest accepted, as text
 */
export function size(min: string, max: string) {
  return z
    .union([z.int().nonnegative(WANT_SIZE), z.string().regex(SIZE, WANT_SIZE)], { error: WANT_SIZE })
    .transform((written, context) => {
      const bytes = typeof written === 'number' ? written : bytesOf(written)
      if (bytes >= bytesOf(min) && bytes <= bytesOf(max)) return bytes
      context.addIssue({ code: 'custom', message: `Want a size from ${min} to ${max}` })
      return z.NEVER
    })
}

/** The milliseconds of a duration; `undefined` for what is none. */
export function durationMs(text: string): number | undefined {
  return DURATION.test(text) ? millisecondsOf(text) : undefined
}

function millisecondsOf(text: string): number {
  const [, count, unit] = DURATION.exec(text) ?? []
  return Number(count) * MS[unit as keyof typeof MS]
}

function bytesOf(text: string): number {
  const [, count, unit] = SIZE.exec(text) ?? []
  return Number(count) * BYTES[unit as keyof typeof BYTES]
}
