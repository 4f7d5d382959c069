/** A request names one endpoint and nothing else, whatever is in its arguments. */
import { expect, it } from 'vitest'
import { requestBody, requestTarget } from './vendor-request.ts'

it('encodes every segment and the query, below the base path', () => {
  const target = requestTarget('/api/v3', { path: ['repos', 'a/b', 'x y?#'], query: { q: 'a&b', page: 2 } })
  expect(target).toBe('/api/v3/repos/a%2Fb/x%20y%3F%23?q=a%26b&page=2')
})

it.each(['..', '.', ''])('refuses the segment "%s"', (segment) => {
  expect(() => requestTarget('', { path: ['repos', segment] })).toThrow('bad segment')
})

it('leaves out form fields that are undefined', () => {
  expect(requestBody({ form: { a: 'x&y', b: undefined, c: false } })?.body).toBe('a=x%26y&c=false')
  expect(requestBody({ json: { a: 1 } })).toEqual({ type: 'application/json', body: '{"a":1}' })
  expect(requestBody({})).toBeUndefined()
})
