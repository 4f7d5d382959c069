/** CODEOWNERS patterns cover what gitignore says, in bounded time. */
import { expect, it } from 'vitest'
import { ownerPatternCovers } from './owner-pattern.ts'

it.each([
  // pattern, path, covered
  ['*', 'a/b/c.ts', true],
  ['*.js', 'src/deep/a.js', true],
  ['*.js', 'src/a.jsx', false],
  ['/build/logs/', 'build/logs/today/x.log', true],
  ['/build/logs/', 'src/build/logs/x.log', false],
  ['/build/logs/', 'build/logs', false],
  ['docs/*', 'docs/start.md', true],
  ['docs/*', 'docs/build/trouble.md', false],
  ['docs/*', 'src/docs/start.md', false],
  ['apps/', 'x/y/apps/z.ts', true],
  ['/docs', 'docs/a/b.md', true],
  ['/docs', 'docs', true],
  ['/docs', 'docs2/a.md', false],
  ['**/logs', 'a/b/logs/x', true],
  ['**/logs', 'logs/x', true],
  ['/src/**/test/', 'src/a/b/test/x.ts', true],
  ['/src/**/test/', 'src/test/x.ts', true],
  ['/src/check?ut/', 'src/checkout/x.ts', true],
  ['/src/*/index.ts', 'src/a/index.ts', true],
  ['/src/*/index.ts', 'src/a/b/index.ts', false],
  ['README.md', 'docs/README.md', true],
  ['/README.md', 'docs/README.md', false],
])('%s on %s: %s', (pattern, path, covered) => {
  expect(ownerPatternCovers(pattern, path)).toBe(covered)
  expect(ownerPatternCovers(pattern, `/${path}`)).toBe(covered)
})

it('takes a hostile pattern in its stride', () => {
  const startedMs = performance.now()
  expect(ownerPatternCovers(`/${'*a'.repeat(150)}b`, 'a'.repeat(400))).toBe(false)
  expect(ownerPatternCovers(`${'**/a/'.repeat(80)}b`, 'a/'.repeat(200))).toBe(false)
  expect(performance.now() - startedMs).toBeLessThan(3_000)
})
