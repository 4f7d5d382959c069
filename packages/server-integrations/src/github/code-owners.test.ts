/** CODEOWNERS is read as GitHub reads it. */
import { expect, it } from 'vitest'
import { parseCodeOwners, ruleForPath, rulesForWords } from './code-owners.ts'

const RULES = parseCodeOwners(`# everything
*            @acme/all   # the default
/src/cart/   @ann bob@acme.example

/src/cart/generated/
/src/cart-ui/ @\u200Bcho
`)

it('reads rules with their lines; comments, blanks and hidden characters are left out', () => {
  expect(RULES).toEqual([
    { line: 2, pattern: '*', owners: ['@acme/all'] },
    { line: 3, pattern: '/src/cart/', owners: ['@ann', 'bob@acme.example'] },
    { line: 5, pattern: '/src/cart/generated/', owners: [] },
    { line: 6, pattern: '/src/cart-ui/', owners: ['@cho'] },
  ])
})

it('lets the last covering rule win, also when it names nobody', () => {
  expect(ruleForPath(RULES, 'src/cart/a.ts')?.line).toBe(3)
  expect(ruleForPath(RULES, 'src/cart/generated/a.ts')).toMatchObject({ line: 5, owners: [] })
  expect(ruleForPath(RULES, 'other.ts')?.line).toBe(2)
  expect(ruleForPath(parseCodeOwners('/a/ @x'), 'b')).toBeUndefined()
})

it('ranks a whole folder name above a part of one, and skips rules without owners', () => {
  expect(rulesForWords(RULES, ['Cart']).map(({ rule }) => rule.line)).toEqual([3, 6])
  expect(rulesForWords(RULES, ['generated', 'cart'])[0]).toMatchObject({ word: 'cart', rule: { line: 3 } })
  expect(rulesForWords(RULES, ['zeppelin'])).toEqual([])
})
