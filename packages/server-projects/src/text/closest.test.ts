/** The value that was probably meant. */
import { expect, it } from 'vitest'
import { closest } from './closest.ts'

it('finds the nearest candidate, whatever the case', () => {
  expect(closest('mraia', ['devon', 'maria', 'priya'])).toBe('maria')
  expect(closest('WEB-999', ['API-9', 'WEB-99', 'WEB-1'])).toBe('WEB-99')
})

it('offers nothing when nothing is near', () => {
  expect(closest('zzzzzz', ['maria', 'devon'])).toBeUndefined()
  expect(closest('', ['maria'])).toBeUndefined()
})

it('looks at nothing that cannot be near, such as with a text without end', () => {
  const candidates = Array.from({ length: 5_000 }, (_, i) => `WEB-${i}`)
  const startedAtMs = performance.now()
  expect(closest('x'.repeat(1_000_000), candidates)).toBeUndefined()
  // Comparing takes minutes.
  expect(performance.now() - startedAtMs).toBeLessThan(5_000)
})
