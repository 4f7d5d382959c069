/** The configuration of the gateway under test: agents with roles, rules over scopes and names, and upstreams on one port. */

/** What the configuration is made from. */
export interface ConfigurationOptions {
  /** Paths of the upstream by id. */
  upstreams: Record<string, string>
  upstreamPort: number
  /** Agents beside `all` and `few`; the fifty teams that they are in see four upstreams each. */
  manyAgents?: number
}

/** Teams that the many agents are in. */
export const TEAMS = 50
const UNLIMITED = { perMinute: 0, concurrency: 0, streams: 0 }
const READS = { scopes: ['bench:use'], effect: 'read' }
const TOOLS = { echo: READS, echo_events: READS, echo_write: { scopes: ['bench:use'], effect: 'write' } }

/** Name of one of many agents; its team is its number modulo {@link TEAMS}. */
export function agentName(index: number): string {
  return `agent-${String(index).padStart(3, '0')}`
}

/** The configuration file as an object: agent `all` may use everything, `few` the first hundred tools of `u0`, and `flood` all with the limits that agents have by default. */
export function configuration({ upstreams, upstreamPort, manyAgents = 0 }: ConfigurationOptions): object {
  return {
    version: 1,
    listen: { host: '127.0.0.1', port: 0 },
    admin: false,
    dataDir: 'data',
    agents: {
      all: { roles: ['caller'] },
      few: { roles: ['visitor'] },
      flood: { roles: ['caller'], limits: { perMinute: 60, concurrency: 32 } },
      ...agentsOf(manyAgents),
    },
    rules: [
      { id: 'callers', effect: 'allow', roles: ['caller'], tools: ['scope:bench:use', 'u*__tool_*'] },
      { id: 'visitors', effect: 'allow', roles: ['visitor'], tools: ['u0__tool_00*'] },
      { id: 'nobody-drops', effect: 'deny', roles: ['*'], tools: ['*__drop_*'] },
      ...(manyAgents > 0 ? teamRules() : []),
    ],
    limits: { agent: UNLIMITED, user: { perMinute: 0 }, write: { perMinute: 0 } },
    upstreams: Object.fromEntries(
      Object.entries(upstreams).map(([id, path]) => [
        id,
        {
          url: `http://127.0.0.1:${upstreamPort}${path}`,
          concurrency: 512,
          ...(path === '/mcp' ? { tools: TOOLS } : {}),
        },
      ]),
    ),
  }
}

function agentsOf(count: number): Record<string, { roles: string[] }> {
  const indexes = Array.from({ length: count }, (_, index) => index)
  return Object.fromEntries(indexes.map((index) => [agentName(index), { roles: [`team-${index % TEAMS}`] }]))
}

function teamRules(): object[] {
  return Array.from({ length: TEAMS }, (_, team) => ({
    id: `team-${team}`,
    effect: 'allow',
    roles: [`team-${team}`],
    tools: [0, 1, 2, 3].map((part) => `u${team + part * TEAMS}__*`),
  }))
}
