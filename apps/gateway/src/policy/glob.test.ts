/** Globs agree with a slow, obvious definition of what `*` means. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commonText, compileGlob } from './glob.ts'

// Tries every length for a star: exponential, and plainly right.
function obviously(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  if (pattern[0] !== '*') return text[0] === pattern[0] && text !== '' && obviously(pattern.slice(1), text.slice(1))
  for (let skip = 0; skip <= text.length; skip++) if (obviously(pattern.slice(1), text.slice(skip))) return true
  return false
}

const few = (alphabet: string, maxLength: number) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength })

describe('compileGlob', () => {
  it.each([
    ['*', '', true],
    ['*', 'anything\nat all', true],
    ['projects__*', 'projects__list_tasks', true],
    ['projects__*', 'projects__', true],
    ['projects__*', 'my_projects__x', false],
    ['*_task', 'projects__delete_task', true],
    ['*_task', 'projects__list_tasks', false],
    ['a*b*a', 'aba', true],
    ['a*a', 'a', false],
    ['ab*bc', 'abc', false],
    ['a.c', 'abc', false],
    ['a?c', 'abc', false],
    ['[ab]', 'a', false],
    ['', '', true],
    ['', 'x', false],
  ])('%j on %j: %s', (pattern, text, matches) => {
    expect(compileGlob(pattern)(text)).toBe(matches)
  })

  it('agrees with the obvious definition', () => {
    fc.assert(
      fc.property(few('ab*', 7), few('ab', 8), (pattern, text) => {
        expect(compileGlob(pattern)(text)).toBe(obviously(pattern, text))
      }),
      { numRuns: 2_000 },
    )
  })

  it('matches what its stars are replaced with, whatever the characters', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 6 }), fc.string(), (pieces, filling) => {
        const literal = pieces.map((piece) => piece.replaceAll('*', ''))
        expect(compileGlob(literal.join('*'))(literal.join(filling))).toBe(true)
      }),
    )
  })
})

describe('commonText', () => {
  it.each([
    ['note://by-name/hello', 'note://by-name/*', 'note://by-name/hello'],
    ['note://*/hello', 'note://by-name/*', 'note://by-name/hello'],
    ['note://by-name/h*', 'note://by-name/*', 'note://by-name/hx'],
    ['a*', '*b', 'axb'],
    ['a*', 'b*', undefined],
    ['ab', 'a', undefined],
    ['', '*', ''],
    ['x'.repeat(2_000), 'x'.repeat(2_000), undefined],
  ])('of %j and %j', (a, b, text) => {
    const common = commonText(a, b)
    expect(common === undefined).toBe(text === undefined)
    for (const glob of [a, b].map(compileGlob)) expect(common === undefined || glob(common)).toBe(true)
  })

  it('is there exactly when a short text matches both, and matches both', () => {
    const texts = ['', ...'abx'].flatMap((one) =>
      ['', ...'abx'].flatMap((two) =>
        ['', ...'abx'].flatMap((three) => ['', ...'abx'].map((four) => one + two + three + four)),
      ),
    )
    fc.assert(
      fc.property(few('ab*', 4), few('ab*', 4), (a, b) => {
        const [isOfA, isOfB] = [compileGlob(a), compileGlob(b)]
        const common = commonText(a, b)
        if (common === undefined) expect(texts.filter((text) => isOfA(text) && isOfB(text))).toEqual([])
        else expect([isOfA(common), isOfB(common)]).toEqual([true, true])
      }),
      { numRuns: 500 },
    )
  })
})
