/** Ids of callers: an agent is not the users it acts for, and no user is another one. */
import { expect, test } from 'vitest'
import { callerIdOf, userKeyOf } from './caller-id.ts'

test('agent, user and issuer all count', () => {
  const key = (issuer: string, subject: string) => userKeyOf({ issuer, subject })
  const ids = [
    callerIdOf('bot', undefined),
    callerIdOf('bot', key('https://a.example', 'ada')),
    callerIdOf('bot', key('https://a.example', 'bob')),
    callerIdOf('bot', key('https://b.example', 'ada')),
    callerIdOf('bot2', key('https://a.example', 'ada')),
  ]
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids[0]).toBe('bot')
  expect(callerIdOf('bot', key('https://a.example', 'ada'))).toBe(ids[1])
})

test('what an issuer calls its users moves no boundary', () => {
  expect(userKeyOf({ issuer: 'https://a', subject: 'b","c' })).not.toBe(
    userKeyOf({ issuer: 'https://a","b', subject: 'c' }),
  )
  expect(userKeyOf({ issuer: 'https://a.example', subject: 'x'.repeat(255) })).toMatch(/^[\w-]{22}$/)
})
