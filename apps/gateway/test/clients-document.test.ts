/** docs/clients.md is what the last whole run and the connections make of it, for the clients and versions of today. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, it } from 'vitest'
import { STEPS } from '../interop/client.ts'
import { CLIENTS } from '../interop/clients.ts'
import { clientsDocument } from '../interop/clients-document.ts'
import { readResults, versionOf } from '../interop/results.ts'
import { findConnection, textWithoutKey } from '../src/connect/connections.ts'

const textOf = (path: string) => readFileSync(join(import.meta.dirname, '../../..', path), 'utf8')
const document = textOf('docs/clients.md')

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

it.each(['claude-code', 'cursor', 'vscode'])('has the text for %s that README has', (id) => {
  const found = findConnection(id)
  const text = found && textWithoutKey(found, 'http://127.0.0.1:8931/mcp')
  const blocks = [...textOf('README.md').matchAll(/^```(sh|json)\n(.*?)\n```/gms)]
  const same = blocks.filter(([, language, block = '']) =>
    language === 'json' && text?.startsWith('{')
      ? isDeepStrictEqual(JSON.parse(block), JSON.parse(text))
      : block === text,
  )
  expect(same).toHaveLength(1)
})
