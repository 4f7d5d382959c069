/** Finds where values stand in JSON text, so that a message can be changed by splicing and everything else stays byte for byte as it was sent. */

/** One member of an object: its key as JSON.parse reads it, and the span of its value in the text. */
export interface Member {
  key: string
  /** Whether the key is spelled with escapes in the text. */
  isEscaped: boolean
  /** Where the key's opening quote stands. */
  keyStart: number
  start: number
  end: number
}

/** Thrown for text that is not JSON; carries no position because the parser's own error does. */
export class NotJson extends SyntaxError {}

const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
const COLON = 58
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

/** Index of the first character at or after `i` that is not JSON white space. */
export function skipSpace(text: string, i: number): number {
  for (;;) {
    const c = text.charCodeAt(i)
    if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return i
    i++
  }
}

/** Index just after the string whose opening quote is at `i`. */
export function skipString(text: string, i: number): number {
  let end = i
  for (;;) {
    end = text.indexOf('"', end + 1)
    if (end < 0) throw new NotJson()
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return end + 1
  }
}

/** Index just after the value that starts at `i` (white space before it is skipped). */
export function skipValue(text: string, i: number): number {
  let at = skipSpace(text, i)
  let depth = 0
  for (;;) {
    const c = text.charCodeAt(at)
    if (Number.isNaN(c)) throw new NotJson()
    if (c === QUOTE) at = skipString(text, at)
    else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      depth++
      at++
      continue
    } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      depth--
      at++
    } else if (depth > 0) {
      at++
      continue
    } else return skipLiteral(text, at)
    if (depth === 0) return at
  }
}

/** Index just after the number, `true`, `false` or `null` at `i`. */
export function skipLiteral(text: string, i: number): number {
  let end = i
  while (end < text.length) {
    const c = text.charCodeAt(end)
    if (c === COMMA || c === CLOSE_BRACE || c === CLOSE_BRACKET || c <= 32) break
    end++
  }
  if (end === i) throw new NotJson()
  return end
}

/** The key whose opening quote is at `start` and which ends before `end`. */
export function readKey(text: string, start: number, end: number): { key: string; isEscaped: boolean } {
  const raw = text.slice(start + 1, end - 1)
  const isEscaped = raw.includes('\\')
  return { key: isEscaped ? (JSON.parse(text.slice(start, end)) as string) : raw, isEscaped }
}

/** The members of the object that starts at `i`. The text must be valid JSON. */
export function membersOf(text: string, i: number): Member[] {
  const members: Member[] = []
  let at = skipSpace(text, i)
  if (text.charCodeAt(at) !== OPEN_BRACE) throw new NotJson()
  at = skipSpace(text, at + 1)
  while (text.charCodeAt(at) === QUOTE) {
    const keyStart = at
    const keyEnd = skipString(text, at)
    const key = readKey(text, at, keyEnd)
    at = skipSpace(text, keyEnd)
    if (text.charCodeAt(at) !== COLON) throw new NotJson()
    const start = skipSpace(text, at + 1)
    const end = skipValue(text, start)
    members.push({ ...key, keyStart, start, end })
    at = skipSpace(text, end)
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return members
}

/** The text of an object's member: of the last one, as every parser takes it, should its key stand twice. */
export function memberText(text: string, key: string): string | undefined {
  const member = membersOf(text, 0).findLast((each) => each.key === key)
  return member && text.slice(member.start, member.end)
}

/** The spans of the elements of the array that starts at `i`. The text must be valid JSON. */
export function elementsOf(text: string, i: number): { start: number; end: number }[] {
  const elements: { start: number; end: number }[] = []
  let at = skipSpace(text, i)
  if (text.charCodeAt(at) !== OPEN_BRACKET) throw new NotJson()
  at = skipSpace(text, at + 1)
  while (text.charCodeAt(at) !== CLOSE_BRACKET) {
    const end = skipValue(text, at)
    elements.push({ start: at, end })
    at = skipSpace(text, end)
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return elements
}

/**
 * The object's text with some members replaced (`undefined` removes one) and every other byte as it stood.
 * Members that are not there yet are added at the end; one that stands twice and is replaced stands once.
 */
export function withMembers(
  text: string,
  members: readonly Member[],
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const replaced = new Set<string>()
  let written = ''
  // Where nothing that stands there changes, it is one piece.
  if (members.length > 0 && !members.some(({ key }) => Object.hasOwn(changes, key)))
    written = text.slice(members[0]?.keyStart, members.at(-1)?.end)
  else
    members.forEach(({ key, keyStart, start, end }, i) => {
      const isChanged = Object.hasOwn(changes, key)
      if (isChanged && (changes[key] === undefined || replaced.has(key))) return
      if (written !== '') written += text.slice(members[i - 1]?.end, keyStart)
      written += isChanged ? `${text.slice(keyStart, start)}${changes[key]}` : text.slice(keyStart, end)
      if (isChanged) replaced.add(key)
    })
  for (const key of Object.keys(changes)) {
    if (changes[key] === undefined || replaced.has(key)) continue
    written += `${written && ','}${JSON.stringify(key)}:${changes[key]}`
  }
  const [first] = members
  if (!first || written === '') return `{${written}}`
  const end = members.at(-1)?.end as number
  const opening = text.slice(text.lastIndexOf('{', first.keyStart), first.keyStart)
  return `${opening}${written}${text.slice(end, skipSpace(text, end) + 1)}`
}

/** The object's text with each member's value changed as `change` says (`undefined` removes the member) and every other byte as it stood. */
export function mapMembers(text: string, change: (key: string, value: string) => string | undefined): string {
  const members = membersOf(text, 0)
  const changes = members.flatMap(({ key, start, end }) => {
    const value = text.slice(start, end)
    const changed = change(key, value)
    return changed === value ? [] : [[key, changed] as const]
  })
  return changes.length === 0 ? text : withMembers(text, members, Object.fromEntries(changes))
}

/** The array's text with each element changed as `change` says and every other byte as it stood. */
export function mapElements(text: string, change: (element: string) => string): string {
  let written = ''
  let from = 0
  for (const { start, end } of elementsOf(text, 0)) {
    written += `${text.slice(from, start)}${change(text.slice(start, end))}`
    from = end
  }
  return `${written}${text.slice(from)}`
}
