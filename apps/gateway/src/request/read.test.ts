/** A body whose connection broke before anybody read it is given up at once, and holds no place until its time is over. */
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { readBody } from './read.ts'
import type { Exchange } from './receive.ts'

it('is given up at once where the connection broke while the caller was looked up', async () => {
  const request = new IncomingMessage(new Socket())
  request.headers['content-length'] = '10'
  request.destroy()
  const exchange = { request, body: { maxBytes: 100, maxMs: 60_000 } } as Exchange
  await expect(readBody(exchange)).rejects.toMatchObject({ code: 'invalid_request' })
})
