/** The form of an API key, `cwy_live_<keyId>_<secret><crc>`, and the keyed hash that stands for it in the store. */
import type { Store } from '../store/open-store.ts'
import { createCredentialForm, createHasher, type KeyHasher } from './credential-form.ts'

/** A new key: `text` is shown once and kept nowhere. */
export interface MintedKey {
  keyId: string
  text: string
}

const form = createCredentialForm('cwy_live')

/** Makes a key that nobody could guess. */
export function mintApiKey(): MintedKey {
  const { id, text } = form.mint()
  return { keyId: id, text }
}

/** The key id in a well-formed key; `undefined` for any other text, a mistyped key included. */
export function parseApiKey(text: string): string | undefined {
  return form.parse(text)
}

/** A hasher whose pepper comes from the store's master secret. */
export function createKeyHasher(store: Store): KeyHasher {
  return createHasher(store, 'api-key-pepper')
}
