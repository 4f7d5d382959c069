/** HTTP as bytes on a socket, for requests that no client library would send. */
import { connect } from 'node:net'

/** One response as it came. */
export interface RawResponse {
  status: number
  /** By lower-case name; the last one where a header stands twice. */
  headers: Readonly<Record<string, string>>
  /** The body. */
  text: string
}

/** What is sent; `host` and `connection: close` are added unless they are among the headers. */
export interface RawRequest {
  method?: string
  target?: string
  version?: string
  headers?: readonly (readonly [name: string, value: string])[]
  body?: string | Buffer
}

/** The bytes of one request. */
export function requestBytes(url: string, request: RawRequest): Buffer {
  const { host, pathname } = new URL(url)
  const { method = 'POST', target = pathname, version = '1.1', headers = [], body = '' } = request
  const has = (name: string) => headers.some(([each]) => each.toLowerCase() === name)
  const lines = [
    `${method} ${target} HTTP/${version}`,
    ...(has('host') ? [] : [`Host: ${host}`]),
    ...(has('connection') ? [] : ['Connection: close']),
    ...(has('content-length') || has('transfer-encoding') || body.length === 0
      ? []
      : [`Content-Length: ${Buffer.byteLength(body)}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)])
}

/** Sends one request and reads the response until the connection ends. */
export async function rawRequest(url: string, request: RawRequest): Promise<RawResponse> {
  const [response] = await rawExchange(url, [requestBytes(url, request)])
  if (!response) throw new Error('The connection ended without a response')
  return response
}

/** Writes the pieces one after the other, `pauseMs` apart, and reads responses until the connection ends. */
export function rawExchange(url: string, pieces: readonly (string | Buffer)[], pauseMs = 0): Promise<RawResponse[]> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    // A gateway that refuses a body closes while it still comes: what it said before counts.
    socket.on('error', () => {})
    socket.on('close', () => resolve(parseResponses(Buffer.concat(chunks).toString('utf8'))))
    void write(socket, pieces, pauseMs)
  })
}

async function write(
  socket: { write(piece: string | Buffer): boolean; destroyed: boolean },
  pieces: readonly (string | Buffer)[],
  pauseMs: number,
): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed) return
    socket.write(piece)
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

function parseResponses(text: string): RawResponse[] {
  const responses: RawResponse[] = []
  let rest = Buffer.from(text)
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n')
    if (headEnd < 0) return responses
    const [statusLine = '', ...lines] = rest.subarray(0, headEnd).toString('utf8').split('\r\n')
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    )
    const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length'])
    const bodyEnd = length === undefined ? rest.length : headEnd + 4 + length
    const status = Number(statusLine.split(' ')[1])
    responses.push({ status, headers, text: rest.subarray(headEnd + 4, bodyEnd).toString('utf8') })
    rest = rest.subarray(bodyEnd)
  }
}
