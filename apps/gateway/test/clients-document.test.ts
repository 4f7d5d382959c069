/** docs/clients.md is what the last whole run and the connections make of it, for the clients and versions of today. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { STEPS } from '../interop/client.ts'
import { CLIENTS } from '../interop/clients.ts'
import { clientsDocument } from '../interop/clients-document.ts'
import { readResults, versionOf } from '../interop/results.ts'
import { findConnection } from '../src/connect/connections.ts'

const document = readFileSync(join(import.meta.dirname, '../../../docs/clients.md'), 'utf8')

it('is current: `npm run interop -- --write` makes it', () => {
  expect(clientsDocument(CLIENTS, readResults())).toBe(document)
})

it('has every client in the version that is installed', () => {
  expect(readResults().map(({ id, version }) => [id, version])).toEqual(
    CLIENTS.map((client) => [client.id, versionOf(client)]),
  )
})

it('says nothing of a client that failed, and the reason of one that cannot', () => {
  const outcomes = readResults().flatMap(({ steps }) => STEPS.map((step) => steps[step]))
  expect(outcomes.filter(({ verdict, note }) => verdict === 'no' || (verdict === 'not' && !note))).toEqual([])
})

it('connects every client of the run', () => {
  expect(CLIENTS.filter(({ connection }) => findConnection(connection) === undefined)).toEqual([])
})
