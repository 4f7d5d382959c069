/** The command that adds a database of the user's own: `node packages/server-db/cli/import.ts shop --file shop.db`. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { importDatabase } from '../src/config/import-database.ts'
import { SHIPPED_DATABASES } from '../src/open-sources.ts'

const USAGE = `Usage: node packages/server-db/cli/import.ts <id> (--file <path> | --url-env <name>) [options]

  --file <path>       a SQLite file; it stays where it is and is only read
  --url-env <name>    environment variable that holds a Postgres URL; only its name is written down
  --about <text>      what the database holds, for models
  --data <directory>  server-db's data directory (default .causeway/db)

Adds the database to databases.yaml in the data directory, a copy of the shipped one unless there is one. Every column is for
admins alone until it is opened there. Start server-db again to have it served.
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    file: { type: 'string' },
    'url-env': { type: 'string' },
    about: { type: 'string', default: '' },
    data: { type: 'string', default: process.env.CAUSEWAY_DATA_DIR ?? '.causeway/db' },
    help: { type: 'boolean', default: false },
  },
})
const [id] = positionals
const { file, 'url-env': urlEnv } = values
const from = file !== undefined ? { file } : urlEnv !== undefined ? { urlEnv } : undefined

if (values.help || id === undefined || from === undefined || positionals.length > 1 || (file && urlEnv)) {
  process.stdout.write(USAGE)
  process.exitCode = values.help ? 0 : 2
} else {
  try {
    const { about, data } = values
    const request = { id, from, about, folder: resolve(data), shipped: SHIPPED_DATABASES, env: process.env }
    const { path, tables } = await importDatabase(request)
    const lines = tables.map(({ name, columns }) => `  ${name}: ${columns} columns, for admins alone\n`)
    process.stdout.write(`Added ${id} to ${path}:\n${lines.join('')}Open columns there, and start server-db again.\n`)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = 1
  }
}
