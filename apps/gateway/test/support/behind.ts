/** A gateway as the upstream of another: its URL, and a key of its own for whoever is in front. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StoryGateway } from './start-gateway.ts'

/**
 * The upstream's configuration.
 * @param options.key of the agent that the outer gateway is there; a new one of `ops` unless given
 * @param options.path of the MCP endpoint
 */
export function behind(
  inner: StoryGateway,
  options: { era?: 'auto' | 'modern' | 'legacy'; key?: string; path?: string } = {},
): Record<string, unknown> {
  const { era = 'auto', key = inner.key('ops'), path = '/mcp' } = options
  const keyFile = join(inner.dir, 'key-of-outer')
  writeFileSync(keyFile, key, { mode: 0o600 })
  return { url: inner.url + path, era, auth: { mode: 'bearer', token: `\${file:${keyFile}}` } }
}
