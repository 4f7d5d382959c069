/** What makes a repeated request the same request: its method and parameters, whatever round it is. */
import { createHash } from 'node:crypto'
import type { Envelope } from '../../wire/envelope.ts'
import { skipLiteral, skipSpace, skipString } from '../../wire/json-span.ts'

const LEFT_OUT = new Set(['_meta', 'inputResponses', 'requestState'])

/** A digest of method and parameters; what changes from round to round is left out. */
export function requestDigest({ method, text, paramMembers }: Envelope): string {
  const same = paramMembers
    .filter(({ key }) => !LEFT_OUT.has(key))
    .map(({ key, start }) => `${JSON.stringify(key)}:${valueAt(text, start).canonical}`)
  return createHash('sha256')
    .update(`${JSON.stringify(method)}{${same.sort().join(',')}}`)
    .digest('base64url')
}

/** A value without what may differ from one writing to the next, and where it ends. */
interface Value {
  canonical: string
  end: number
}

// From the text and not from what it was parsed to, where all large numbers that round alike are one.
function valueAt(text: string, start: number): Value {
  switch (text[start]) {
    case '"': {
      const end = skipString(text, start)
      return { canonical: JSON.stringify(JSON.parse(text.slice(start, end))), end }
    }
    case '{': {
      const { items, end } = itemsAt(text, start, memberAt)
      // A client may write its members in another order the second time.
      return { canonical: `{${items.sort().join(',')}}`, end }
    }
    case '[': {
      const { items, end } = itemsAt(text, start, valueAt)
      return { canonical: `[${items.join(',')}]`, end }
    }
    default: {
      const end = skipLiteral(text, start)
      return { canonical: text.slice(start, end), end }
    }
  }
}

function memberAt(text: string, start: number): Value {
  const key = valueAt(text, start)
  const colon = skipSpace(text, key.end)
  const value = valueAt(text, skipSpace(text, colon + 1))
  return { canonical: `${key.canonical}:${value.canonical}`, end: value.end }
}

function itemsAt(text: string, start: number, itemAt: typeof valueAt): { items: string[]; end: number } {
  const items: string[] = []
  let at = skipSpace(text, start + 1)
  while (text[at] !== '}' && text[at] !== ']') {
    const item = itemAt(text, at)
    items.push(item.canonical)
    at = skipSpace(text, item.end)
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return { items, end: at + 1 }
}
