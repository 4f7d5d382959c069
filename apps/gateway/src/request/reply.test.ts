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

/** Serves eight requests that are all under way when the last of them comes, so that answers gather. */
async function eight(serve: (response: ServerResponse, reply: Reply) => void): Promise<string[]> {
  const waiting: [ServerResponse, Reply][] = []
  const http = createServer((_request, response) => {
    waiting.push([response, new Reply({ response, requestId: 'r' })])
    if (waiting.length === 8) for (const each of waiting) serve(...each)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`
  const asked = Array.from({ length: 8 }, async () => {
    const response = await fetch(url).catch(() => undefined)
    return response ? response.text() : 'cut'
  })
  const texts = await Promise.all(asked)
  http.closeAllConnections()
  await new Promise((resolve) => http.close(resolve))
  return texts
}

it('is out before it is told to be, also where it waits for the end of the turn', async () => {
  const isOut: boolean[] = []
  const texts = await eight((response, reply) => {
    reply.answer(200, '{}')
    expect(response.writableEnded).toBe(false)
    reply.whenOut(() => isOut.push(response.writableFinished))
  })
  expect(texts).toEqual(Array(8).fill('{}'))
  expect(isOut).toEqual(Array(8).fill(true))
})

it('throws for a head that cannot be sent while somebody can be told, and harms no other', async () => {
  let number = 0
  const texts = await eight((response, reply) => {
    if (++number % 2 === 0) return reply.answer(200, '{}')
    expect(() => reply.answer(200, '{}', ['X-A', 'a\nb'])).toThrow('Invalid character')
    response.destroy()
  })
  expect(texts.sort()).toEqual([...Array(4).fill('cut'), ...Array(4).fill('{}')].sort())
})

it('is given once, whatever fails behind it', async () => {
  const texts = await eight((_response, reply) => {
    reply.answer(200, '{}')
    reply.fail(FAILURE, '1')
  })
  expect(texts).toEqual(Array(8).fill('cut'))
})
