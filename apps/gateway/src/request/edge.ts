/** The network edge of the public listener: which Host and Origin may speak to it, each checked on its own. */
import { GatewayError } from '../errors.ts'
import type { Via } from '../wire/via.ts'
import { headerValues } from './header-values.ts'
import type { McpRequest } from './receive.ts'

/** Largest request body, bytes. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024
/** How long the whole body may take, ms. */
export const MAX_BODY_MS = 10_000

export interface Edge {
  maxBodyBytes: number
  maxBodyMs: number
  /** @throws GatewayError host_forbidden | origin_forbidden | invalid_request */
  check(request: McpRequest): void
  /** What requests that this gateway sends say of the gateways on their way. */
  via: Via
}

/** What the edge is made of. */
export interface EdgeConfig {
  publicUrl: string
  /** Whether the listener is on a loopback address. */
  isLoopback: boolean
  allowedHosts: readonly string[]
  allowedOrigins: readonly string[]
  via: Via
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

export function createEdge(config: EdgeConfig): Edge {
  const publicUrl = new URL(config.publicUrl)
  const exactHosts = new Set([publicUrl.host, ...config.allowedHosts].map((host) => host.toLowerCase()))
  const hostnames = new Set([
    ...(config.isLoopback ? LOOPBACK_NAMES : []),
    ...config.allowedHosts.map((host) => host.toLowerCase()),
  ])
  const origins = new Set([publicUrl.origin, ...config.allowedOrigins])
  // Nearly all requests name the same host in the same way.
  let lastKnownHost: string | undefined
  const isKnownHost = (host: string) => {
    if (host === lastKnownHost) return true
    const name = host.toLowerCase()
    if (!exactHosts.has(name) && !hostnames.has(name.replace(/:\d{1,5}$/, ''))) return false
    lastKnownHost = host
    return true
  }
  return {
    maxBodyBytes: MAX_BODY_BYTES,
    maxBodyMs: MAX_BODY_MS,
    via: config.via,
    check(request) {
      if (!request.url?.startsWith('/'))
        throw new GatewayError('invalid_request', 'Cannot serve the request: its target is not a path')
      const hosts = headerValues(request, 'host')
      if (hosts.length !== 1 || !isKnownHost(hosts[0] as string)) {
        throw new GatewayError('host_forbidden', 'Cannot serve the request: the Host is not one of this gateway')
      }
      if (request.headers.origin === undefined) return
      const [origin = '', ...moreOrigins] = headerValues(request, 'origin')
      const isKnown = origins.has(origin) || (config.isLoopback && isLoopbackOrigin(origin))
      if (!isKnown || moreOrigins.length > 0) {
        throw new GatewayError('origin_forbidden', 'Cannot serve the request: the Origin is not allowed')
      }
    },
  }
}

function isLoopbackOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const url = new URL(origin)
  // Browsers send an origin and nothing behind it; what has a path or a user is not one.
  return url.origin === origin && /^https?:$/.test(url.protocol) && LOOPBACK_NAMES.includes(url.hostname)
}
