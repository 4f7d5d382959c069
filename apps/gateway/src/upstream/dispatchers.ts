/** What sends requests to one upstream over HTTP: our own connections where they can, and undici for all else, which takes 11 MB and is loaded when it is needed. */
import type { Dispatcher, Pool } from 'undici'
import { checkedLookup } from '../egress/checked-lookup.ts'
import { KeptConnections, type PostDispatcher } from './http1/kept-connections.ts'
import { canParseResponses } from './http1/response-parser.ts'

/** The ways to one upstream. */
export interface Dispatchers {
  /** For calls. */
  dispatcher: PostDispatcher
  /** For event streams that stay open: however many there are, they take no place from calls. */
  streams: PostDispatcher
  /** For what is no POST. */
  others(): Promise<Dispatcher>
  /** Ends streams, and calls too once they have had their time, or at once. */
  close(isAtOnce: boolean): Promise<void>
}

const CONNECT_MS = 2_000
const LAST_CALLS_MS = 30_000

/**
 * Makes them; nothing is connected yet.
 * @param maxConnections most connections for calls
 */
export async function createDispatchers(url: URL, maxConnections: number): Promise<Dispatchers> {
  const lookup = checkedLookup('configured')
  const pool = async (connections: number | null): Promise<Pool> => {
    const undici = await import('undici')
    const connect = { timeout: CONNECT_MS, lookup }
    return new undici.Pool(url.origin, {
      connections,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 10_000,
      connect,
    })
  }
  const kept = (max: number) => new KeptConnections(url, { maxConnections: max, connectMs: CONNECT_MS, lookup })
  const isOurs = url.protocol === 'http:' && canParseResponses
  const dispatcher = isOurs ? kept(maxConnections) : await pool(maxConnections)
  const streams = isOurs ? kept(Number.POSITIVE_INFINITY) : await pool(null)
  let others: Promise<Pool> | undefined
  return {
    dispatcher,
    streams,
    others() {
      others ??= pool(null)
      return others
    },
    async close(isAtOnce) {
      await Promise.all([streams.destroy(), others?.then((each) => each.destroy())])
      if (isAtOnce) await dispatcher.destroy()
      else endLater(dispatcher)
    },
  }
}

// A connection can be of no more use for listing while the calls under way on it are still answered.
function endLater(dispatcher: PostDispatcher): void {
  const cut = setTimeout(() => void dispatcher.destroy(), LAST_CALLS_MS).unref()
  const done = () => clearTimeout(cut)
  dispatcher.close().then(done, done)
}
