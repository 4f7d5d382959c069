/** A key for acting as an agent for as long as a command runs: short-lived, made to live on, and gone with the command. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Credential } from '../bridge/gateway-link.ts'
import { type IssuedKey, impersonate } from '../identity/issue-key.ts'
import type { Store } from '../store/open-store.ts'
import { operatorName } from './operator-name.ts'

/** A credential that has to be given back. */
export interface HeldCredential extends Credential {
  /** Ends it. */
  release(): void
}

/** How long a key lives on after its holder has died. */
const LIFE_MS = 5 * 60_000
const RENEW_MS = 2 * 60_000
/** The gateway looks for changes of the store twice a second. */
const NOTICE_MS = 600

/** Holds a key of the agent. */
export function holdKey(store: Store, agent: string): HeldCredential {
  const madeBy = `cli:${operatorName()}`
  let held: IssuedKey = impersonate(store, { agent, madeBy })
  let renewedMs = 0
  const renew = (): boolean => {
    const nowMs = Date.now()
    if (!store.apiKeys.extend(held.keyId, nowMs + LIFE_MS)) {
      // A key that was revoked stays so; one that ended in a machine's sleep was swept away.
      if (store.apiKeys.get(held.keyId)) return false
      held = impersonate(store, { agent, madeBy })
      store.apiKeys.extend(held.keyId, nowMs + LIFE_MS)
    }
    renewedMs = nowMs
    return true
  }
  const tryToRenew = () => {
    try {
      return renew()
    } catch {
      // The store is busy; the key lives for a while yet.
      return false
    }
  }
  renew()
  const timer = setInterval(tryToRenew, RENEW_MS).unref()
  return {
    current() {
      // The timer stands still while the machine sleeps.
      if (Date.now() - renewedMs > 2 * RENEW_MS) tryToRenew()
      return held.key
    },
    async refused() {
      if (!tryToRenew()) return false
      await sleep(NOTICE_MS)
      return true
    },
    release() {
      clearInterval(timer)
      try {
        store.apiKeys.remove(held.keyId)
      } catch {
        // It ends by itself, and the end of the command must not fail.
      }
    },
  }
}
