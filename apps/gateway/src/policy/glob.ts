/** Globs: `*` matches any text, also none; every other character is itself. No regular expression, so no text can make matching slow. */

/** Whether a text matches, from its first character to its last. */
export type Glob = (text: string) => boolean

/** Compiles a glob. */
export function compileGlob(pattern: string): Glob {
  const pieces = pattern.split('*')
  const first = pieces[0]!
  if (pieces.length === 1) return (text) => text === pattern
  const last = pieces.at(-1)!
  const middle = pieces.slice(1, -1).filter((piece) => piece !== '')
  return (text) => {
    const end = text.length - last.length
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false
    return fitsInOrder(text.slice(first.length, end), middle)
  }
}

// The leftmost place for each piece leaves the most room for the rest, so there is nothing to go back for.
function fitsInOrder(text: string, pieces: readonly string[]): boolean {
  let from = 0
  for (const piece of pieces) {
    const at = text.indexOf(piece, from)
    if (at < 0) return false
    from = at + piece.length
  }
  return true
}
