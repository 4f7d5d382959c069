/** Text that strangers wrote: stripped of what hides, and marked so that a model does not take it for instructions. */

// Zero-width, bidirectional controls, tags, variation selectors beyond emoji use, and soft hyphen.
const HIDDEN =
  /[\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF]|[\u{E0000}-\u{E007F}]|[\u{E0100}-\u{E01EF}]/gu

/** The text without zero-width and bidirectional control characters. */
export function stripHidden(text: string): string {
  return text.replace(HIDDEN, '')
}

/** The text stripped and fenced as untrusted, for the text half of a result. */
export function markUntrusted(text: string, source: string): string {
  const body = stripHidden(text).replaceAll('</untrusted', '<\u2215untrusted')
  return `<untrusted source=${JSON.stringify(source)}>\n${body}\n</untrusted>`
}
