/** The offline GitHub: the organization acme with the repository that the stories use. */
import { randomBytes } from 'node:crypto'
import type { OwnEndpoint } from '../connection/connection.ts'
import { startEmulator } from './emulator.ts'
import { type SeedTokens, seedGithub } from './seed-github.ts'

/** The repository that exists offline. */
export const OFFLINE_REPOSITORY = 'acme/web'

const USERS = [
  { login: 'causeway-bot', name: 'Causeway', email: 'causeway@acme.dev' },
  { login: 'maria-l', name: 'Maria Lindqvist', email: 'maria.lindqvist@acme.dev' },
  { login: 'devon-k', name: 'Devon Park', email: 'devon.park@acme.dev' },
  { login: 'priya-s', name: 'Priya Raman', email: 'priya.raman@acme.dev' },
]

/** Starts and fills it; its state lives as long as the process. */
export async function startGithubEmulator(signal: AbortSignal): Promise<OwnEndpoint> {
  const tokens = Object.fromEntries(USERS.map(({ login }) => [login, randomBytes(20).toString('hex')])) as SeedTokens
  const { origin, close } = await startEmulator({
    service: 'github',
    linkBase: 'https://github.example',
    tokens: Object.fromEntries(USERS.map(({ login }) => [tokens[login], { login, scopes: ['repo', 'user'] }])),
    seed: {
      users: USERS,
      orgs: [{ login: 'acme', name: 'Acme', members: USERS.map(({ login }) => ({ login, role: 'admin' })) }],
      repos: [
        { owner: 'acme', name: 'web', description: 'The Acme web shop', language: 'TypeScript', auto_init: true },
      ],
    },
  })
  try {
    await seedGithub({ origin, repo: OFFLINE_REPOSITORY, tokens }, signal)
  } catch (error) {
    await close()
    throw error
  }
  return { baseUrl: origin, token: tokens['causeway-bot'] as string, close }
}
