/** An answer as dialects and tools read it: parsed, and without the token that was sent. */
import type { Reply } from './exchange.ts'
import type { VendorDialect, VendorReply } from './vendor-dialect.ts'

/** What is shorter is no secret, and part of many words. */
const MIN_SECRET_CHARS = 8

/** An API that echoes its caller's headers must not make the token part of a result. */
export function toVendorReply(reply: Reply, dialect: VendorDialect, token: string): VendorReply {
  const text = secretsOf(dialect, token).reduce((cleaned, secret) => cleaned.replaceAll(secret, '•••'), reply.text)
  try {
    return { status: reply.status, headers: reply.headers, body: JSON.parse(text) }
  } catch {
    return { status: reply.status, headers: reply.headers, body: undefined }
  }
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
