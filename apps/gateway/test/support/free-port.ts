/** Finds a loopback port on which nothing listens, for what cannot be told to take any. */
import { createServer } from 'node:net'

/** The port was free a moment ago; nothing keeps it so. */
export async function freePort(): Promise<number> {
  const listener = createServer()
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as { port: number }
  await new Promise((resolve) => listener.close(resolve))
  return port
}
