/** A secret stays hidden on every way that values take into logs and answers. */
import { format, inspect } from 'node:util'
import { expect, it } from 'vitest'
import { reveal, Secret } from './secret.ts'

const secret = new Secret('hunter2')

it.each([
  ['String()', String(secret)],
  ['a template', `${secret}`],
  ['concatenation', `token: ${secret}`],
  ['JSON', JSON.stringify({ secret, deep: [secret] })],
  ['inspect', inspect({ secret }, { depth: 9, showHidden: true })],
  ['format', format('%s %o %j', secret, secret, secret)],
  ['own keys', Object.entries(secret).join()],
])('does not show in %s', (_, text) => {
  expect(text).not.toContain('hunter2')
})

it('is revealed on purpose', () => {
  expect(secret.reveal()).toBe('hunter2')
  expect(reveal(secret)).toBe('hunter2')
  expect(reveal('plain')).toBe('plain')
})
