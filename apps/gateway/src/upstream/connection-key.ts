/** What of an upstream's configuration its connection is made of: a change of anything else needs no other one. */
import type { UpstreamConfig } from '../config/schema.ts'
import { secretsOf } from '../config/upstream-auth-schema.ts'

/** Settings that are looked up when they are needed. Whatever is not named here is taken to be of the connection. */
const SETTINGS = new Set<string>([
  'title',
  'owner',
  'tags',
  'enabled',
  'namespace',
  'trust',
  'approveCompatible',
  'trustMetadata',
  'asks',
  'timeoutMs',
  'refreshMs',
  'retryable',
  'resultSchema',
  'tools',
] satisfies (keyof UpstreamConfig)[])

/** Equal for two configurations exactly when the same connection serves both. */
export function connectionKeyOf(config: UpstreamConfig): string {
  const { auth, env, headers, kind } = config
  // The reader of a pipe has its bound from the start; over HTTP each call has its own.
  const isOfConnection = (key: string) => !SETTINGS.has(key) && (key !== 'maxResultBytes' || kind === 'command')
  return JSON.stringify([
    Object.entries(config).filter(([key]) => isOfConnection(key)),
    // Secrets print as dots, so they are compared by what they hold.
    [...Object.values(env), ...Object.values(headers)].map((value) => value.reveal()),
    secretsOf(auth),
  ])
}
