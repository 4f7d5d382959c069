/** Which changes of an upstream's configuration need another connection. */
import { expect, it } from 'vitest'
import { upstreamConfig } from '../../test/support/upstream-config.ts'
import { Secret } from '../config/secret.ts'
import { connectionKeyOf } from './connection-key.ts'

const written = { url: 'http://127.0.0.1:1/mcp' }
const isSame = (changes: object, base: object = written) =>
  connectionKeyOf(upstreamConfig({ ...base })) === connectionKeyOf(upstreamConfig({ ...base, ...changes }))

it.each([
  { title: 'Up' },
  { tags: ['a'] },
  { namespace: 'other' },
  { asks: { sampling: true } },
  { timeout: '1s' },
  { refresh: '1s' },
  { maxResultBytes: '1MiB' },
  { trustMetadata: true },
  { tools: { a: { hidden: true, timeout: '1s' } } },
])('is the same for %j', (changes) => {
  expect(isSame(changes)).toBe(true)
})

it.each([{ url: 'http://127.0.0.1:2/mcp' }, { era: 'legacy' }, { concurrency: 3 }])('is another for %j', (changes) => {
  expect(isSame(changes)).toBe(false)
})

it('is another for another secret', () => {
  const headers = (text: string) => ({ headers: { 'x-key': new Secret(text) } })
  expect(isSame(headers('a'), { ...written, ...headers('b') })).toBe(false)
  expect(isSame(headers('a'), { ...written, ...headers('a') })).toBe(true)
  const bearer = (text: string) => ({ auth: { mode: 'bearer', token: new Secret(text) } })
  expect(isSame(bearer('a'), { ...written, ...bearer('b') })).toBe(false)
})

it('is another for another command, and for another bound on what its pipe may carry', () => {
  const piped = { url: undefined, command: ['a'] }
  expect(isSame({ command: ['a', 'b'] }, piped)).toBe(false)
  expect(isSame({ maxResultBytes: '1MiB' }, piped)).toBe(false)
  expect(isSame({ title: 'Up' }, piped)).toBe(true)
})
