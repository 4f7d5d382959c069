/** Starts one vendor's emulator on loopback, inside this process. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

const HOST = '127.0.0.1'
const MAX_PORT_ATTEMPTS = 5

/** What to start. */
export interface EmulatorSpec {
  service: 'github' | 'slack' | 'linear'
  /** The address that the emulator writes into links; links must not change from one start to the next, so it is not its own. */
  linkBase: string
  tokens: Record<string, { login: string; scopes: string[] }>
  /** The vendor's part of the emulator's seed. */
  seed: Record<string, unknown>
}

/** A running emulator. */
export interface RunningEmulator {
  origin: string
  close(): Promise<void>
}

/**
 * Starts an emulator on a free port; its code is loaded only now.
 * @throws when it does not start on any of a few ports
 */
export async function startEmulator(spec: EmulatorSpec): Promise<RunningEmulator> {
  const { createEmulator } = await import('emulate')
  for (let attempt = 1; ; attempt++) {
    // Port 0 would do, but then the emulator tells its port only in links, and those carry `linkBase`.
    const port = await findFreePort()
    try {
      const emulator = await createEmulator({
        service: spec.service,
        port,
        hostname: HOST,
        baseUrl: spec.linkBase,
        seed: { tokens: spec.tokens, [spec.service]: spec.seed },
      })
      return { origin: `http://${HOST}:${port}`, close: () => emulator.close() }
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!isTaken || attempt === MAX_PORT_ATTEMPTS) throw error
    }
  }
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, HOST)
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
