/** The three ways to the fixture: directly, through `/s/fixture/mcp`, and through `/mcp` beside another upstream. */
import { join } from 'node:path'
import { startGateway } from '../test/support/start-gateway.ts'
import { startFixture } from './fixture/start-fixture.ts'

/** The ways, the one that the others are compared with first. */
export const TARGETS = ['direct', 's', 'mcp'] as const

/** One of them. */
export type Target = (typeof TARGETS)[number]

/** A URL that the suite can be run against. */
export interface OpenTarget {
  url: string
  close(): Promise<void>
}

/** How the gateway may speak to the fixture; by itself it finds a modern upstream. */
export const UPSTREAM_ERAS = ['auto', 'modern', 'legacy'] as const

/** One of them. */
export type UpstreamEra = (typeof UPSTREAM_ERAS)[number]

const PATHS = { s: '/s/fixture/mcp', mcp: '/mcp' }

/** Starts a fixture of its own and, unless the way is direct, a gateway in front of it. */
export async function openTarget(target: Target, era: UpstreamEra = 'auto'): Promise<OpenTarget> {
  const fixture = await startFixture()
  if (target === 'direct') return fixture
  const gateway = await startGateway({
    auth: { anonymous: 'ops' },
    upstreams: {
      fixture: {
        url: fixture.url,
        namespace: 'none',
        era,
        asks: { elicitation: true, sampling: true, roots: true },
      },
      projects: { run: join(import.meta.dirname, '../../../packages/server-projects') },
    },
  })
  await gateway.ready('fixture', 'projects')
  return {
    url: `${gateway.url}${PATHS[target]}`,
    async close() {
      await gateway.close()
      await fixture.close()
    },
  }
}
