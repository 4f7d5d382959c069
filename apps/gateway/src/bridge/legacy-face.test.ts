/** A legacy client's session over a gateway that forgets it. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { Bridge } from './bridge.ts'
import { GatewayLink } from './gateway-link.ts'

const HELLO = '{"jsonrpc":"2.0","id":"hello","method":"initialize","params":{}}'
const LOST = '{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"lost"}}'
const OVERLOADED = '{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"overloaded"}}'

function reply(response: ServerResponse, status: number, body: string, session?: string): void {
  const headers = { 'content-type': 'application/json', ...(session ? { 'mcp-session-id': session } : {}) }
  response.writeHead(status, headers).end(body)
}

/** A gateway of which each `initialize` opens the next session, or none, and which knows the sessions in `known`. */
async function startForgetful(sessions: (string | undefined)[], known: Set<string>) {
  const http = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    if (request.method !== 'POST') return reply(response, 405, '')
    const message = JSON.parse(body)
    if (message.method === 'initialize') {
      const session = sessions.shift()
      const result = `{"jsonrpc":"2.0","id":"hello","result":{"protocolVersion":"2025-11-25"}}`
      return session ? reply(response, 200, result, session) : reply(response, 503, OVERLOADED)
    }
    if (!known.has(String(request.headers['mcp-session-id']))) return reply(response, 404, LOST)
    reply(response, message.id === undefined ? 202 : 200, `{"jsonrpc":"2.0","id":${message.id},"result":{}}`)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`)
  const lines: { id: unknown; error?: { message: string; data?: { retryable: boolean } } }[] = []
  const link = new GatewayLink(url, { current: () => undefined, refused: async () => false }, {})
  const bridge = new Bridge(link, { write: (line) => lines.push(JSON.parse(line)), note() {} })
  return {
    async ask(id: unknown, line: string) {
      bridge.onLine(line, Buffer.from(line))
      await expect.poll(() => lines.some((each) => each.id === id), { timeout: 2_000 }).toBe(true)
      return lines.find((each) => each.id === id)
    },
    async close() {
      await bridge.end(0)
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

const ping = (id: number) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}`

it('fails the request and tries again with the next one when no other session is opened', async () => {
  const gateway = await startForgetful(['first', undefined, 'second'], new Set(['second']))
  await gateway.ask('hello', HELLO)
  expect((await gateway.ask(1, ping(1)))?.error).toMatchObject({
    message: 'Cannot serve the request: the gateway has lost the session and opens no other',
    data: { retryable: true },
  })
  expect((await gateway.ask(2, ping(2)))?.error).toBeUndefined()
  await gateway.close()
})

it('answers every request of a gateway that forgets each session at once', async () => {
  const gateway = await startForgetful(['first', 'second', 'third'], new Set(['third']))
  await gateway.ask('hello', HELLO)
  expect((await gateway.ask(1, ping(1)))?.error?.message).toBe('lost')
  expect((await gateway.ask(2, ping(2)))?.error).toBeUndefined()
  await gateway.close()
})
