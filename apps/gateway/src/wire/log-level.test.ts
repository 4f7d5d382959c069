/** Severities order from debug to emergency. */
import { expect, it } from 'vitest'
import { isLogLevel, isLoudEnough } from './log-level.ts'

it('knows the eight severities and nothing else', () => {
  expect(['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'].every(isLogLevel)).toBe(true)
  expect(['DEBUG', 'trace', '', 3, null].some(isLogLevel)).toBe(false)
})

it('lets through what is as severe as asked for, or more', () => {
  expect(isLoudEnough('warning', 'warning')).toBe(true)
  expect(isLoudEnough('error', 'warning')).toBe(true)
  expect(isLoudEnough('info', 'warning')).toBe(false)
  expect(isLoudEnough('info', undefined)).toBe(true)
  expect(isLoudEnough('custom', 'error')).toBe(true)
})
