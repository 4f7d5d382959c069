/** One upstream's configuration as the loader would make it from what stands in the file. */
import { configSchema, type UpstreamConfig } from '../../src/config/schema.ts'

/** @param written as in the file; reached by a URL where nothing else is said */
export function upstreamConfig(written: Record<string, unknown> = {}, id = 'up'): UpstreamConfig {
  const upstream = { url: 'http://127.0.0.1:1/mcp', ...written }
  return configSchema.parse({ version: 1, upstreams: { [id]: upstream } }).upstreams[id] as UpstreamConfig
}
