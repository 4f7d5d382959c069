/** The arguments of a call as a person is shown them who decides over it. */

/** Longest text that is kept, characters. */
const MAX_SHOWN_CHARACTERS = 4_000

/**
 * JSON text, cut where it is long; what could hide something from the reader is spelled out.
 * @param redact takes secrets out of JSON text
 */
export function shownArguments(argumentsText: string | undefined, redact: (json: string) => string): string {
  const text = redact(argumentsText ?? '{}').replace(
    /[\p{C}\p{Default_Ignorable_Code_Point}]/gu,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  )
  if (text.length <= MAX_SHOWN_CHARACTERS) return text
  return `${text.slice(0, MAX_SHOWN_CHARACTERS)}… (${text.length - MAX_SHOWN_CHARACTERS} more characters)`
}
