/** The forms of what admits to the admin API, and the keyed hashes of it: none of them is good for anything on the MCP listener. */
import { createHmac, randomInt } from 'node:crypto'
import { createCredentialForm, createHasher, type KeyHasher } from '../identity/credential-form.ts'
import type { Store } from '../store/open-store.ts'

/** Without what a person would mistake for something else. */
const CODE_LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_LENGTH = 12

/** `cwa_…`: a token of the command line. */
export const adminTokenForm = createCredentialForm('cwa')

/** `cws_…`: the cookie of a signed-in browser. */
export const adminSessionForm = createCredentialForm('cws')

/** A code to sign in with, such as `K7QF-2MXA-9TRC`: 58 bits, which its short life and the bound on attempts make enough. */
export function mintCode(): string {
  const letters = Array.from({ length: CODE_LENGTH }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join('')
  return (letters.match(/.{4}/g) ?? []).join('-')
}

/** The code as it is hashed, however a person typed it. */
export function canonicalCode(typed: string): string {
  return typed.toUpperCase().replace(/[^0-9A-Z]/g, '')
}

/** A hasher of its own pepper, so that no agent's hash ever is an admin's. */
export function createAdminHasher(store: Pick<Store, 'deriveKey'>): KeyHasher {
  return createHasher(store, 'admin-credential-pepper')
}

/** The token that a session's writes repeat in a header: it follows from the session, and nobody else can make it. */
export function csrfTokenOf(store: Pick<Store, 'deriveKey'>, sessionId: string): string {
  return createHmac('sha256', store.deriveKey('admin-csrf')).update(sessionId).digest('base64url')
}
