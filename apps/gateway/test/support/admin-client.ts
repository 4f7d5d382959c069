/** A client of the admin API as a script would be: a token, JSON, and the ETags that writes need. */
import { issueAdminToken } from '../../src/admin/issue-admin-token.ts'
import type { StoryGateway } from './start-gateway.ts'

/** One answer. */
export interface AdminAnswer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: each route answers in its own shape
  json: any
  text: string
  headers: Headers
  etag: string
}

/** What is sent beside the usual. */
export interface AdminRequest {
  body?: unknown
  headers?: Record<string, string>
  ifMatch?: string
}

/** Sends one request. */
export type AskAdmin = (method: string, path: string, request?: AdminRequest) => Promise<AdminAnswer>

/** A client with a token of its own. */
export function adminClient(gateway: StoryGateway, access: 'write' | 'read' = 'write', name = 'alice'): AskAdmin {
  const { token } = issueAdminToken(gateway.listening.store, { name, access, lifeMs: 3_600_000 })
  return clientWith(() => gateway.adminUrl, { authorization: `Bearer ${token}` })
}

/** A client that sends these headers with every request. */
export function clientWith(url: () => string, own: Record<string, string>): AskAdmin {
  return async (method, path, { body, headers = {}, ifMatch } = {}) => {
    const response = await fetch(url() + path, {
      method,
      headers: {
        ...own,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return {
      status: response.status,
      json: isJson ? JSON.parse(text) : undefined,
      text,
      headers: response.headers,
      etag: response.headers.get('etag') ?? '',
    }
  }
}
