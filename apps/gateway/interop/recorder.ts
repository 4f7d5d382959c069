/** A relay on loopback between a client and the gateway: it notes what both say, and is gone while the gateway is. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Message, messagesOf } from './messages-of.ts'

/** One HTTP request of the client and what came back; the messages of a stream are added as they come. */
export interface Exchange {
  method: string
  headers: IncomingHttpHeaders
  /** What the client posted. */
  asked: Message | undefined
  status: number
  /** What the gateway sent. */
  answered: Message[]
}

/** A running relay. */
export interface Recorder {
  /** Without a path. */
  origin: string
  /** In the order in which they began. */
  exchanges: readonly Exchange[]
  /** Refuses connections and cuts those there are, as a dead gateway does. */
  pause(): Promise<void>
  resume(): Promise<void>
  close(): Promise<void>
}

/** Starts a relay to the gateway's port. */
export async function startRecorder(gatewayPort: number): Promise<Recorder> {
  const exchanges: Exchange[] = []
  const server = createServer((incoming, outgoing) => void relay(incoming, outgoing, { gatewayPort, exchanges }))
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const pause = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    exchanges,
    pause,
    resume: () => listen(port),
    close: () => (server.listening ? pause() : Promise.resolve()),
  }
}

async function relay(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { gatewayPort, exchanges }: { gatewayPort: number; exchanges: Exchange[] },
): Promise<void> {
  const exchange: Exchange = {
    method: incoming.method ?? '',
    headers: incoming.headers,
    asked: undefined,
    status: 0,
    answered: [],
  }
  exchanges.push(exchange)
  incoming.on('error', () => {})
  outgoing.on('error', () => {})
  const body = Buffer.concat(await incoming.toArray().catch(() => []))
  exchange.asked = messagesOf(body.toString('utf8'))[0]
  const headers = { ...incoming.headers, host: `127.0.0.1:${gatewayPort}`, 'accept-encoding': 'identity' }
  const { method, url: path } = incoming
  const onward = request({ host: '127.0.0.1', port: gatewayPort, method, path, headers })
  onward.on('error', () => outgoing.destroy())
  onward.on('response', (response) => {
    exchange.status = response.statusCode ?? 0
    outgoing.writeHead(exchange.status, response.rawHeaders)
    outgoing.flushHeaders()
    copy(response, outgoing, exchange)
  })
  outgoing.on('close', () => onward.destroy())
  onward.end(body)
}

function copy(response: IncomingMessage, outgoing: ServerResponse, exchange: Exchange): void {
  let text = ''
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    outgoing.write(chunk)
    text += chunk
    exchange.answered = messagesOf(text)
  })
  response.on('error', () => outgoing.destroy())
  response.on('aborted', () => outgoing.destroy())
  response.on('end', () => outgoing.end())
}
