/** The part of parse-prometheus-text-format that stories use; the package has no types of its own. */
declare module 'parse-prometheus-text-format' {
  export interface ParsedFamily {
    name: string
    help: string
    type: string
    metrics: {
      labels?: Record<string, string>
      value?: string
      sum?: string
      count?: string
      buckets?: Record<string, string>
    }[]
  }

  export default function parsePrometheus(text: string): ParsedFamily[]
}
