/** Sorts IP addresses by who may be behind them: anybody, a private network, or nobody that the gateway has any business with. */
import { BlockList, isIP } from 'node:net'

/** `forbidden` are link-local, multicast, unspecified and reserved addresses, and those where clouds hand out credentials. */
export type AddressKind = 'public' | 'private' | 'forbidden'

const FORBIDDEN_4 = listOf(
  'ipv4',
  '0.0.0.0/8 169.254.0.0/16 224.0.0.0/4 240.0.0.0/4 100.100.100.200/32 168.63.129.16/32 192.0.0.192/32',
)
const PRIVATE_4 = listOf(
  'ipv4',
  '10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24',
)
const FORBIDDEN_6 = listOf('ipv6', 'fd00:ec2::254/128 fd20:ce::254/128')
const PRIVATE_6 = listOf('ipv6', '::1/128 fc00::/7 64:ff9b:1::/48 2001::/23 2001:db8::/32 3fff::/20')
const GLOBAL_6 = listOf('ipv6', '2000::/3')
/** Where an IPv6 address is an IPv4 address in other words: mapped, and translated (RFC 6052). */
const EMBEDDED = listOf('ipv6', '::ffff:0:0/96 64:ff9b::/96')
const SIX_TO_FOUR = listOf('ipv6', '2002::/16')

/** The kind of an address; what is none, and what names a zone, is forbidden. */
export function kindOfAddress(address: string): AddressKind {
  const family = isIP(address)
  if (family === 4) return kindOf4(address)
  if (family !== 6 || address.includes('%')) return 'forbidden'
  const groups = groupsOf(address)
  if (EMBEDDED.check(address, 'ipv6')) return kindOf4(dotted(groups[6], groups[7]))
  // Relays of 6to4 are nobody's in particular, so what goes through them is never public.
  if (SIX_TO_FOUR.check(address, 'ipv6'))
    return kindOf4(dotted(groups[1], groups[2])) === 'forbidden' ? 'forbidden' : 'private'
  if (FORBIDDEN_6.check(address, 'ipv6')) return 'forbidden'
  if (PRIVATE_6.check(address, 'ipv6')) return 'private'
  return GLOBAL_6.check(address, 'ipv6') ? 'public' : 'forbidden'
}

function kindOf4(address: string): AddressKind {
  if (FORBIDDEN_4.check(address)) return 'forbidden'
  return PRIVATE_4.check(address) ? 'private' : 'public'
}

function listOf(family: 'ipv4' | 'ipv6', subnets: string): BlockList {
  const list = new BlockList()
  for (const subnet of subnets.split(' ')) {
    const [network = '', prefix] = subnet.split('/')
    list.addSubnet(network, Number(prefix), family)
  }
  return list
}

// The URL parser writes an address in its one short form, without dots.
function groupsOf(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const numbers = (part = '') => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const before = numbers(head)
  const after = numbers(tail)
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}

function dotted(high = 0, low = 0): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
