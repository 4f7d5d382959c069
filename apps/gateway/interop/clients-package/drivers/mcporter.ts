/** Drives mcporter's runtime on the documented configuration file. */
import { createRuntime } from 'mcporter'
import type { Driven } from './driven.ts'

const NAME = 'causeway'

/** Loads the file; mcporter connects when it is first used. */
export async function open(connection: string): Promise<Driven> {
  const runtime = await createRuntime({ configPath: connection })
  return {
    list: async () => (await runtime.listTools(NAME)).map(({ name }) => name),
    call: async (tool, args) => JSON.stringify(await runtime.callTool(NAME, tool, { args })),
    read: async (uri) => JSON.stringify(await runtime.readResource(NAME, uri)),
    timesTold: () => 0,
  }
}
