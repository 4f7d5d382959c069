/** The offline Slack: a small workspace with the channels that the stories use. */
import { randomBytes } from 'node:crypto'
import type { OwnEndpoint } from '../connection/connection.ts'
import { startEmulator } from './emulator.ts'

/** The channels that exist offline. */
export const OFFLINE_CHANNELS = ['web-checkout', 'incidents', 'general'] as const

const USERS = [
  { name: 'causeway', real_name: 'Causeway', email: 'causeway@acme.dev' },
  { name: 'maria.lindqvist', real_name: 'Maria Lindqvist', email: 'maria.lindqvist@acme.dev' },
  { name: 'devon.park', real_name: 'Devon Park', email: 'devon.park@acme.dev' },
  { name: 'priya.raman', real_name: 'Priya Raman', email: 'priya.raman@acme.dev' },
]

const CHANNELS = [
  {
    name: 'web-checkout',
    topic: 'Checkout squad: cart, coupons, payment',
    purpose: 'Work and questions about checkout',
  },
  { name: 'incidents', topic: 'Live incidents only; on call answers here', purpose: 'Severity, timeline, decisions' },
]

/** What the README asks a Slack app to be given. */
const SCOPES = ['chat:write', 'channels:read', 'channels:history', 'users:read', 'users:read.email']

/** What was said before anybody asked; answers hang on the message before them. */
const MESSAGES = [
  { by: 'priya.raman', channel: 'web-checkout', text: 'Two customers wrote that checkout fails with a coupon.' },
  { by: 'devon.park', channel: 'incidents', text: '4.17.3 is rolled out; nothing unusual.' },
  {
    by: 'devon.park',
    channel: 'incidents',
    text: 'Error rate of POST /api/checkout/:cartId/coupons is up since 4.18.0.',
  },
  {
    by: 'maria.lindqvist',
    channel: 'incidents',
    text: 'Looking at coupon.ts, it smells like acme/web#456.',
    isAnswer: true,
  },
  { by: 'devon.park', channel: 'incidents', text: 'Thanks. I hold 4.18.1 back until then.', isAnswer: true },
]

/** Starts and fills it; messages live as long as the process. */
export async function startSlackEmulator(): Promise<OwnEndpoint> {
  const tokens = Object.fromEntries(USERS.map(({ name }) => [name, `xoxb-${randomBytes(16).toString('hex')}`]))
  const { origin, close } = await startEmulator({
    service: 'slack',
    linkBase: 'https://acme.slack.example',
    tokens: {},
    seed: {
      team: { name: 'Acme', domain: 'acme' },
      users: USERS,
      channels: CHANNELS,
      tokens: USERS.map(({ name }) => ({ token: tokens[name], type: 'bot', user: name, scopes: SCOPES })),
      strict_scopes: true,
    },
  })
  try {
    await seedMessages(`${origin}/api`, tokens)
  } catch (error) {
    await close()
    throw error
  }
  return { baseUrl: `${origin}/api`, token: tokens.causeway as string, close }
}

async function seedMessages(baseUrl: string, tokens: Record<string, string>): Promise<void> {
  const send = async (method: string, by: string, form: Record<string, string>) => {
    const headers = { authorization: `Bearer ${tokens[by]}` }
    const response = await fetch(`${baseUrl}/${method}`, { method: 'POST', headers, body: new URLSearchParams(form) })
    return (await response.json()) as {
      ok: boolean
      error?: string
      ts: string
      channels: { id: string; name: string }[]
    }
  }
  const { channels } = await send('conversations.list', 'causeway', {})
  let threadTs = ''
  for (const { by, channel: name, text, isAnswer } of MESSAGES) {
    const channel = channels.find((each) => each.name === name)?.id ?? ''
    const posted = await send('chat.postMessage', by, { channel, text, ...(isAnswer ? { thread_ts: threadTs } : {}) })
    if (!posted.ok) throw new Error(`Cannot seed a message to #${name}: ${posted.error}`)
    if (!isAnswer) threadTs = posted.ts
  }
}
