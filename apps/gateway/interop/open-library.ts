/** Opens a client library in a process of its own: a driver in clients-package/ runs the documented lines and does what it is told. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findConnection } from '../src/connect/connections.ts'
import type { OpenClient } from './client.ts'
import { CLIENTS_PACKAGE, type Stage } from './stage.ts'
import { startProgram } from './start-program.ts'

/** Which driver runs, and on what text. */
export interface LibraryOptions {
  driver: string
  connection: string
  /** Changes the documented text, where a client is run in a second way. */
  change?: (text: string) => string
}

const FLAGS = ['--disable-warning=ExperimentalWarning']

interface Reply {
  id: number
  value?: unknown
  error?: string
}

/** Starts the driver and waits until the client is connected. */
export async function openLibrary(
  stage: Stage,
  { driver, connection, change = (text) => text }: LibraryOptions,
): Promise<OpenClient> {
  const found = findConnection(connection)
  if (!found) throw new Error(`Cannot open "${connection}": there is no such connection`)
  const text = change(found.textFor({ url: stage.url, key: stage.key }))
  const isCode = found.language === 'js'
  // Beside node_modules, so that the lines find their packages.
  const file = join(stage.home, isCode ? 'connection.mjs' : 'connection.json')
  writeFileSync(file, isCode ? `${text}\nexport { client }\n` : text)
  const program = startProgram(
    process.execPath,
    [...FLAGS, join(CLIENTS_PACKAGE, 'drivers/drive.ts'), join(CLIENTS_PACKAGE, 'drivers', `${driver}.ts`), file],
    { cwd: stage.home, env: stage.env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  )
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  program.child.on('message', (message) => settle(waiting, message as Reply))
  void program.exited.then((code) => {
    const error = new Error(`the driver ended with ${code}: ${program.output().slice(-1_500)}`)
    for (const { reject } of waiting.values()) reject(error)
  })
  let lastId = 0
  const ask = (act: string, ...args: unknown[]) => {
    const reply = Promise.withResolvers<unknown>()
    lastId += 1
    waiting.set(lastId, reply)
    program.child.send({ id: lastId, act, args }, (error) => error && reply.reject(error))
    return reply.promise
  }
  await ask('open')
  return {
    list: () => ask('list') as Promise<string[]>,
    call: (tool, args) => ask('call', tool, args) as Promise<string>,
    read: (uri) => ask('read', uri) as Promise<string>,
    timesTold: () => ask('timesTold') as Promise<number>,
    close: () => program.kill(),
  }
}

function settle(waiting: Map<number, PromiseWithResolvers<unknown>>, { id, value, error }: Reply): void {
  const reply = waiting.get(id)
  waiting.delete(id)
  if (error === undefined) reply?.resolve(value)
  else reply?.reject(new Error(error))
}
