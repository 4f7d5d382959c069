/** The ways to the upstream that are compared: directly, and through each proxy. */
import { type Running, spawnScript } from './spawn-pinned.ts'
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
export type TargetName = 'direct' | 'nginx' | 'sdk' | 'against' | 'causeway'

/** All ways, open. */
export interface OpenTargets {
  targets: Target[]
  stop(): Promise<void>
}

const local = (port: number) => `http://127.0.0.1:${port}`
const same = (original: string) => original

/**
 * Starts the upstream and everything in front of it.
 * @param options.against another checkout, whose gateway is then compared with this one's alone
 */
export async function openTargets(options: {
  profileDir: string | undefined
  against: string | undefined
}): Promise<OpenTargets> {
  const upstream = await spawnScript('load', 'upstream')
  const direct: Target = { name: 'direct', origin: local(upstream.port), pid: upstream.pid, toolName: same }
  const proxies = options.against === undefined ? await openOthers(upstream.port) : []
  const gateway = async (name: 'against' | 'causeway', checkout: string | undefined) => {
    const profileDir = name === 'causeway' ? options.profileDir : undefined
    const upstreams = { upstreams: { bench: '/mcp' }, upstreamPort: upstream.port, toolsEach: 2 }
    const running = await startCauseway({ ...upstreams, profileDir, checkout })
    const { origin, pid, keys, stop } = running
    return { name, origin, pid, toolName: (original: string) => `bench__${original}`, key: keys.all, stop }
  }
  if (options.against !== undefined) proxies.push(await gateway('against', options.against))
  proxies.push(await gateway('causeway', undefined))
  return {
    targets: [direct, ...proxies],
    async stop() {
      for (const each of [...proxies, upstream]) await each.stop()
    },
  }
}

async function openOthers(upstreamPort: number): Promise<(Target & Pick<Running, 'stop'>)[]> {
  const nginx = await startNginx(upstreamPort)
  const sdk = await spawnScript('proxy', 'sdk-proxy', [`${local(upstreamPort)}/mcp`])
  const target = (name: TargetName, { port, pid, stop }: Running & { port: number }) => {
    return { name, origin: local(port), pid, toolName: same, stop }
  }
  return [...(nginx ? [target('nginx', nginx)] : []), target('sdk', sdk)]
}
