/** What a browser may do with a link: see who asks, hand over a token or sign in at the vendor, and come back. */
import type { Caller } from '@causeway/shared-contracts/caller'
import type { PageAnswer, PageRequest } from './connect-listener.ts'
import { type PendingConnection, type PendingConnections, secret } from './pending-connections.ts'

/** Where the vendor sends the browser back to. */
export const CALLBACK_PATH = '/oauth/callback'
const LINK = /^\/connect\/([\w-]{43})$/

/** What the pages need of the accounts. */
export interface ConnectSteps {
  pending: PendingConnections
  titleOf(vendor: string): string
  usesOauth(vendor: string): boolean
  /** Where to send the browser. */
  leave(pending: PendingConnection): Promise<URL>
  /** @throws when the vendor gave no token */
  comeBack(pending: PendingConnection, state: string, answer: URLSearchParams): Promise<void>
  /** @returns whose token it is; undefined when it opens nothing */
  handOver(pending: PendingConnection, token: string): Promise<string | undefined>
}

/** Answers one request. */
export async function answerPage(request: PageRequest, steps: ConnectSteps): Promise<PageAnswer> {
  if (request.path === CALLBACK_PATH && request.method === 'GET') return answerCallback(request, steps)
  const pending = steps.pending.find(LINK.exec(request.path)?.[1] ?? '')
  if (!pending) return page(404, 'This link is not valid (any more)', 'Ask for a new one.')
  if (pending.browser !== undefined && request.cookies.get(cookieName(pending)) !== pending.browser)
    return page(403, 'This link was opened in another browser', 'Go on there, or ask for a new one in ten minutes.')
  if (request.method === 'GET') return askPerson(pending, steps)
  // The browser that has the cookie has seen who asks.
  if (request.method !== 'POST' || pending.browser === undefined) return page(405, 'Open the link first', '')
  return steps.usesOauth(pending.vendor) ? answerLeave(pending, steps) : answerToken(pending, request, steps)
}

function askPerson(pending: PendingConnection, steps: ConnectSteps): PageAnswer {
  pending.browser ??= secret()
  const title = escaped(steps.titleOf(pending.vendor))
  const field = steps.usesOauth(pending.vendor)
    ? ''
    : '<p><label>Token: <input type="password" name="token" autocomplete="off" required></label></p>'
  const asks = `<p>${escaped(callerText(pending.caller))} asks to use your ${title} account. Go on only if you have just asked it to.</p>`
  const html = document(
    `Connect ${title}`,
    `${asks}<form method="post">${field}<p><button>${field ? 'Connect' : `Sign in at ${title}`}</button></p></form>`,
  )
  return {
    status: 200,
    html,
    cookie: `${cookieName(pending)}=${pending.browser}; HttpOnly; SameSite=Lax; Path=/; Max-Age=600`,
  }
}

async function answerLeave(pending: PendingConnection, steps: ConnectSteps): Promise<PageAnswer> {
  pending.state = secret()
  pending.verifier = secret()
  try {
    return { status: 303, location: (await steps.leave(pending)).href }
  } catch {
    return page(502, 'The sign-in is not reachable', 'Try again in a minute; if it persists, tell the operator.')
  }
}

async function answerToken(pending: PendingConnection, request: PageRequest, steps: ConnectSteps): Promise<PageAnswer> {
  const token = (request.form.get('token') ?? '').trim()
  if (!/^[\x21-\x7e]{8,4096}$/.test(token)) return page(400, 'That is not a token', 'Go back and paste it again.')
  const who = await steps.handOver(pending, token)
  if (who === undefined) return page(400, 'The token does not open the account', 'Go back and paste it again.')
  steps.pending.end(pending.id)
  return page(200, 'Connected', `The account is ${who}. You may close this page.`)
}

async function answerCallback(request: PageRequest, steps: ConnectSteps): Promise<PageAnswer> {
  const state = request.query.get('state') ?? ''
  const pending = steps.pending.takeByState(state)
  if (!pending) return page(400, 'This sign-in is over', 'Ask for a new link.')
  if (pending.browser === undefined || request.cookies.get(cookieName(pending)) !== pending.browser)
    return page(403, 'This sign-in was begun in another browser', 'Ask for a new link.')
  if (request.query.has('error'))
    return page(400, 'Not connected', 'The sign-in was declined. You may open the link again.')
  try {
    await steps.comeBack(pending, state, request.query)
  } catch {
    return page(502, 'Not connected', 'The vendor gave no token. You may open the link again.')
  }
  steps.pending.end(pending.id)
  return page(200, 'Connected', 'You may close this page.')
}

function cookieName({ id }: PendingConnection): string {
  return `causeway_connect_${id.slice(0, 8)}`
}

function callerText({ agent, user }: Caller): string {
  return user === undefined ? `The agent ${agent}` : `The agent ${agent}, for ${user},`
}

function page(status: number, title: string, text: string): PageAnswer {
  return { status, html: document(escaped(title), `<p>${escaped(text)}</p>`) }
}

function document(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
