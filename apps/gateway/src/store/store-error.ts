/** A store that cannot be used as it is: the operator has to act, the code cannot. */

/** Why the store refuses, as a stable code. */
export type StoreErrorCode = 'store_too_new' | 'store_secret_mismatch' | 'secret_invalid' | 'store_unavailable'

/** Thrown when the store cannot be opened; `hint` says what to do about it. */
export class StoreError extends Error {
  readonly code: StoreErrorCode
  readonly hint: string

  constructor(code: StoreErrorCode, message: string, hint: string) {
    super(message)
    this.name = 'StoreError'
    this.code = code
    this.hint = hint
  }
}
