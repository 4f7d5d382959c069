/** Revisions are dates: the modern ones come after the legacy ones, and what is no date is neither. */
import { expect, it } from 'vitest'
import { isLegacyRevision, isModernRevision, LEGACY_REVISIONS, MODERN_REVISION } from './revisions.ts'

it.each([MODERN_REVISION, '2026-07-29', '2027-01-01'])('%s is modern', (revision) => {
  expect(isModernRevision(revision)).toBe(true)
  expect(isLegacyRevision(revision)).toBe(false)
})

it.each([...LEGACY_REVISIONS])('%s is legacy', (revision) => {
  expect(isModernRevision(revision)).toBe(false)
  expect(isLegacyRevision(revision)).toBe(true)
})

it.each(['2024-11-05', 'draft', '', '2026-07-28 ', '2026-07-28, 2026-07-28', '20260728'])(
  '%j is none that is served',
  (revision) => {
    expect(isModernRevision(revision)).toBe(false)
    expect(isLegacyRevision(revision)).toBe(false)
  },
)

it.each([undefined, null, 20251125, ['2025-11-25']])('%j is no revision', (value) => {
  expect(isLegacyRevision(value)).toBe(false)
})
