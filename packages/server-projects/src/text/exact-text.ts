/** Tells what of a text cannot be kept as it is: all else is stored and given back byte for byte. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import type { z } from 'zod'

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/u
const BREAK = /[\r\n\t\u0085\u2028\u2029]/u
// Joiners that writing needs: inside an emoji, and between letters of scripts that join.
const JOINER =
  /(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F)\u200D(?=\p{Extended_Pictographic})|(?<=[\p{L}\p{M}])(?<!\p{Script=Latin})[\u200C\u200D](?=\p{L})(?!\p{Script=Latin})/gu

/** Why a text of several lines is refused; `undefined` when it is good. */
export function faultOfText(text: string): string | undefined {
  if (!text.isWellFormed()) return 'it holds half a character (a lone surrogate); send whole Unicode characters'
  const hidden = firstHidden(text) ?? CONTROL.exec(text)?.[0]
  if (hidden === undefined) return undefined
  const code = (hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return `it holds the hidden character U+${code} at ${text.indexOf(hidden)}; send it without hidden and control characters`
}

/** Why a line of text is refused; `undefined` when it is good. */
export function faultOfLine(text: string): string | undefined {
  if (text.trim() === '') return 'want visible text'
  const fault = faultOfText(text)
  if (fault) return fault
  return BREAK.test(text) ? 'want one line, without line breaks and tabs' : undefined
}

/** The faults that one of these finds, as issues of a schema. */
export function refusing(faultOf: (text: string) => string | undefined) {
  return (text: string, ctx: z.RefinementCtx) => {
    const message = faultOf(text)
    if (message) ctx.addIssue({ code: 'custom', message })
  }
}

// What is stripped where text is shown to a model is what may not come in.
function firstHidden(text: string): string | undefined {
  const rest = text.replace(JOINER, '')
  if (stripHidden(rest) === rest) return undefined
  return [...rest].find((character) => stripHidden(character) !== character)
}
