/** Whom a domain server trusts: its gateway, or without one the local user, and nobody by mistake. */
import { afterEach, expect, test, vi } from 'vitest'
import { defineDomainServer } from './define-domain-server.ts'
import { createTrust } from './request-context.ts'
import { ENV } from './wire-names.ts'

afterEach(() => vi.unstubAllEnvs())

const domain = defineDomainServer({
  id: 'notes',
  title: 'Notes',
  version: '1.0.0',
  owner: 'team',
  instructions: '',
  tools: [],
  resources: [],
  prompts: [],
  open: () => ({ services: {}, health: () => ({}), close() {} }),
})

test('the local user is a viewer who reads, where there is no gateway', () => {
  expect(createTrust(domain, 'viewer')).toEqual({
    local: { agent: 'local', roles: ['viewer'], scopes: ['notes.read'] },
  })
})

test.each([ENV.issuer, ENV.audience, ENV.jwks])('a gateway without %s is a mistake, and opens nothing', (missing) => {
  for (const name of [ENV.issuer, ENV.audience, ENV.jwks]) if (name !== missing) vi.stubEnv(name, 'http://127.0.0.1:1')
  expect(() => createTrust(domain, 'viewer')).toThrow(`Cannot trust a gateway: the environment lacks ${missing}`)
})
