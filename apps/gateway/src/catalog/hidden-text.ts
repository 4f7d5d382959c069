/** Finds text that a model reads and a person does not see, or sees in another order: in a definition it has no honest use. */
import { isObject } from '../wire/envelope.ts'

/** Nothing hidden can stand or be spelled without one of these, so most definitions need no further look. */
const SUSPECT = /[^\x20-\x7e\t\n\r]|\\[ubf]/
/** What is drawn as nothing, turns the direction, or makes a terminal hide what it has drawn. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const HIDDEN = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u{fff9}-\u{fffb}\b\u001b\u0080-\u009f]/gu
/** Scripts that join or part letters by characters without a shape. */
const JOINING =
  /[\p{scx=Arab}\p{scx=Syrc}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}]/u
const JOINERS = new Set(['\u200c', '\u200d'])
const EMOJI_STYLES = new Set(['\ufe0e', '\ufe0f'])

/**
 * The first hidden or direction-changing character in any key or string of a definition, such as `U+200B`; `undefined` when there is none.
 * @param value the definition
 * @param text the same as JSON text
 */
export function hiddenCharacter(value: unknown, text: string): string | undefined {
  return SUSPECT.test(text) ? firstIn(value) : undefined
}

/** Why what holds the character is not served. */
export function hiddenReason(character: string): string {
  return `it holds the hidden character ${character}`
}

function firstIn(value: unknown): string | undefined {
  if (typeof value === 'string') return hiddenIn(value)
  if (!Array.isArray(value) && !isObject(value)) return undefined
  for (const [key, inner] of Object.entries(value)) {
    const found = hiddenIn(key) ?? firstIn(inner)
    if (found) return found
  }
  return undefined
}

function hiddenIn(text: string): string | undefined {
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    if (isHonest(character, text.slice(0, index), text.slice(index + character.length))) continue
    const code = character.codePointAt(0) as number
    return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  }
  return undefined
}

function isHonest(character: string, before: string, after: string): boolean {
  const last = [...before.slice(-2)].at(-1) ?? ''
  const next = String.fromCodePoint(after.codePointAt(0) ?? 0)
  if (EMOJI_STYLES.has(character)) return /\p{Emoji}/u.test(last)
  if (!JOINERS.has(character)) return false
  if (JOINING.test(last) && /\p{L}|\p{M}/u.test(last)) return JOINING.test(next) || /[\s\p{P}\0]/u.test(next)
  // A family is several people.
  return character === '\u200d' && /\p{Emoji}|\ufe0f/u.test(last) && /\p{Extended_Pictographic}|[♀♂]/u.test(next)
}
