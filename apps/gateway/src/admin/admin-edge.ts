/** What the admin listener asks of every request before anything else, and the headers that every answer of it carries. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { GatewayError } from '../errors.ts'
import { headerValues } from '../request/header-values.ts'

const METHODS = ['GET', 'POST', 'PUT', 'DELETE']
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']
const HEADERS = {
  'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
}

/** Checks requests by their head. */
export interface AdminEdge {
  /** @throws GatewayError invalid_request | http_method_not_allowed | host_forbidden | origin_forbidden */
  check(request: IncomingMessage): void
}

/** @param listener where the API listens, and the names beyond that it is known by */
export function createAdminEdge(listener: { host: string; allowedHosts: readonly string[] }): AdminEdge {
  // No page of a stranger has a loopback name, whatever address the listener has.
  const hosts = new Set([...LOOPBACK_NAMES, ...listener.allowedHosts.map((host) => host.toLowerCase())])
  hosts.add(listener.host.includes(':') ? `[${listener.host}]` : listener.host.toLowerCase())
  const isKnown = (host: string) => hosts.has(host) || hosts.has(host.replace(/:\d{1,5}$/, ''))
  return {
    check(request) {
      if (!request.url?.startsWith('/'))
        throw new GatewayError('invalid_request', 'Cannot serve the request: its target is not a path')
      if (!METHODS.includes(request.method ?? ''))
        throw new GatewayError('http_method_not_allowed', `Cannot serve HTTP method ${request.method}`, {
          hint: `Use one of ${METHODS.join(', ')}.`,
        })
      const named = headerValues(request, 'host')
      const host = named[0]?.toLowerCase() ?? ''
      if (named.length !== 1 || !isKnown(host))
        throw new GatewayError(
          'host_forbidden',
          'Cannot serve the request: the Host is not one of the admin listener',
          {
            hint: 'Use the address it listens on, or add the name to admin.allowedHosts.',
          },
        )
      const origins = headerValues(request, 'origin')
      if (origins.some((origin) => origin !== `http://${host}` && origin !== `https://${host}`) || origins.length > 1)
        throw new GatewayError('origin_forbidden', 'Cannot serve the request: the Origin is not its own', {
          hint: 'Only pages of the admin listener itself may call it.',
        })
    },
  }
}

/** Puts the headers on the answer, whatever it will be. */
export function harden(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
}
