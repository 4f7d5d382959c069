/** The official SDK, version 2, as documented and with the legacy era chosen. */
import type { Client } from '../client.ts'
import { openLibrary } from '../open-library.ts'

const common = {
  connection: 'sdk-v2',
  packages: ['@modelcontextprotocol/client'],
  learns: 'told',
} as const

/** It probes, and finds the modern era. */
export const sdkV2: Client = {
  ...common,
  id: 'sdk-v2',
  title: 'SDK, version 2',
  open: (stage) => openLibrary(stage, { driver: 'sdk-v2', connection: 'sdk-v2' }),
}

/** The same lines with `mode: 'legacy'`. */
export const sdkV2Legacy: Client = {
  ...common,
  id: 'sdk-v2-legacy',
  title: 'SDK, version 2, legacy era',
  open: (stage) =>
    openLibrary(stage, {
      driver: 'sdk-v2',
      connection: 'sdk-v2',
      change: (text) => text.replace("mode: 'auto'", "mode: 'legacy'"),
    }),
}
