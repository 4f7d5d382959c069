/** The offline Linear: the team of the sample company with a few issues. */
import { randomBytes } from 'node:crypto'
import type { OwnEndpoint } from '../connection/connection.ts'
import { startEmulator } from './emulator.ts'

/** The team that exists offline. */
export const OFFLINE_TEAM = 'SHOP'

const USERS = [
  { name: 'Maria Lindqvist', display_name: 'maria', email: 'maria.lindqvist@acme.dev' },
  { name: 'Devon Park', display_name: 'devon', email: 'devon.park@acme.dev' },
  { name: 'Priya Raman', display_name: 'priya', email: 'priya.raman@acme.dev' },
]
const TITLES = [
  'Show coupons in the cart summary',
  'Let shoppers remove a coupon',
  'Coupon errors in plain words',
  'Measure how often coupons fail',
  'Checkout keyboard order',
  'Invoice address book',
  'Product list skeleton',
]

/** Starts it; its state lives as long as the process. */
export async function startLinearEmulator(): Promise<OwnEndpoint> {
  const token = `lin_api_${randomBytes(16).toString('hex')}`
  const { origin, close } = await startEmulator({
    service: 'linear',
    linkBase: 'https://linear.example',
    tokens: {},
    seed: {
      organization: { name: 'Acme', url_key: 'acme' },
      users: USERS,
      teams: [{ key: OFFLINE_TEAM, name: 'Shop' }],
      labels: [{ name: 'Checkout', team: OFFLINE_TEAM }],
      issues: TITLES.map((title, i) => ({
        team: OFFLINE_TEAM,
        title,
        description: `${title}.`,
        assignee: USERS[i % USERS.length]?.email,
        labels: i < 4 ? ['Checkout'] : [],
      })),
      tokens: [{ token, type: 'personal', user: 'maria.lindqvist@acme.dev' }],
    },
  })
  return { baseUrl: origin, token, close }
}
