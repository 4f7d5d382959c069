/** `Via` (RFC 9110, section 7.6.3): how a request that comes back to a gateway that it has left is recognized, and one that goes round for ever is ended. */
import { hkdfSync } from 'node:crypto'
import { GatewayError } from '../errors.ts'

/** Gateways that one request may go through. */
export const MAX_HOPS = 8

/** Environment variable that tells `causeway stdio` as a child what to put into `Via`, since no header comes with its pipes. */
export const VIA_VARIABLE = 'CAUSEWAY_VIA'

// Proxies on the way add entries of their own, which are no gateways.
const HOP = /(?<![\w-])causeway-[0-9a-f]{16}(?![\w-])/g

/** The `Via` of one gateway. */
export interface Via {
  /** What a request says that begins here. */
  readonly own: string
  /**
   * What a request says that came with `header` and goes on.
   * @throws GatewayError gateway_loop when it was here before, or has come through {@link MAX_HOPS} gateways
   */
  onward(header: string): string
}

/** @param key secret of the installation: the pseudonym made from it is stable and says nothing */
export function createVia(key: Uint8Array): Via {
  const name = pseudonym(key, 'via')
  const own = `1.1 ${name}`
  return {
    own,
    onward(header) {
      const hops = hopsOf(header)
      if (hops.includes(name))
        throw new GatewayError('gateway_loop', 'Cannot serve the request: it has come through this gateway before')
      if (hops.length >= MAX_HOPS)
        throw new GatewayError('gateway_loop', `Cannot serve the request: it has come through ${hops.length} gateways`)
      return [...hops.map((hop) => `1.1 ${hop}`), own].join(', ')
    },
  }
}

/** The pseudonyms of the gateways that a `Via` header names, first one first. */
export function hopsOf(header: string): string[] {
  return header.match(HOP) ?? []
}

/** A name for one purpose; from one, nobody can tell another. */
export function pseudonym(key: Uint8Array, purpose: string): string {
  return `causeway-${Buffer.from(hkdfSync('sha256', key, '', purpose, 8)).toString('hex')}`
}
