/** Metrics as text: the Prometheus format 0.0.4, or OpenMetrics 1.0.0, which differ in what a counter's family is called. */
import { BUCKETS_SECONDS, type Durations } from './durations.ts'
import { METRIC_FAMILIES, type MetricFamily, type MetricName } from './metric-families.ts'

/** The two formats. */
export type MetricsFormat = 'prometheus' | 'openmetrics'

/** One series of a counter or a gauge. */
export interface Sample {
  /** In the order of the family's labels. */
  labels: readonly string[]
  value: number
}

/** One series of a histogram. */
export interface TimedSample {
  labels: readonly string[]
  durations: Durations
}

/** A family of counters or gauges as text. */
export function familyText(name: MetricName, samples: Iterable<Sample>, format: MetricsFormat): string {
  const family: MetricFamily = METRIC_FAMILIES[name]
  let text = headText(name, family, format)
  for (const { labels, value } of samples) text += `${name}${labelsText(family.labels, labels)} ${value}\n`
  return text
}

/** A family of histograms as text. */
export function histogramText(name: MetricName, samples: Iterable<TimedSample>, format: MetricsFormat): string {
  const family: MetricFamily = METRIC_FAMILIES[name]
  const names = [...family.labels, 'le']
  let text = headText(name, family, format)
  for (const { labels, durations } of samples) {
    let count = 0
    const bucket = (bound: string, more: number) => {
      count += more
      text += `${name}_bucket${labelsText(names, [...labels, bound])} ${count}\n`
    }
    for (const [at, bound] of BUCKETS_SECONDS.entries()) bucket(boundText(bound), durations.counts[at] as number)
    bucket('+Inf', durations.counts[BUCKETS_SECONDS.length] as number)
    const own = labelsText(family.labels, labels)
    text += `${name}_sum${own} ${durations.sumMs / 1_000}\n${name}_count${own} ${count}\n`
  }
  return text
}

function headText(name: string, { type, help }: MetricFamily, format: MetricsFormat): string {
  const family = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name
  return `# HELP ${family} ${help}\n# TYPE ${family} ${type}\n`
}

// OpenMetrics wants bounds to look like floats, and both formats take them so.
function boundText(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : String(bound)
}

function labelsText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return ''
  return `{${names.map((name, at) => `${name}="${escaped(values[at] ?? '')}"`).join(',')}}`
}

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))
}
