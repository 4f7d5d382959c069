/** Counts and times a domain server's tool calls for `/metrics`. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { AskPending } from './ask.ts'
import type { DomainServer } from './define-domain-server.ts'
import type { ToolDefinition } from './define-tool.ts'

export interface Meter {
  registry: Registry
  /** The same server with every tool counted and timed. */
  measured<Services>(server: DomainServer<Services>): DomainServer<Services>
}

export function createMeter(): Meter {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const calls = new Counter({
    name: 'causeway_domain_calls_total',
    help: 'Tool calls by outcome',
    labelNames: ['tool', 'outcome'],
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'causeway_domain_call_duration_seconds',
    help: 'Time inside a tool',
    labelNames: ['tool'],
    registers: [registry],
  })
  const inFlight = new Gauge({
    name: 'causeway_domain_calls_in_flight',
    help: 'Tool calls that run',
    labelNames: ['tool'],
    registers: [registry],
  })
  const measuredTool = <Services>(tool: ToolDefinition<Services>): ToolDefinition<Services> => ({
    ...tool,
    async run(args, call) {
      const end = seconds.startTimer({ tool: tool.name })
      inFlight.inc({ tool: tool.name })
      try {
        const answer = await tool.run(args, call)
        calls.inc({ tool: tool.name, outcome: 'result' })
        return answer
      } catch (error) {
        calls.inc({ tool: tool.name, outcome: error instanceof AskPending ? 'asked' : 'error' })
        throw error
      } finally {
        end()
        inFlight.dec({ tool: tool.name })
      }
    },
  })
  return {
    registry,
    measured: (server) => ({
      ...server,
      tools: server.tools.map(measuredTool),
      ...(server.moreTools ? { moreTools: keptByTools(server.moreTools, measuredTool) } : {}),
    }),
  }
}

/** Keeps what was made of each tool, because tools that come and go are asked for with every request. */
function keptByTools<Services>(
  moreTools: (services: Services) => readonly ToolDefinition<Services>[],
  make: (tool: ToolDefinition<Services>) => ToolDefinition<Services>,
): (services: Services) => readonly ToolDefinition<Services>[] {
  const kept = new WeakMap<ToolDefinition<Services>, ToolDefinition<Services>>()
  return (services) =>
    moreTools(services).map((tool) => {
      const made = kept.get(tool) ?? make(tool)
      kept.set(tool, made)
      return made
    })
}
