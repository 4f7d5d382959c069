/** Cleans text on its way in: nothing hidden, no control characters, titles on one line. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/g

/** Text of several lines, trimmed, with line feeds only. */
export function cleanText(text: string): string {
  return stripHidden(text).replace(/\r\n?/g, '\n').replace(CONTROL, '').trim()
}

/** The text as one line with single spaces. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ')
}

/** Folds case, accents and surrounding space, so that names compare as people mean them. */
export function folded(text: string): string {
  return cleanLine(text).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}
