/** The state of every source and its connections as metrics, read when they are asked for. */
import { Gauge, type Registry } from 'prom-client'
import type { Source } from './db-services.ts'
import type { SourceHealth } from './engine/query-engine.ts'

type Sample = [labels: Record<string, string>, value: number]

/** Registers the gauges; a scrape asks every source once, whatever the number of gauges. */
export function meterSources(registry: Registry, sources: readonly Source[]): void {
  let asking: Promise<[id: string, health: SourceHealth][]> | undefined
  const ask = () => {
    asking ??= Promise.all(sources.map(async ({ id, engine }) => [id, await engine.health()] as [string, SourceHealth]))
    return asking.finally(() => {
      asking = undefined
    })
  }
  const gauge = (
    name: string,
    [help, ...labels]: [string, ...string[]],
    samplesOf: (health: SourceHealth) => Sample[],
  ) =>
    new Gauge({
      name: `causeway_db_${name}`,
      help,
      labelNames: ['database', ...labels],
      registers: [registry],
      async collect() {
        for (const [database, health] of await ask())
          for (const [more, value] of samplesOf(health)) this.set({ database, ...more }, value)
      },
    })
  gauge('up', ['Whether the database answers'], ({ ok }) => [[{}, ok ? 1 : 0]])
  gauge('connections', ['Connections by state', 'state'], ({ connections }) => samples('state', connections))
  gauge('waiting_statements', ['Statements that wait for a connection'], ({ queue }) => [[{}, queue.waiting]])
  gauge('statements', ['Statements since the start by outcome', 'outcome'], ({ statements }) =>
    samples('outcome', statements),
  )
}

function samples(label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([name, value]) => [{ [label]: name }, value])
}
