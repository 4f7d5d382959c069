/** Runs clients that nobody here wrote against the gateway and prints what each can do; `npm run interop`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CLIENTS } from './clients.ts'
import { clientsDocument } from './clients-document.ts'
import { type Findings, playScenario } from './play-scenario.ts'
import { readResults, resultOf, writeResults } from './results.ts'
import { clientLine, headingLine, problemLines } from './run-table.ts'

const USAGE = `Options:
  --only <client>  one client; may be repeated: ${CLIENTS.map(({ id }) => id).join(', ')}
  --write          keep the results and write docs/clients.md
`
/** The whole run takes two to five minutes on two cores. */
const RUN_MS = 540_000
const CLIENT_MS = 110_000
const DOCUMENT = join(import.meta.dirname, '../../../docs/clients.md')

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
if (values.help) process.stdout.write(USAGE)
else process.exitCode = await runAll(values.only, values.write)

async function runAll(only: readonly string[], isKept: boolean): Promise<number> {
  const unknown = only.find((id) => !CLIENTS.some((client) => client.id === id))
  if (unknown !== undefined) throw new Error(`Cannot run "${unknown}": there is no such client\n${USAGE}`)
  const clients = CLIENTS.filter(({ id }) => only.length === 0 || only.includes(id))
  const found: Findings[] = []
  const endMs = Date.now() + RUN_MS
  say(headingLine())
  for (const client of clients) {
    const findings = await playScenario(client, Math.min(CLIENT_MS, endMs - Date.now()))
    found.push(findings)
    say(clientLine(client, findings))
  }
  const problems = found.flatMap(problemLines)
  for (const problem of problems) say(`\n${problem}`)
  // A page that says that a client fails would be read as a promise that it may.
  if (isKept && problems.length === 0) keep(found)
  return problems.length === 0 ? 0 : 1
}

// A run of some clients leaves what is known of the others.
function keep(found: readonly Findings[]): void {
  const before = readResults()
  const results = CLIENTS.flatMap((client) => {
    const now = found.find(({ id }) => id === client.id)
    const kept = before.find(({ id }) => id === client.id)
    return now ? [resultOf(client, now)] : kept ? [kept] : []
  })
  writeResults(results)
  writeFileSync(DOCUMENT, clientsDocument(CLIENTS, results))
  say('\nWrote docs/clients.md.')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
