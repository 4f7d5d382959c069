/** SDK, version 1. */
import type { Client } from '../client.ts'
import { openLibrary } from '../open-library.ts'

/** Driven in a process of its own. */
export const sdkV1: Client = {
  id: 'sdk-v1',
  title: 'SDK, version 1',
  connection: 'sdk-v1',
  packages: ['@modelcontextprotocol/sdk'],
  learns: 'told',
  open: (stage) => openLibrary(stage, { driver: 'sdk-v1', connection: 'sdk-v1' }),
}
