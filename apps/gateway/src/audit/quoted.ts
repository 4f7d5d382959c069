/** Text as a JSON string that is one line on every terminal and for every reader: no character in it can end a line, turn its direction or hide. */

/** What JSON leaves as it is although a terminal or a reader of lines may act on it. */
const ACTIVE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/
const ALL_ACTIVE = new RegExp(ACTIVE.source, 'g')

/** The JSON string. */
export function quoted(text: string): string {
  return inert(JSON.stringify(text))
}

/** The JSON string, or `null`. */
export function quotedOrNull(text: string | null | undefined): string {
  return text === undefined || text === null ? 'null' : quoted(text)
}

/** JSON text with such characters escaped; it must have none outside its strings. */
export function inert(json: string): string {
  if (!ACTIVE.test(json)) return json
  return json.replace(ALL_ACTIVE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
