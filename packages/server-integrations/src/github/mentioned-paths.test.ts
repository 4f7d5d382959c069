/** Paths are found in the text of an issue, and only paths. */
import { expect, it } from 'vitest'
import { mentionedPaths } from './mentioned-paths.ts'

it('finds relative paths once each, those of a stack trace first', () => {
  const text = `See [docs](docs/cart/rules.md) and docs/cart/rules.md.
    at apply (src/cart/apply.ts:12:3)
    at run (src/run.ts:4:1)`
  expect(mentionedPaths(text)).toEqual(['src/cart/apply.ts', 'src/run.ts', 'docs/cart/rules.md'])
})

it('takes no web address, no absolute path and nothing that climbs', () => {
  const text =
    'https://example.com/a/b.html /etc/passwd.txt ../secret/key.pem a@b.example/c.d POST /api/checkout/:id/coupons'
  expect(mentionedPaths(text)).toEqual([])
})

it('stays quick and bounded on hostile text', () => {
  const startedMs = performance.now()
  mentionedPaths('a/'.repeat(200_000))
  mentionedPaths('a.'.repeat(200_000))
  expect(performance.now() - startedMs).toBeLessThan(3_000)
  expect(mentionedPaths(Array.from({ length: 50 }, (_, i) => `src/f${i}.ts`).join(' '))).toHaveLength(10)
})
