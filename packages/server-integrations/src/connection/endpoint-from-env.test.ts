/** Only a token and a safe address make a real connection. */
import { expect, it } from 'vitest'
import { endpointFromEnv } from './endpoint-from-env.ts'

const VARIABLES = { token: 'T', url: 'U', defaultUrl: 'https://api.github.com' }

it('is the real API only with a token', () => {
  expect(endpointFromEnv({ U: 'https://ghe.acme.example/api/v3' }, VARIABLES)).toBeUndefined()
  expect(endpointFromEnv({ T: ' ' }, VARIABLES)).toBeUndefined()
  expect(endpointFromEnv({ T: ' t ' }, VARIABLES)).toEqual({ baseUrl: 'https://api.github.com', token: 't' })
})

it('takes another address, https or on loopback', () => {
  for (const url of ['https://ghe.acme.example/api/v3', 'http://127.0.0.1:9', 'http://localhost:9', 'http://[::1]:9'])
    expect(endpointFromEnv({ T: 't', U: `${url}/` }, VARIABLES)?.baseUrl).toBe(url)
})

it.each([
  'http://api.example.com',
  'http://127.evil.example',
  'ftp://127.0.0.1',
  'nonsense',
  'https://user:pass@x.example',
  'https://x.example?y=1',
])('refuses %s', (url) => {
  expect(() => endpointFromEnv({ T: 't', U: url }, VARIABLES)).toThrow(`Cannot use U "${url}"`)
})
