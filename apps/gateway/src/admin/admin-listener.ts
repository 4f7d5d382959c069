/** The second listener, for platform admins alone: its edge on Node's own objects, then the API. */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Config } from '../config/schema.ts'
import { toGatewayError } from '../errors.ts'
import { createAdminApp } from './admin-app.ts'
import { createAdminEdge, harden } from './admin-edge.ts'
import { errorBody } from './error-body.ts'
import type { AdminParts } from './route.ts'

/** Where the admin API listens. */
export type AdminSettings = Exclude<Config['admin'], false>

const MAX_HEADER_BYTES = 32 * 1024
const HEADERS_MS = 5_000
const REQUEST_MS = 15_000

/** The listener while it is open. */
export interface AdminListener {
  /** Without a path. */
  url: string
  close(): Promise<void>
}

/**
 * Opens the listener.
 * @param parts undefined until the gateway is made
 * @throws the listener's own error (EADDRINUSE …)
 */
export async function listenForAdmins(
  settings: AdminSettings,
  parts: () => AdminParts | undefined,
): Promise<AdminListener> {
  const http = createAdminHttp(settings, parts)
  const port = await new Promise<number>((resolve, reject) => {
    http.once('error', (error) => reject(Object.assign(error, { isForAdmins: true })))
    http.listen({ host: settings.host, port: settings.port }, () => resolve((http.address() as AddressInfo).port))
  })
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host
  return {
    url: `http://${host}:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()))
      http.closeAllConnections()
      await closed
    },
  }
}

function createAdminHttp(settings: AdminSettings, parts: () => AdminParts | undefined): Server {
  const edge = createAdminEdge(settings)
  const app = getRequestListener(createAdminApp(parts).fetch, { hostname: settings.host })
  const options = {
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: MAX_HEADER_BYTES,
    requireHostHeader: false,
  }
  return createServer(options, (request: IncomingMessage, response: ServerResponse) => {
    const requestId = randomUUID()
    harden(response)
    response.setHeader('X-Request-Id', requestId)
    try {
      edge.check(request)
    } catch (thrown) {
      void refuse(response, errorBody(toGatewayError(thrown), requestId))
      return
    }
    void app(request, response)
  })
}

async function refuse(response: ServerResponse, answer: Response): Promise<void> {
  const text = await answer.text()
  const length = Buffer.byteLength(text)
  // Whatever else the client sends is not read.
  const headers = { ...Object.fromEntries(answer.headers), 'content-length': length, connection: 'close' }
  response.writeHead(answer.status, headers).end(text)
}
