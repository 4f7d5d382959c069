/** The public URL: configured, derived, and derived from addresses that are no addresses. */
import { expect, it } from 'vitest'
import { publicUrlOf } from './public-url-of.ts'

it('is the configured one, whatever the listener got', () => {
  const config = { publicUrl: 'https://mcp.example', listen: { host: '0.0.0.0', port: 0 } }
  expect(publicUrlOf(config, 4711)).toBe('https://mcp.example')
})

it.each([
  ['127.0.0.1', 'http://127.0.0.1:4711'],
  ['localhost', 'http://localhost:4711'],
  ['::1', 'http://[::1]:4711'],
  ['0.0.0.0', 'http://127.0.0.1:4711'],
  ['::', 'http://[::1]:4711'],
])('derives from %s', (host, url) => {
  expect(publicUrlOf({ listen: { host, port: 0 } }, 4711)).toBe(url)
})

it('leaves out the default port, as clients do', () => {
  expect(publicUrlOf({ listen: { host: '127.0.0.1', port: 80 } }, 80)).toBe('http://127.0.0.1')
})
