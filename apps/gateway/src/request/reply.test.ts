/** A failure is told where it can be, and where it cannot it harms nobody else. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import { Reply } from './reply.ts'

const FAILURE = new GatewayError('internal', 'Cannot serve the request: it broke')

/** What a client gets from a handler that fails after `begin`. */
async function failing(begin: (response: ServerResponse, reply: Reply) => void): Promise<string> {
  const thrown: unknown[] = []
  const http = createServer((_request, response) => {
    const reply = new Reply({ response, requestId: 'r' })
    reply.canStream = true
    begin(response, reply)
    try {
      reply.fail(FAILURE, '1')
    } catch (error) {
      thrown.push(error)
      response.destroy()
    }
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const text = await fetch(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`)
    .then((response) => response.text())
    .catch(() => 'cut')
  await new Promise((resolve) => http.close(resolve))
  expect(thrown).toEqual([])
  return text
}

it('is the answer before anything was sent, and the last event behind others', async () => {
  expect(await failing(() => {})).toContain('it broke')
  expect(await failing((_response, reply) => reply.event('{}'))).toMatch(/data: \{\}.*it broke/s)
})

it('cuts a stream that was opened elsewhere', async () => {
  const opened = (response: ServerResponse) => void response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  expect(await failing(opened)).toBe('cut')
})
