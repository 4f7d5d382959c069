/** Where an imported API may be: on the public internet, or where the operator says; never on this machine or its network by itself. */
import { lookup as resolve } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { OpenApiError } from './openapi-error.ts'

// Two lists: Node.js holds IPv4 addresses against IPv6 networks too, as mapped ones.
const INTERNAL_4 = new BlockList()
const INTERNAL_6 = new BlockList()
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  INTERNAL_4.addSubnet(address, prefix, 'ipv4')
for (const [address, prefix] of [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  INTERNAL_6.addSubnet(address, prefix, 'ipv6')

/** Whether an address is of this machine, its network, or nobody's. */
export function isInternalAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return INTERNAL_4.check(address, 'ipv4')
  return family === 0 || INTERNAL_6.check(address, 'ipv6')
}

/**
 * Checks the address that a document gives for its API.
 * @param allowedHosts `host` or `host:port`, as the operator listed them
 * @returns the address without a trailing slash
 * @throws OpenApiError
 */
export function publicBaseUrl(given: string | undefined, allowedHosts: readonly string[]): string {
  const refuse = (reason: string) => new OpenApiError(`the address "${String(given).slice(0, 200)}"`, reason)
  if (given === undefined || !URL.canParse(given))
    throw refuse('the API needs a complete one, in the document or as baseUrl of the overlay')
  const url = new URL(given)
  if (url.username || url.password || url.search || url.hash) throw refuse('only origin and path may be given')
  if (/[\\{}]|\.\.|%2e|%2f|%5c/i.test(given)) throw refuse('its path is not plain')
  if (isAllowedHost(url, allowedHosts)) return given.replace(/\/+$/, '')
  if (url.protocol !== 'https:') throw refuse('want https')
  if (isInternalName(url.hostname))
    throw refuse('it is not on the public internet; the operator can allow it with OPENAPI_ALLOWED_HOSTS')
  return given.replace(/\/+$/, '')
}

/** Whether the operator listed the host of an address. */
export function isAllowedHost(url: URL, allowedHosts: readonly string[]): boolean {
  return allowedHosts.includes(url.host) || allowedHosts.includes(url.hostname)
}

function isInternalName(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isIP(name) !== 0) return isInternalAddress(name)
  return !name.includes('.') || /\.(local|localhost|internal|intranet|home|lan|arpa)$/i.test(name)
}

/** Resolves names like Node.js does, but to no internal address: a public name may have one. */
export const lookUpPublicly: LookupFunction = (hostname, options, done) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    const found = addresses?.filter(({ address }) => !isInternalAddress(address)) ?? []
    const [first] = found
    if (error || !first) {
      const refusal = Object.assign(new Error('no public address'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' })
      return done(error ?? refusal, '', 0)
    }
    if (options.all) done(null, found)
    else done(null, first.address, first.family)
  })
}
