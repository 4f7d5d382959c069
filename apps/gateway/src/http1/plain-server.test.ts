/** The public listener with requests that take their time, and clients that do as they please. */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { McpResponse } from '../request/receive.ts'
import { KEEP_ALIVE_MS } from './kept-lines.ts'
import { body, collect, listen, OPTIONS, post, usual } from './plain-fixture.ts'
import { PlainServer, type PlainServerOptions } from './plain-server.ts'

/** A server whose requests are answered by the test. */
async function openSlow(some: Partial<PlainServerOptions> = {}) {
  const arrived: { response: McpResponse; isPlain: boolean; body: Buffer }[] = []
  const server = await listen(
    new PlainServer({
      ...OPTIONS,
      stallMs: 300,
      accepts: () => true,
      onPlain: (request, response) => void arrived.push({ response, isPlain: true, body: request.body }),
      onRequest(request, response) {
        response.on('error', () => {})
        collect(request).then(
          (read) => arrived.push({ response, isPlain: false, body: read }),
          () => {},
        )
      },
      ...some,
    }),
  )
  const open = () => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))
  return { server, arrived, open }
}

function client(port: number): { socket: Socket; text: () => string; closed: Promise<unknown> } {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  return { socket, text: () => text, closed: new Promise((resolve) => socket.once('close', resolve)) }
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 4_000
  while (!(await isTrue())) {
    if (performance.now() > deadlineMs) throw new Error('it did not come to be in time')
    await sleep(5)
  }
}

it('sends events as they come, and ends the stream', async () => {
  const { server, arrived } = await openSlow()
  const { socket, text } = client(server.port)
  socket.write(usual)
  await until(() => arrived.length === 1)
  const { response } = arrived[0] as (typeof arrived)[0]
  response.writeHead(200, ['Content-Type', 'text/event-stream'])
  response.write('data: é\n\n')
  await until(() => text().includes('data'))
  response.write(Buffer.from('data: 2\n\n'))
  response.end('data: 3\n\n')
  await until(() => text().endsWith('0\r\n\r\n'))
  expect(text()).toMatch(/Transfer-Encoding: chunked\r\n/)
  expect(text().split('\r\n\r\n').slice(1).join('\r\n\r\n')).toBe(
    'a\r\ndata: \xc3\xa9\n\n\r\n9\r\ndata: 2\n\n\r\n9\r\ndata: 3\n\n\r\n0\r\n\r\n',
  )
  expect(response).toMatchObject({ writableEnded: true, writableFinished: true, destroyed: true })
  socket.write(usual)
  await until(() => arrived.length === 2)
  expect(arrived[1]).toMatchObject({ isPlain: true })
})

it.each([
  ['cuts its connection', (socket: Socket) => socket.resetAndDestroy()],
  ['ends its side', (socket: Socket) => socket.end()],
  ['ends its side behind another request', (socket: Socket) => socket.end(usual)],
])('notices at once that a client %s while its request is served', async (_name, leave) => {
  const { server, arrived, open } = await openSlow()
  const { socket } = client(server.port)
  socket.write(usual)
  await until(() => arrived.length === 1)
  const { response } = arrived[0] as (typeof arrived)[0]
  let isClosed = false
  response.once('close', () => {
    isClosed = true
  })
  leave(socket)
  await until(() => isClosed)
  expect(response).toMatchObject({ destroyed: true, writableFinished: false })
  response.writeHead(200, [])
  response.end('nobody reads this')
  expect(response.writableFinished).toBe(false)
  await until(async () => (await open()) === 0)
})

