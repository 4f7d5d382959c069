/** An answer as dialects and tools read it: parsed, not deeper than any API needs, and without the token that was sent. */
import type { Reply } from './exchange.ts'
import type { VendorDialect, VendorReply } from './vendor-dialect.ts'

/** What is shorter is no secret, and part of many words. */
const MIN_SECRET_CHARS = 8
/** Deeper values end the stack of whatever walks through them. */
const MAX_DEPTH = 200

/** An API that echoes its caller's headers must not make the token part of a result. */
export function toVendorReply(reply: Reply, dialect: VendorDialect, token: string): VendorReply {
  const common = { status: reply.status, headers: reply.headers, chars: reply.text.length }
  if (reply.text === '') return { ...common, body: undefined, isUnreadable: false }
  try {
    return { ...common, body: parsed(reply.text, secretsOf(dialect, token)), isUnreadable: false }
  } catch {
    const isText = /^text\/(plain|csv|markdown)\b/.test(String(reply.headers['content-type']))
    const body = isText ? withoutSecrets(reply.text, secretsOf(dialect, token)) : undefined
    return { ...common, body, isUnreadable: true }
  }
}

function parsed(text: string, secrets: readonly string[]): unknown {
  const cleaned = withoutSecrets(text, secrets)
  const body: unknown = JSON.parse(cleaned)
  if (isDeeperThan(body, MAX_DEPTH)) throw new RangeError('Cannot read the answer: it nests too deep')
  if (!cleaned.includes('\\')) return body
  // JSON has several spellings of one text; written anew there is but one.
  const plain = JSON.stringify(body)
  const again = withoutSecrets(plain, secrets)
  return again === plain ? body : JSON.parse(again)
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, '•••'), text)
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth === 0 || Object.values(value).some((one) => isDeeperThan(one, depth - 1))
}

/** The token in every form in which it travels: as it is, the part after a user's name, and as headers carry it. */
function secretsOf(dialect: VendorDialect, token: string): string[] {
  const without = dialect.headers('')
  const carried = Object.entries(dialect.headers(token))
    .filter(([name, value]) => value !== without[name])
    .map(([, value]) => value.replace(/^(Basic|Bearer) /, ''))
  return [...new Set([token, token.slice(token.indexOf(':') + 1), ...carried])].filter(
    (form) => form.length >= MIN_SECRET_CHARS,
  )
}
