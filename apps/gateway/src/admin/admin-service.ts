/** What the routes of the admin API work on, made once for a gateway. */
import type { RunningGateway } from '../gateway.ts'
import type { Store } from '../store/open-store.ts'
import { createDoor } from './admit.ts'
import { createAttempts } from './attempts.ts'
import type { AdminParts } from './route.ts'

/** The parts, and their end. */
export interface AdminService {
  parts: AdminParts
  close(): void
}

/** Makes the parts. */
export function createAdminService(gateway: RunningGateway, store: Store): AdminService {
  const attempts = createAttempts()
  const door = createDoor(store, attempts)
  return {
    parts: { gateway, store, door, attempts, startedAtMs: Date.now() },
    close: () => door.close(),
  }
}