it('answers requests in their order that come before the first answer, and reads no more than it must', async () => {
  const { server, arrived } = await openSlow()
  const { socket, text } = client(server.port)
  socket.write(usual)
  await until(() => arrived.length === 1)
  for (let at = 0; at < 200; at++) socket.write(post('', 60_000) + String(at % 10).repeat(60_000))
  await sleep(100)
  expect(arrived.length).toBe(1)
  expect(socket.writableLength).toBeGreaterThan(0)
  for (let at = 0; at <= 200; at++) {
    await until(() => arrived.length > at)
    const { response, body: read } = arrived[at] as (typeof arrived)[0]
    response.writeHead(200, { 'Content-Length': '4' })
    response.end(`${read.toString('latin1', 0, 1)}${String(at).padStart(3, '0')}`)
  }
  const answers = () => [...text().matchAll(/\r\n\r\n(.)(\d{3})/g)].map(([, first, number]) => [first, Number(number)])
  await until(() => answers().length === 201)
  expect(answers()).toEqual([['{', 0], ...Array.from({ length: 200 }, (_, at) => [String(at % 10), at + 1])])
})

it('leaves the slow to node:http, which tells them that they were', async () => {
  const { server, open } = await openSlow()
  const slow = ['', post().slice(0, 30), post(), usual + post()].map((text) => {
    const each = client(server.port)
    each.socket.write(text)
    return each
  })
  await Promise.all(slow.map(({ closed }) => closed))
  expect(slow.slice(0, 3).map(({ text }) => text().split('\r\n')[0])).toEqual(
    Array(3).fill('HTTP/1.1 408 Request Timeout'),
  )
  await until(async () => (await open()) === 0)
})

it('cuts a client that takes no byte of its answer, and none that is slow to be answered', async () => {
  const { server, arrived } = await openSlow()
  const patient = client(server.port)
  patient.socket.write(usual)
  const stalled = client(server.port)
  stalled.socket.pause()
  stalled.socket.write(usual)
  await until(() => arrived.length === 2)
  const large = Buffer.alloc(32 * 1024 * 1024)
  let isClosed = false
  const { response } = arrived[1] as (typeof arrived)[0]
  response.once('close', () => {
    isClosed = true
  })
  response.writeHead(200, [])
  response.end(large)
  await until(() => isClosed)
  expect(response.writableFinished).toBe(false)
  expect(patient.socket.destroyed).toBe(false)
  arrived[0]?.response.writeHead(200, [])
  arrived[0]?.response.end('here')
  await until(() => patient.text().endsWith('here'))
})

it('ends connections that are idle, and all of them, when it is told to', async () => {
  const { server, arrived, open } = await openSlow()
  const idle = client(server.port)
  idle.socket.write(usual)
  const busy = client(server.port)
  busy.socket.write(usual)
  await until(() => arrived.length === 2)
  arrived[0]?.response.writeHead(202, [])
  arrived[0]?.response.end()
  await until(() => idle.text().includes('Content-Length: 0') || busy.text().includes('Content-Length: 0'))
  server.closeIdleConnections()
  await Promise.race([idle.closed, busy.closed])
  expect(await open()).toBe(1)
  server.closeAllConnections()
  await Promise.all([idle.closed, busy.closed])
  expect(await open()).toBe(0)
})

it('holds nothing of clients that have gone', async () => {
  const { server, arrived, open } = await openSlow()
  const clients = Array.from({ length: 50 }, () => client(server.port))
  for (const { socket } of clients) socket.write(usual)
  await until(() => arrived.length === 50)
  for (const { response } of arrived) {
    response.writeHead(200, [])
    response.end('{}')
  }
  await until(() => clients.every(({ text }) => text().endsWith('{}')))
  for (const [at, { socket }] of clients.entries()) at % 2 === 0 ? socket.end() : socket.resetAndDestroy()
  await until(async () => (await open()) === 0)
})

it('refuses a head that cannot be sent, while another one still can', async () => {
  const { server, arrived } = await openSlow()
  const { socket, text } = client(server.port)
  socket.write(usual)
  await until(() => arrived.length === 1)
  const { response } = arrived[0] as (typeof arrived)[0]
  expect(() => response.writeHead(200, ['X-A', 'a\r\nb'])).toThrow('Invalid character')
  expect(() => response.writeHead(200, ['X-A', 'é'])).toThrow('not ASCII')
  expect(response.headersSent).toBe(false)
  response.writeHead(204, [])
  response.end()
  await until(() => text().includes('204 No Content'))
  expect(text()).not.toMatch(/Content-Length|Transfer-Encoding/)
})

