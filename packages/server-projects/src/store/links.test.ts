/** Links in their stored form. */
import { expect, it } from 'vitest'
import { normalizedLink } from './links.ts'

it.each([
  { ref: 'gh:acme/web#456' },
  { ref: 'Acme/Web#456' },
  { ref: 'github:acme/web#0456' },
  { ref: 'https://github.com/acme/web/issues/456' },
  { url: 'https://github.com/acme/web/issues/456' },
  { url: 'https://github.com/acme/web/pull/456#discussion' },
])('knows %o as one external thing', (input) => {
  expect(normalizedLink(input, 'links.0').ref).toBe('gh:acme/web#456')
})

it('keeps other references and pages as they are', () => {
  expect(normalizedLink({ ref: 'slack:C024/p17' }, 'links.0')).toEqual({
    ref: 'slack:C024/p17',
    url: null,
    title: null,
  })
  expect(normalizedLink({ url: 'https://docs.acme.dev/checkout', title: ' Docs ' }, 'links.0')).toEqual({
    ref: null,
    url: 'https://docs.acme.dev/checkout',
    title: ' Docs ',
  })
})

it.each([
  [{}, 'links.0'],
  [{ title: 'only a title' }, 'links.0'],
  [{ url: 'javascript:alert(1)' }, 'links.0.url'],
  [{ url: 'file:///etc/passwd' }, 'links.0.url'],
  [{ ref: 'four five six' }, 'links.0.ref'],
])('refuses %o', (input, field) => {
  expect(() => normalizedLink(input, 'links.0')).toThrow(
    expect.objectContaining({ shape: expect.objectContaining({ code: 'invalid_arguments', field }) }),
  )
})
