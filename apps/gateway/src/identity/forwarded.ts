/** Whether a request came through a proxy or tunnel: then loopback says nothing about where its sender is. */
import type { IncomingHttpHeaders } from 'node:http'

const HEADERS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'cf-connecting-ip',
  'true-client-ip',
]

export function isForwarded({ headers }: { headers: IncomingHttpHeaders }): boolean {
  return HEADERS.some((name) => headers[name] !== undefined)
}
