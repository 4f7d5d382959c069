/** Takes secrets out of text and JSON before anything is kept or logged; the one place for all sinks. */
import { inert } from '../audit/quoted.ts'
import { isWordCharacter, SECRET_FORMATS, type SecretFormat } from './secret-formats.ts'
import { type SensitiveNames, sensitiveNames } from './sensitive-names.ts'
import { compileTriggers } from './trigger-scan.ts'

/** Escapes that could spell any of the words in another way. */
const ESCAPES = ['\\u', '\\/']
const WORDS = SECRET_FORMATS.flatMap(({ prefixes }) => prefixes.map((prefix) => prefix.toLowerCase()))
const holdsTrigger = compileTriggers([...WORDS, ...ESCAPES])

/** The text with what stands in place of each secret that it holds. */
export function redactText(text: string): string {
  if (!holdsTrigger(text)) return text
  return SECRET_FORMATS.reduce(withoutFormat, text)
}

function withoutFormat(text: string, format: SecretFormat): string {
  const searched = format.isCaseFree ? inLowerCase(text) : text
  return format.prefixes.reduce((kept, prefix) => {
    if (kept === text) return withoutPrefix(text, searched, { prefix, format })
    return withoutPrefix(kept, format.isCaseFree ? inLowerCase(kept) : kept, { prefix, format })
  }, text)
}

function withoutPrefix(
  text: string,
  searched: string,
  { prefix, format }: { prefix: string; format: SecretFormat },
): string {
  let kept = ''
  let done = 0
  for (let at = searched.indexOf(prefix); at >= 0; ) {
    const isInsideWord = format.isWord === true && at > 0 && isWordCharacter(text, at - 1)
    const found = isInsideWord ? { next: at + 1 } : format.spanAt(text, at, at + prefix.length)
    if ('next' in found) at = searched.indexOf(prefix, found.next)
    else {
      kept += `${text.slice(done, found.start)}[redacted ${format.name}]`
      done = found.end
      at = searched.indexOf(prefix, found.end)
    }
  }
  return done === 0 ? text : kept + text.slice(done)
}

// Of ASCII alone, so that every place stays where it is.
function inLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** Redacts JSON texts under one set of sensitive names. */
export interface JsonRedactor {
  /** Whether JSON text from `start` to `end` needs {@link JsonRedactor.redact}: false for nearly all. */
  needsCare(text: string, start: number, end: number): boolean
  /** The JSON text without secrets, on one line; numbers stay as they were written. */
  redact(json: string): string
}

/** @param names of members whose values are left out, beside those that always are */
export function createJsonRedactor(names: readonly string[] = []): JsonRedactor {
  const sensitive = sensitiveNames(names)
  return {
    needsCare: compileTriggers([...WORDS, ...ESCAPES, ...sensitive.triggers]),
    redact: (json) => inert(JSON.stringify(walk(JSON.parse(json, keepNumbers), sensitive))),
  }
}

function keepNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  return typeof value === 'number' && source !== undefined && source !== String(value) ? rawJson(source) : value
}

const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON
const isRawJson = (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON

function walk(value: unknown, sensitive: SensitiveNames): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value !== 'object' || value === null || isRawJson(value)) return value
  if (Array.isArray(value)) return value.map((each) => walk(each, sensitive))
  const members = Object.entries(value).map(([key, each]): [string, unknown] => {
    const isLeftOut = sensitive.isSensitive(key) && each !== null && typeof each !== 'boolean'
    return [redactText(key), isLeftOut ? '[redacted]' : walk(each, sensitive)]
  })
  return Object.fromEntries(members)
}
