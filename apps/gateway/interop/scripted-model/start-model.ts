/** Serves a scripted model on loopback; what differs between the APIs of models is a dialect. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answer, createScript, type Script, type Turn } from './script.ts'

/** How one API puts a request and an answer. */
export interface Dialect {
  /** Whether a path asks the model to go on; all others get an empty object. */
  isTurn(path: string): boolean
  /** Reads a request; undefined for one that is not part of the conversation, such as a title. */
  read(body: unknown): Turn | undefined
  /** The whole answer, as the body of an event stream. */
  write(answer: Answer): string
}

/** A running model. */
export interface Model {
  origin: string
  script: Script
  close(): Promise<void>
}

const ASIDE: Answer = { say: 'ok' }

/** Starts it on a free port. */
export async function startModel(dialect: Dialect): Promise<Model> {
  const script = createScript()
  const server = createServer((request, response) => void serve(request, response, { dialect, script }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    script,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { dialect, script }: { dialect: Dialect; script: Script },
): Promise<void> {
  const body = Buffer.concat(await request.toArray().catch(() => [])).toString('utf8')
  if (request.method !== 'POST' || !dialect.isTurn(request.url ?? '')) {
    response.setHeader('Content-Type', 'application/json').end('{}')
    return
  }
  const turn = dialect.read(JSON.parse(body))
  const answer = turn ? await script.ask(turn) : ASIDE
  response.setHeader('Content-Type', 'text/event-stream').end(dialect.write(answer))
}

/** One event of a stream. */
export function eventOf(data: object, type?: string): string {
  return `${type ? `event: ${type}\n` : ''}data: ${JSON.stringify(data)}\n\n`
}
