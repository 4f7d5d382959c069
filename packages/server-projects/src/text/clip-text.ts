/** Shortens long text to a byte budget, on a character boundary. */

/** The text itself if it fits, else its beginning and an ellipsis. */
export function clipText(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text
  const cut = Buffer.from(text).subarray(0, maxBytes).toString('utf8')
  return `${cut.replace(/\uFFFD+$/u, '').trimEnd()}…`
}
