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

/** Starts it; messages live as long as the process. */
export async function startSlackEmulator(): Promise<OwnEndpoint> {
  const token = `xoxb-${randomBytes(16).toString('hex')}`
  const { origin, close } = await startEmulator({
    service: 'slack',
    linkBase: 'https://acme.slack.example',
    tokens: {},
    seed: {
      team: { name: 'Acme', domain: 'acme' },
      users: USERS,
      channels: CHANNELS,
      tokens: [{ token, type: 'bot', user: 'causeway', scopes: ['chat:write', 'channels:read'] }],
      strict_scopes: true,
    },
  })
  return { baseUrl: `${origin}/api`, token, close }
}
