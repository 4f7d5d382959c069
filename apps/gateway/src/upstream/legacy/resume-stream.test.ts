/** However often an upstream ends a stream early, nothing of the attempts stays with the call. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { Pool } from 'undici'
import { expect, it } from 'vitest'
import { CallEnd } from '../call-signal.ts'
import { OWN_CALL } from '../own-call.ts'
import type { LegacySession } from './legacy-session.ts'
import { resumeStream } from './resume-stream.ts'

class CountingEnd extends CallEnd {
  listeners = 0
  override addEventListener(type: 'abort', listener: () => void): void {
    this.listeners++
    super.addEventListener(type, listener)
  }
  override removeEventListener(type: 'abort', listener: () => void): void {
    this.listeners--
    super.removeEventListener(type, listener)
  }
}

it('listens for the end of the call once', async () => {
  let attempts = 0
  const http = createServer((_request, response) => {
    attempts++
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`retry: 1\nid: ${attempts}\n\n`)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const streams = new Pool(`http://127.0.0.1:${(http.address() as AddressInfo).port}`)
  const target = {
    upstream: 'up',
    dispatcher: streams,
    streams,
    others: async () => streams,
    path: '/',
    headers: {},
    log: pino({ enabled: false }),
  }
  const signal = new CountingEnd()
  const session = { id: 's', revision: '2025-11-25' } as LegacySession
  await resumeStream(target, session, {
    call: { ...OWN_CALL, method: 'tools/call', params: '{}', idText: '1', signal },
    place: { lastEventId: '0', retryMs: 1 },
    onEvent() {},
    isDone: () => attempts === 6,
  })
  expect(signal.listeners).toBe(1)
  await streams.destroy()
  await new Promise((resolve) => http.close(resolve))
})
