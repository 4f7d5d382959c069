/** Where and how an HTTP upstream of either era is reached. */
import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'

/** An HTTP upstream, as its requests need it. */
export interface HttpTarget {
  upstream: string
  dispatcher: Dispatcher
  /** For event streams that stay open: however many there are, they take no place from calls. */
  streams: Dispatcher
  path: string
  /** Configured headers, revealed. */
  headers: Readonly<Record<string, string>>
  log: Logger
}
