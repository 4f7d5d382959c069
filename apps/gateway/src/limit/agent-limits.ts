/** How much each agent may have: the common limits, and what the configuration says of single agents. */
import type { Config } from '../config/schema.ts'
import { compileGlob, type Glob } from '../policy/glob.ts'

/** The limits of one agent; 0 is no limit. */
export interface AgentLimits {
  perMinute: number
  /** Calls a minute of each tool that may write. */
  writesPerMinute: number
  /** Calls at the same time. */
  concurrency: number
  /** Event streams that are open. */
  streams: number
}

/** The limits of an agent by its name. An entry of its own beats globs, an earlier glob a later one, and each says only what it names. */
export function compileAgentLimits({
  limits,
  agents,
}: Pick<Config, 'limits' | 'agents'>): (agent: string) => AgentLimits {
  const common: AgentLimits = { ...limits.agent, writesPerMinute: limits.write.perMinute }
  const own = new Map<string, Partial<AgentLimits>>()
  const byGlob: [Glob, Partial<AgentLimits>][] = []
  for (const [name, { limits: written }] of Object.entries(agents)) {
    if (!written) continue
    const { write, ...rest } = written
    const stated = write === undefined ? rest : { ...rest, writesPerMinute: write.perMinute }
    if (name.includes('*')) byGlob.unshift([compileGlob(name), stated])
    else own.set(name, stated)
  }
  return (agent) => {
    const globs = byGlob.filter(([glob]) => glob(agent)).map(([, stated]) => stated)
    return Object.assign({}, common, ...globs, own.get(agent)) as AgentLimits
  }
}
