/** The key of this store that signs checkpoints; made on first use. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { Store } from '../store/open-store.ts'
import { type CheckpointSigner, checkpointSigner } from './checkpoint.ts'

/** The signer. */
export function auditSignerOf(store: Pick<Store, 'auditKeys' | 'transaction'>): CheckpointSigner {
  return store.transaction(() => {
    const known = store.auditKeys.current()
    if (known) return checkpointSigner(known)
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const made = {
      kid: randomBytes(9).toString('base64url'),
      privateJwk: privateKey.export({ format: 'jwk' }),
      publicJwk: publicKey.export({ format: 'jwk' }),
      createdMs: Date.now(),
    }
    store.auditKeys.insert(made)
    return checkpointSigner(made)
  })
}
