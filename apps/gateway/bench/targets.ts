/** The ways to the upstream that are compared: directly, and through each proxy. */
import { spawnScript } from './spawn-pinned.ts'
import { startCauseway } from './start-causeway.ts'
import { startNginx } from './start-nginx.ts'

/** One way. */
export interface Target {
  name: TargetName
  origin: string
  /** The process whose CPU is counted; the upstream itself when the way is direct. */
  pid: number
  /** Name of a tool as this way calls it. */
  toolName(original: string): string
  key?: string | undefined
}

/** The ways, as the table names them. */
export type TargetName = 'direct' | 'nginx' | 'sdk' | 'causeway'

/** All ways, open. */
export interface OpenTargets {
  targets: Target[]
  stop(): Promise<void>
}

/** Starts the upstream and everything in front of it. */
export async function openTargets(profileDir: string | undefined): Promise<OpenTargets> {
  const upstream = await spawnScript('load', 'upstream')
  const direct = `http://127.0.0.1:${upstream.port}`
  const nginx = await startNginx(upstream.port)
  const sdk = await spawnScript('proxy', 'sdk-proxy', [`${direct}/mcp`])
  const causeway = await startCauseway({
    upstreams: { bench: '/mcp' },
    upstreamPort: upstream.port,
    toolsEach: 2,
    profileDir,
  })
  const same = (original: string) => original
  const local = (port: number) => `http://127.0.0.1:${port}`
  return {
    targets: [
      { name: 'direct', origin: direct, pid: upstream.pid, toolName: same },
      ...(nginx ? [{ name: 'nginx' as const, origin: local(nginx.port), pid: nginx.pid, toolName: same }] : []),
      { name: 'sdk', origin: local(sdk.port), pid: sdk.pid, toolName: same },
      {
        name: 'causeway',
        origin: causeway.origin,
        pid: causeway.pid,
        toolName: (original) => `bench__${original}`,
        key: causeway.keys.all,
      },
    ],
    async stop() {
      for (const each of [causeway, sdk, nginx, upstream]) await each?.stop()
    },
  }
}
