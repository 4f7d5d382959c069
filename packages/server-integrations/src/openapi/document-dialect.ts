/** How an API that is known by its document alone takes a token and says no. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { VendorDialect, VendorReply } from '../http/vendor-dialect.ts'
import type { VendorRequest } from '../http/vendor-request.ts'
import { isRecord, own } from './json.ts'
import type { Overlay } from './overlay.ts'
import { valueAt } from './project-value.ts'

const MAX_REASON = 300
/** Where APIs put the sentence that says what is wrong. */
const REASONS = [
  'message',
  'error.message',
  'error_description',
  'detail',
  'Detail',
  'Message',
  'title',
  'error',
  'errors',
]

/** The dialect of one connector. */
export function documentDialect(of: {
  connector: string
  title: string
  auth: Overlay['auth']
  tokenVariable: string
}): VendorDialect {
  return {
    id: of.connector,
    title: of.title,
    tokenVariable: of.tokenVariable,
    isOfOperator: true,
    headers: (token) => ({ accept: 'application/json', 'user-agent': 'causeway', ...authHeaders(of.auth, token) }),
    isRefusedToken: ({ status }) => status === 401,
    refusal: (reply, request) => (reply.status < 400 ? undefined : refusal(of.title, reply, request)),
  }
}

function authHeaders(auth: Overlay['auth'], token: string): Record<string, string> {
  if (auth.kind === 'none') return {}
  if (auth.kind === 'header') return { [auth.name.toLowerCase()]: token }
  return { authorization: auth.kind === 'basic' ? `Basic ${Buffer.from(token).toString('base64')}` : `Bearer ${token}` }
}

function refusal(title: string, reply: VendorReply, request: VendorRequest): ToolError {
  const reason = reasonOf(reply)
  const said = reason ? `${title} says "${reason}" (${reply.status})` : `${title} answered ${reply.status}`
  if (reply.status === 404 || reply.status === 410) return new ToolError('not_found', `${request.missing} ${said}.`)
  if (reply.status === 403)
    return new ToolError('forbidden', `Cannot ${request.doing}: ${said}. Ask the operator for a token that may.`)
  if (reply.status === 409 || reply.status === 412)
    return new ToolError('conflict', `Cannot ${request.doing}: ${said}. Read the current state first.`)
  return new ToolError('invalid_request', `Cannot ${request.doing}: ${said}. Correct the arguments.`)
}

function reasonOf({ body }: VendorReply): string {
  const found = REASONS.map((path) => valueAt(body, path)).find((value) => value !== undefined && value !== null)
  const text = isRecord(found) || Array.isArray(found) ? JSON.stringify(found) : String(found ?? firstText(body))
  return stripHidden(text).replace(/\s+/g, ' ').slice(0, MAX_REASON)
}

function firstText(body: unknown): string {
  const first = Array.isArray(body) ? body[0] : undefined
  return isRecord(first) ? String(own(first, 'message') ?? '') : ''
}
