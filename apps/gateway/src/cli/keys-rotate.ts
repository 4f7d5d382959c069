/** `causeway keys rotate`: new keys toward domain servers and for sessions; what the old ones made counts until it ends. */
import { createSessionSealer } from '../identity/session-seal.ts'
import { createSigningKeyring } from '../identity/signing-keyring.ts'
import { keyData } from './keys-ls.ts'
import type { Workspace } from './workspace.ts'

/** Rotates both kinds as one; a running gateway takes them up by itself. */
export function keysRotate(workspace: Workspace): void {
  const store = workspace.store()
  store.transaction(() => {
    createSigningKeyring(store, Date.now).rotate()
    createSessionSealer(store).rotate()
  })
  const keys = keyData(store).filter(({ until }) => until === null)
  workspace.printer.answer(keys, () => keys.map(({ use, id, from }) => `${use} key ${id} from ${from}`).join('\n'))
}
