/** Name resolution that hands over only addresses it has checked: a connection goes to what was checked, whatever the name resolves to later. */
import { type LookupAddress, lookup as resolve } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { kindOfAddress } from './address-kind.ts'

/** Who chose the destination: the operator, who may choose a private network, or what somebody else published. */
export type Trust = 'configured' | 'published'

/** Whether a connection may go to the address. */
export function isAllowedAddress(address: string, trust: Trust): boolean {
  const kind = kindOfAddress(address)
  return kind === 'public' || (kind === 'private' && trust === 'configured')
}

/**
 * A `lookup` for sockets. They ask it once for each connection and connect to what it says, so nothing can change in between.
 * @param resolveName in place of the system's own
 */
export function checkedLookup(trust: Trust, resolveName: LookupFunction = resolve as LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '')
      const allowed = (found as unknown as LookupAddress[]).filter(({ address }) => isAllowedAddress(address, trust))
      const [first] = allowed
      if (!first) return callback(new Error(`Cannot connect to "${hostname}": none of its addresses is allowed`), '')
      if (options.all) callback(null, allowed)
      else callback(null, first.address, first.family)
    })
  }
}
