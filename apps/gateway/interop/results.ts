/** The last whole run as it is kept in the repository, from which docs/clients.md is made. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from './client.ts'
import type { Findings } from './play-scenario.ts'
import { CLIENTS_PACKAGE } from './stage.ts'

/** What is kept of one client. */
export type Result = Omit<Findings, 'seconds'> & { version: string }

const FILE = join(import.meta.dirname, 'results.json')

/** Reads it. */
export function readResults(): Result[] {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Result[]
}

/** Writes it. */
export function writeResults(results: readonly Result[]): void {
  writeFileSync(FILE, `${JSON.stringify(results, null, 2)}\n`)
}

/** Keeps of the findings what does not differ from run to run. */
export function resultOf(client: Client, { seconds: _, ...findings }: Findings): Result {
  return { ...findings, version: versionOf(client) }
}

/** The version of a client that clients-package/ asks for. */
export function versionOf({ packages: [name = ''] }: Client): string {
  const { dependencies } = JSON.parse(readFileSync(join(CLIENTS_PACKAGE, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const version = dependencies[name]
  if (!version) throw new Error(`Cannot tell the version of "${name}": clients-package does not have it`)
  return version
}
