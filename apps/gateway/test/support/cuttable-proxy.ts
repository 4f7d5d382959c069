/** A TCP proxy before a gateway that can cut every connection, or be away for a while, as a network or a crash does. */
import { createServer, connect as open, type Socket } from 'node:net'

export interface CuttableProxy {
  url: string
  /** Cuts what is open; with `isAway` nothing new is let in until {@link CuttableProxy.back}. */
  cut(isAway?: boolean): Promise<void>
  back(): Promise<void>
  close(): Promise<void>
}

/** @param target origin of the gateway */
export async function startCuttableProxy(target: string): Promise<CuttableProxy> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = open(Number(new URL(target).port), '127.0.0.1')
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as { port: number }
  const close = () => (server.listening ? new Promise((resolve) => server.close(resolve)) : Promise.resolve())
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async cut(isAway = false) {
      const closed = isAway ? close() : undefined
      cut()
      await closed
    },
    back: () => listen(port),
    async close() {
      const closed = close()
      cut()
      await closed
    },
  }
}
