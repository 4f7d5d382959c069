/** Durations and sizes: what is read, what is refused, and with which words. */
import { describe, expect, it } from 'vitest'
import { duration, size } from './units.ts'

const messageOf = (result: { error?: { issues: { message: string }[] } }) => result.error?.issues[0]?.message

describe('duration', () => {
  it.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['90d', 7_776_000_000],
  ])('reads %s', (text, ms) => {
    expect(duration('0ms', '365d').parse(text)).toBe(ms)
  })

  it.each(['30', '30 s', '1.5s', '-1s', '5min', '', 30, null])('refuses %j', (written) => {
    expect(messageOf(duration('0ms', '365d').safeParse(written))).toBe('Want a duration such as 250ms, 30s, 5m or 90d')
  })

  it('keeps to its bounds', () => {
    expect(messageOf(duration('1s', '15m').safeParse('16m'))).toBe('Want a duration from 1s to 15m')
    expect(messageOf(duration('1s', '15m').safeParse('999ms'))).toBe('Want a duration from 1s to 15m')
    expect(duration('1s', '15m').parse('15m')).toBe(900_000)
  })
})

describe('size', () => {
  it.each([
    ['64KiB', 65_536],
    ['4MiB', 4_194_304],
    ['1GiB', 1_073_741_824],
    [2048, 2048],
  ])('reads %s', (written, bytes) => {
    expect(size('1KiB', '1GiB').parse(written)).toBe(bytes)
  })

  it.each(['4MB', '4 MiB', '1000', -1, 1.5, null])('refuses %j', (written) => {
    expect(messageOf(size('1KiB', '1GiB').safeParse(written))).toBe(
      'Want a size such as 64KiB or 4MiB, or a number of bytes',
    )
  })

  it('keeps to its bounds', () => {
    expect(messageOf(size('1KiB', '64MiB').safeParse('65MiB'))).toBe('Want a size from 1KiB to 64MiB')
    expect(messageOf(size('1KiB', '64MiB').safeParse(1000))).toBe('Want a size from 1KiB to 64MiB')
  })
})
