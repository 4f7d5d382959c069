/** A POST as the text that is sent for it, with nothing in a header that could end it. */
import { validateHeaderName, validateHeaderValue } from 'node:http'

/** What is sent. */
export interface PostRequest {
  path: string
  method: 'POST'
  /** Names and values in turn, or by name. */
  headers: readonly string[] | Readonly<Record<string, string>>
  body: string
}

/** Its parts. */
export interface RequestText {
  /** Up to the empty line; each character is a byte. */
  head: string
  body: string
  /** Whether each character of the body is a byte too. */
  isAscii: boolean
}

/** What no name or value has in it: ASCII letters, digits and punctuation, and spaces in values. */
const PLAIN_NAME = /^[a-z0-9-]+$/
const PLAIN_VALUE = /^[\x20-\x7e]*$/
/** What says where a request goes and ends: said twice, two could read it differently. */
const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * Puts the request together.
 * @param host the `Host` of the origin
 * @throws Error for what cannot stand in a head
 */
export function requestText({ path, headers, body }: PostRequest, host: string): RequestText {
  if (!PLAIN_VALUE.test(path) || path.includes(' ')) throw new Error(`Cannot send to the path ${JSON.stringify(path)}`)
  const bytes = Buffer.byteLength(body)
  let head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`
  if (isPairs(headers)) for (let at = 0; at + 1 < headers.length; at += 2) head += line(headers[at], headers[at + 1])
  else for (const name of Object.keys(headers)) head += line(name, headers[name])
  return { head: `${head}content-length: ${bytes}\r\n\r\n`, body, isAscii: bytes === body.length }
}

function isPairs(headers: PostRequest['headers']): headers is readonly string[] {
  return Array.isArray(headers)
}

// Node.js's own checks take longer, and find nothing in what is as usual.
function line(name = '', value = ''): string {
  const isPlain = PLAIN_NAME.test(name)
  if (!isPlain) validateHeaderName(name)
  if (FRAMING.has(isPlain ? name : name.toLowerCase()))
    throw new Error(`Cannot send the header "${name}": it is set already`)
  if (!PLAIN_VALUE.test(value)) validateHeaderValue(name, value)
  return `${name}: ${value}\r\n`
}
