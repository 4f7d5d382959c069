/** Says in one pass, without a regular expression, whether a text holds one of many words in any case, or a character that a log must not have raw: most texts hold none, and need no closer look. */

/** Looks at a text from `start` to `end`. */
export type TriggerScan = (text: string, start?: number, end?: number) => boolean

/**
 * Compiles the words into one automaton (Aho and Corasick), so that the time does not depend on how many there are.
 * @param words ASCII
 */
export function compileTriggers(words: readonly string[]): TriggerScan {
  const { classes, count } = classesOf(words)
  const rows = rowsOf(automatonOf(words, classes, count), count)
  return (text, start = 0, end = text.length) => {
    let state = 0
    for (let i = start; i < end; i++) {
      const code = text.charCodeAt(i)
      if (code < 0x80) {
        if (code < 0x20) return true
        state = rows[state + (classes[code] as number)] as number
        if (state === FOUND) return true
      } else {
        state = 0
        if (isActive(code)) return true
      }
    }
    return false
  }
}

const FOUND = 0xffffffff

// Where each state's row begins stands in place of its number, so that a step is one look and no multiplication.
function rowsOf({ next, isFinal }: Automaton, count: number): Uint32Array {
  return Uint32Array.from(next, (state) => (isFinal[state] === 1 ? FOUND : state * count))
}

/** Characters beyond ASCII that end lines, hide, or turn the direction of text. */
function isActive(code: number): boolean {
  if (code <= 0x9f || code === 0x61c || code === 0xfeff) return true
  if (code < 0x200b || code > 0x206f) return false
  return code <= 0x200f || (code >= 0x2028 && code <= 0x202e) || code >= 0x2060
}

function classesOf(words: readonly string[]): { classes: Uint8Array; count: number } {
  const classes = new Uint8Array(0x80)
  let count = 1
  for (const character of new Set(words.join('').toLowerCase())) {
    classes[character.charCodeAt(0)] = count
    classes[character.toUpperCase().charCodeAt(0)] = count
    count++
  }
  return { classes, count }
}

interface Automaton {
  /** The next state by state and class. */
  next: Uint16Array
  isFinal: Uint8Array
}

function automatonOf(words: readonly string[], classes: Uint8Array, count: number): Automaton {
  const size = words.reduce((sum, word) => sum + word.length, 1)
  const next = new Uint16Array(size * count)
  const isFinal = new Uint8Array(size)
  let states = 1
  for (const word of words) {
    let state = 0
    for (const character of word) {
      const at = state * count + (classes[character.charCodeAt(0)] as number)
      if (next[at] === 0) next[at] = states++
      state = next[at] as number
    }
    isFinal[state] = 1
  }
  linkFailures({ next, isFinal, count, states })
  return { next, isFinal }
}

// Breadth first: where a word does not go on, the longest end of it that begins another one does.
function linkFailures({
  next,
  isFinal,
  count,
  states,
}: {
  next: Uint16Array
  isFinal: Uint8Array
  count: number
  states: number
}): void {
  const failure = new Uint16Array(states)
  const queue: number[] = []
  for (let each = 0; each < count; each++) if (next[each] !== 0) queue.push(next[each] as number)
  for (const state of queue) {
    const fallback = failure[state] as number
    if (isFinal[fallback] === 1) isFinal[state] = 1
    for (let each = 0; each < count; each++) {
      const at = state * count + each
      const elsewhere = next[fallback * count + each] as number
      const child = next[at] as number
      if (child === 0) next[at] = elsewhere
      else {
        failure[child] = elsewhere
        queue.push(child)
      }
    }
  }
}
