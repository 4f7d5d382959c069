/** A value that must not be seen: it prints as dots wherever it ends up, and is read on purpose only. */
import { inspect } from 'node:util'

const DOTS = '•••'

/** How people write a reference to a secret. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: the text itself is meant
export const REFERENCE_FORMS = '${env:NAME} or ${file:/path}'

/** Text from the configuration that may hold a credential. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself: for the place that sends it, and no other. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return DOTS
  }

  toJSON(): string {
    return DOTS
  }

  [inspect.custom](): string {
    return DOTS
  }
}

/** The text of a configured value, secret or not. */
export function reveal(value: Secret | string): string {
  return typeof value === 'string' ? value : value.reveal()
}
