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

/** Largest product of two patterns' lengths that is looked into. */
const MAX_CELLS = 1_000_000

/** Stands where any text will do. */
const FILLER = 'x'

/** A text that both patterns match, or `undefined` when there is none or the patterns are too long to tell. */
export function commonText(a: string, b: string): string | undefined {
  const width = b.length + 1
  if ((a.length + 1) * width > MAX_CELLS) return undefined
  const meets = meetings(a, b)
  if (!meets[0]) return undefined
  let text = ''
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const isSame = i < a.length && a[i] === b[j]
    const isStar = a[i] === '*' || b[j] === '*'
    if (isSame && meets[(i + 1) * width + j + 1]) {
      text += isStar ? FILLER : a[i]
      i++
      j++
    } else if (isStar && i < a.length && meets[(i + 1) * width + j]) text += literalOf(a[i++])
    else text += literalOf(b[j++])
  }
  return text
}

// For each pair of rests, whether some text matches both: a star either ends, or takes in what the other pattern has next.
function meetings(a: string, b: string): Uint8Array {
  const width = b.length + 1
  const meets = new Uint8Array((a.length + 1) * width)
  for (let i = a.length; i >= 0; i--) {
    for (let j = b.length; j >= 0; j--) {
      const isStar = a[i] === '*' || b[j] === '*'
      const isEnd = i === a.length && j === b.length
      const both = i < a.length && a[i] === b[j] && meets[(i + 1) * width + j + 1]
      const first = isStar && i < a.length && meets[(i + 1) * width + j]
      const second = isStar && j < b.length && meets[i * width + j + 1]
      meets[i * width + j] = isEnd || both || first || second ? 1 : 0
    }
  }
  return meets
}

function literalOf(character: string | undefined): string {
  return character === '*' ? '' : (character ?? '')
}
