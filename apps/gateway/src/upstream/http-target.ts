/** Where and how an HTTP upstream of either era is reached. */
import type { Logger } from 'pino'
import type { Dispatchers } from './dispatchers.ts'

/** An HTTP upstream, as its requests need it. */
export interface HttpTarget extends Omit<Dispatchers, 'close'> {
  upstream: string
  path: string
  /** Configured headers, revealed. */
  headers: Readonly<Record<string, string>>
  log: Logger
}
