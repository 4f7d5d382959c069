/** Random text and numbers in the 62 characters that survive a double click, a shell and a URL. */
import { randomInt } from 'node:crypto'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Uniformly random characters, about 5.95 bits each. */
export function randomBase62(length: number): string {
  return Array.from({ length }, () => DIGITS[randomInt(62)]).join('')
}

/** A non-negative integer in exactly `length` digits, padded with zeros. */
export function toBase62(value: number, length: number): string {
  let rest = value
  let text = ''
  while (rest > 0) {
    text = DIGITS[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text.padStart(length, '0')
}
