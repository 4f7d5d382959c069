/** The route on which admins hear what happens: server-sent events that end with the credential they were opened with. */
import { z } from 'zod'
import { GatewayError } from '../../errors.ts'
import type { Admin } from '../admit.ts'
import type { AdminEvent } from '../event-hub.ts'
import { type AdminParts, type Asked, defineRoute } from '../route.ts'

const KEEP_ALIVE_MS = 15_000
/** Larger than any timer may be; a credential that lives longer is looked at again by then. */
const MAX_TIMER_MS = 24 * 60 * 60_000
/** Events that wait for one who does not read, before the stream is ended. */
const MAX_WAITING = 1_000

function open({ admin, lastEventId, signal, hangUp }: Asked, { hub, door, store, streams }: AdminParts): Response {
  if (streams.size >= streams.max)
    throw new GatewayError('overloaded', `Cannot open a stream: ${streams.max} are open already`)
  const encoder = new TextEncoder()
  let end = () => {}
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (text: string) => {
          if ((controller.desiredSize ?? 0) <= 0) end()
          else controller.enqueue(encoder.encode(text))
        }
        const stops = [
          hub.listen((event) => send(format(event))),
          store.onChange(() => {
            if (!door.isAdmitted(admin as Admin)) end()
          }),
          every(KEEP_ALIVE_MS, () => send(': keep-alive\n\n')),
          every(Math.min((admin as Admin).expiresMs - Date.now(), MAX_TIMER_MS), () => {
            if (!door.isAdmitted(admin as Admin)) end()
          }),
        ]
        let isOpen = true
        end = () => {
          if (!isOpen) return
          isOpen = false
          for (const stop of stops) stop()
          streams.delete(end)
          const isRead = (controller.desiredSize ?? 0) >= MAX_WAITING
          controller.close()
          // Who does not read would keep the connection, and all that waits, for as long as it likes.
          if (!isRead) hangUp()
        }
        streams.add(end)
        signal.addEventListener('abort', end, { once: true })
        for (const text of beginning(lastEventId, hub.since)) send(text)
      },
      cancel: () => end(),
    },
    { highWaterMark: MAX_WAITING },
  )
  return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
}

// Who missed too much has to read everything again.
function beginning(lastEventId: string | undefined, since: (id: string) => AdminEvent[] | undefined): string[] {
  const missed = lastEventId === undefined ? [] : since(lastEventId)
  return ['retry: 2000\n\n', ...(missed ? missed.map(format) : ['event: reset\ndata: {}\n\n'])]
}

function format({ id, type, data }: AdminEvent): string {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`
}

function every(ms: number, act: () => void): () => void {
  const timer = setInterval(act, Math.max(ms, 1)).unref()
  return () => clearInterval(timer)
}

/** The stream. */
export const eventRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/events',
    id: 'listenToEvents',
    summary:
      'Server-sent events: catalog, upstream, drift, policy, agents, approvals, audit; reset when too much was missed',
    tag: 'events',
    access: 'read',
    status: 200,
    answer: z.string(),
    mediaType: 'text/event-stream',
    failures: ['overloaded'],
    handle: open,
  }),
]
