/** What the routes of the admin API work on, made once for a gateway. */
import type { IncomingMessage } from 'node:http'
import type { RunningGateway } from '../gateway.ts'
import type { Store } from '../store/open-store.ts'
import { createDoor, type Door } from './admit.ts'
import { createAttempts } from './attempts.ts'
import { createEventHub } from './event-hub.ts'
import type { AdminParts } from './route.ts'

/** Streams of events at once. */
const MAX_STREAMS = 100

/** The parts, and their end. */
export interface AdminService {
  parts: AdminParts
  close(): void
}

/** Makes the parts. */
export function createAdminService(gateway: RunningGateway, store: Store): AdminService {
  const attempts = createAttempts()
  const door = createDoor(store, attempts)
  const hub = createEventHub(gateway, store)
  const streams = Object.assign(new Set<() => void>(), { max: MAX_STREAMS })
  gateway.isAdmin = (request) => holdsToken(door, request)
  return {
    parts: { gateway, store, door, attempts, hub, streams, startedAtMs: Date.now() },
    close() {
      for (const end of streams) end()
      hub.close()
      door.close()
    },
  }
}

// A session is for the admin listener alone.
function holdsToken(door: Door, request: IncomingMessage): boolean {
  if (!request.headers.authorization?.startsWith('Bearer cwa_')) return false
  try {
    return door.admit(request, 'read').kind === 'token'
  } catch {
    return false
  }
}
