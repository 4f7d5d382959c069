/** The process in which a client library runs: takes one instruction after the other from its parent and answers each. */
import { pathToFileURL } from 'node:url'
import type { Driven } from './driven.ts'

const [driver = '', connection = ''] = process.argv.slice(2)
let driven: Driven | undefined

/** What the parent asks for. */
interface Instruction {
  id: number
  act: 'open' | keyof Driven
  args: unknown[]
}

process.on('message', async (instruction: Instruction) => {
  try {
    process.send?.({ id: instruction.id, value: await carryOut(instruction) })
  } catch (error) {
    process.send?.({ id: instruction.id, error: error instanceof Error ? `${error.message}` : String(error) })
  }
})
process.once('disconnect', () => process.exit())

async function carryOut({ act, args }: Instruction): Promise<unknown> {
  if (act === 'open') {
    const { open } = (await import(pathToFileURL(driver).href)) as { open(connection: string): Promise<Driven> }
    driven = await open(connection)
    return undefined
  }
  if (!driven) throw new Error('Cannot use the client: it is not open')
  return (driven[act] as (...all: unknown[]) => unknown)(...args)
}
