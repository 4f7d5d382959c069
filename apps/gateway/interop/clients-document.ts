/** Writes docs/clients.md: what the last whole run found, and the text that connects each client. */

import type { Connection } from '../src/connect/connection.ts'
import { CONNECTIONS, textWithoutKey } from '../src/connect/connections.ts'
import { type Client, STEPS, type Step } from './client.ts'
import type { Result } from './results.ts'

const INTRODUCTION = `<!-- Made by \`npm run interop -- --write\`; not edited by hand. -->

# Clients

What clients that nobody here wrote do with Causeway. \`npm run interop\` installs them, in the versions below, and runs each one offline against a gateway
with the three domain servers, over real sockets, connected by exactly the text of this page. Agent programs talk to a scripted model on loopback. Each client has to:

- **list** the tools that its agent may use, and no others;
- **call** one and get its result;
- **read** a resource;
- **learn** of a tool that a change of \`causeway.yaml\` gives its agent while it is connected;
- **survive** \`kill -9\` and a start of the gateway: the next call of the same process succeeds.

The revision is the one it spoke on the wire. *Model sees* says which part of a result reaches the model (of a plain client: its program), where Causeway's domain
servers give a readable text and the same as \`structuredContent\`.
`

const HEADINGS: Record<Step, string> = {
  list: 'list',
  call: 'call',
  read: 'read',
  change: 'learn',
  restart: 'survive',
}
const MARKS = { yes: 'yes', no: '**no**', not: '–' }

/** The whole document. */
export function clientsDocument(clients: readonly Client[], results: readonly Result[]): string {
  const notes: string[] = []
  const rows = clients.flatMap((client) => {
    const result = results.find(({ id }) => id === client.id)
    return result ? [rowOf(client, result, notes)] : []
  })
  return [
    INTRODUCTION,
    row(['client', 'version', 'revision', 'tools', 'model sees', ...STEPS.map((step) => HEADINGS[step])]),
    row(['---', '---', '---', '--:', '---', ...STEPS.map(() => '---')]),
    ...rows,
    '',
    ...notes.map((note, index) => `${index + 1}. ${note}`),
    '',
    '## Connect',
    '',
    'The key stands in `CAUSEWAY_KEY`, or in the place of `cwy_live_…`. `causeway connect <client>` prints the same with the URL of your gateway.',
    '',
    ...CONNECTIONS.map((connection) => sectionOf(connection, clients)),
  ].join('\n')
}

function rowOf(client: Client, result: Result, notes: string[]): string {
  const cells = STEPS.map((step) => {
    const { verdict, note } = result.steps[step]
    return note
      ? `${MARKS[verdict]} (${numberOf(`${note[0]?.toUpperCase()}${note.slice(1)}.`, notes)})`
      : MARKS[verdict]
  })
  return row([client.title, result.version, result.revision, String(result.tools), result.sees, ...cells])
}

// The same note has one number, however many clients have it.
function numberOf(note: string, notes: string[]): number {
  if (!notes.includes(note)) notes.push(note)
  return notes.indexOf(note) + 1
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function sectionOf(connection: Connection, clients: readonly Client[]): string {
  const { title, place, language, packages } = connection
  const isRun = clients.some((client) => client.connection === connection.id)
  const text = textWithoutKey(connection, 'http://127.0.0.1:8931/mcp')
  const needs = packages ? ` with ${packages.map((name) => `\`${name}\``).join(', ')}` : ''
  return [
    `### ${title}`,
    '',
    `In ${place}${needs}${isRun ? '' : '; not part of the run'}:`,
    '',
    `\`\`\`${language}`,
    text,
    '```',
    '',
  ].join('\n')
}
