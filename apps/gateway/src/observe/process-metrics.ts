/** The usual metrics of a Node.js process: memory, CPU, garbage collection and the delay of its event loop. */
import type { MetricsFormat } from './exposition.ts'

/** Text of the process's metrics, with the end mark that OpenMetrics wants. */
export type ProcessMetrics = (format: MetricsFormat) => Promise<string>

/** Starts watching the process. Loaded only now, because a gateway that nobody scrapes needs none of it. */
export async function watchProcess(): Promise<ProcessMetrics> {
  const { collectDefaultMetrics, Registry } = await import('prom-client')
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  // The format is a property of the registry, so one scrape has to be over before the next begins.
  let last: Promise<unknown> = Promise.resolve()
  return (format) => {
    const text = last.then(() => {
      registry.setContentType(
        (format === 'openmetrics' ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE) as never,
      )
      return registry.metrics()
    })
    last = text.catch(() => {})
    return text
  }
}
