/** The text formats in what a parser would not tell apart: escaping, cumulative buckets, and what OpenMetrics calls a counter. */
import { expect, it } from 'vitest'
import { Durations } from './durations.ts'
import { familyText, histogramText } from './exposition.ts'

it('no label value ends its quotes or its line', () => {
  const text = familyText('causeway_denials_total', [{ labels: ['a"} 9\n\\b', 'x'], value: 1 }], 'prometheus')
  expect(text.split('\n')[2]).toBe('causeway_denials_total{agent="a\\"} 9\\n\\\\b",reason="x"} 1')
})

it('buckets are cumulative, in seconds, and hold their own bound', () => {
  const durations = new Durations()
  for (const ms of [0.05, 5, 5.01, 70_000]) durations.observe(ms)
  const text = histogramText('causeway_call_duration_seconds', [{ labels: ['up', 'total'], durations }], 'prometheus')
  const count = (le: string) => Number(new RegExp(`le="${le.replace(/[.+]/g, '\\$&')}"} (\\d+)`).exec(text)?.[1])
  expect(['0.0001', '0.0025', '0.005', '0.01', '60.0', '+Inf'].map(count)).toEqual([1, 1, 2, 3, 3, 4])
  expect(text).toContain('_sum{upstream="up",phase="total"} 70.01006\n')
  expect(text).toContain('_count{upstream="up",phase="total"} 4\n')
})

it('OpenMetrics drops _total from the name of the family alone', () => {
  const text = familyText('causeway_limited_total', [{ labels: ['global'], value: 2 }], 'openmetrics')
  expect(text).toMatch(
    /^# HELP causeway_limited .*\n# TYPE causeway_limited counter\ncauseway_limited_total{scope="global"} 2\n$/,
  )
})
