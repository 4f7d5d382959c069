/** Addresses of imported APIs: public ones, and those that the operator allowed. */
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { isInternalAddress, lookUpPublicly, publicBaseUrl } from './public-host.ts'

it.each([
  ['this machine', 'http://127.0.0.1:8080', 'want https'],
  ['this machine by another name', 'https://localhost', 'not on the public internet'],
  ['this machine as a number', 'https://2130706433', 'not on the public internet'],
  ['the metadata of a cloud', 'https://169.254.169.254/latest', 'not on the public internet'],
  ['a private network', 'https://10.1.2.3', 'not on the public internet'],
  ['IPv6 of this machine', 'https://[::1]', 'not on the public internet'],
  ['IPv4 in IPv6', 'https://[::ffff:10.0.0.1]', 'not on the public internet'],
  ['a name of an intranet', 'https://jira.corp.internal', 'not on the public internet'],
  ['another scheme', 'file:///etc/passwd', 'want https'],
  ['a path that climbs', 'https://api.example.com/v1/../../admin', 'its path is not plain'],
  ['a path that climbs in disguise', 'https://api.example.com/%2e%2e/admin', 'its path is not plain'],
  ['a password in the address', 'https://user:secret@api.example.com', 'only origin and path'],
  ['no address', '/v1', 'needs a complete one'],
])('refuses %s', (_, url, reason) => {
  expect(() => publicBaseUrl(url, [])).toThrow(reason)
})

it('takes public addresses, and what the operator allowed', () => {
  expect(publicBaseUrl('https://api.example.com/v1/', [])).toBe('https://api.example.com/v1')
  expect(publicBaseUrl('http://127.0.0.1:8080', ['127.0.0.1:8080'])).toBe('http://127.0.0.1:8080')
  expect(publicBaseUrl('https://jira.corp.internal', ['jira.corp.internal'])).toBe('https://jira.corp.internal')
  expect(() => publicBaseUrl('http://127.0.0.1:8081', ['127.0.0.1:8080'])).toThrow('want https')
})

it('knows which addresses are nobody else’s', () => {
  for (const address of [
    '127.0.0.1',
    '10.0.0.1',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0',
    '::1',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
    // Ways of IPv4 through IPv6: 6to4, Teredo, a network's own NAT64.
    '2002:a00:1::',
    '2001:0:a00:1::1',
    '64:ff9b:1::a00:1',
    'fec0::1',
    'x',
  ])
    expect(isInternalAddress(address), address).toBe(true)
  for (const address of ['93.184.216.34', '172.32.0.1', '2606:2800:220:1::1'])
    expect(isInternalAddress(address), address).toBe(false)
})

it('resolves a name to no address of this machine', async () => {
  const looked = promisify((name: string, done: (error: Error | null, address: unknown) => void) =>
    lookUpPublicly(name, { all: true }, done),
  )
  await expect(looked('localhost')).rejects.toThrow('no public address')
})