it('leaves to node:http what grows without an end before it is whole', async () => {
  const { server, arrived } = await openSlow({ connectionsCheckingInterval: 60_000 })
  const { socket } = client(server.port)
  const spaces = Buffer.alloc(300_000, ' ')
  socket.write('POST ')
  socket.write(spaces)
  socket.write(usual.slice('POST '.length))
  await until(() => arrived.length === 1)
  expect(arrived[0]).toMatchObject({ isPlain: false, body: Buffer.from(body) })
})

it('says that an answer is out only where it is', async () => {
  const { server, arrived } = await openSlow({ connectionsCheckingInterval: 60_000 })
  const { socket, closed } = client(server.port)
  socket.write(usual)
  await until(() => arrived.length === 1)
  const { response } = arrived[0] as (typeof arrived)[0]
  // With so much before its answer it is not listened to any more, so that only the answer finds out.
  for (let at = 0; at < 100; at++) socket.write(Buffer.alloc(60_000, '\r\nx'))
  await sleep(50)
  socket.resetAndDestroy()
  await closed
  let wasFinished: boolean | undefined
  response.once('close', () => {
    wasFinished = response.writableFinished
  })
  response.writeHead(200, [])
  response.end('nobody reads this')
  await until(() => wasFinished !== undefined)
  expect(wasFinished).toBe(false)
})

it('leaves the next request alone once an answer is out', async () => {
  const { server, arrived } = await openSlow()
  const { socket, text } = client(server.port)
  socket.write(usual)
  await until(() => arrived.length === 1)
  const { response } = arrived[0] as (typeof arrived)[0]
  response.writeHead(200, [])
  response.end('1')
  socket.write(usual)
  await until(() => arrived.length === 2)
  const next = arrived[1]?.response
  next?.writeHead(200, [])
  next?.cork()
  next?.write('2')
  expect(response.writableLength).toBe(0)
  response.write('x')
  response.end('x')
  response.destroy()
  next?.end('3')
  next?.uncork()
  await until(() => text().endsWith('0\r\n\r\n'))
  expect(text()).toMatch(/\r\n\r\n1HTTP.*\r\n\r\n1\r\n2\r\n1\r\n3\r\n0\r\n\r\n$/s)
})

it('takes one head alone, and nothing of one that was refused', async () => {
  const { server, arrived } = await openSlow()
  const { socket, text } = client(server.port)
  socket.write(usual)
  await until(() => arrived.length === 1)
  const { response } = arrived[0] as (typeof arrived)[0]
  expect(() => response.writeHead(200, ['Content-Length', '9', 'Connection', 'close', 'X-A', 'é'])).toThrow('not ASCII')
  response.writeHead(200, ['X-A', 'b'])
  expect(() => response.writeHead(202, [])).toThrow('there is one')
  response.end('{}')
  await until(() => text().endsWith('{}'))
  expect(text()).toMatch(/^HTTP\/1\.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\n/)
  expect(text()).toContain('Connection: keep-alive')
})

it('keeps an idle connection for as long as it says, and gives a request its time however long that was', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const checkMs = 5_000
  const looks = KEEP_ALIVE_MS / checkMs
  const { server, arrived, open } = await openSlow({ connectionsCheckingInterval: checkMs })
  const { socket, text, closed } = client(server.port)
  const serve = async (pieces: readonly string[]) => {
    for (const [at, piece] of pieces.entries()) {
      if (at > 0) vi.advanceTimersByTime(checkMs)
      socket.write(piece)
      await sleep(20)
    }
    await until(() => arrived.length === 1)
    const { response, isPlain } = arrived.shift() as (typeof arrived)[0]
    response.writeHead(200, [])
    response.end(`<${isPlain}>`)
  }
  await serve([usual])
  vi.advanceTimersByTime(looks * checkMs)
  await serve([usual.slice(0, 30), usual.slice(30)])
  await until(() => text().match(/<true>/g)?.length === 2)
  vi.advanceTimersByTime(looks * checkMs)
  expect(await open()).toBe(1)
  vi.advanceTimersByTime(2 * checkMs)
  await closed
})
