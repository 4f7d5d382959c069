/** mcporter. */
import type { Client } from '../client.ts'
import { openLibrary } from '../open-library.ts'

/** Driven in a process of its own. */
export const mcporter: Client = {
  id: 'mcporter',
  title: 'mcporter',
  connection: 'mcporter',
  packages: ['mcporter'],
  learns: 'lists again',
  notes: { change: 'it lists again whenever its tools are asked for' },
  open: (stage) => openLibrary(stage, { driver: 'mcporter', connection: 'mcporter' }),
}
