/** The command that makes the demonstration data in a Postgres database: `node packages/server-db/cli/seed-postgres.ts HELPDESK_OWNER_URL`. */
import { connectDb } from '../src/engine/postgres/db-client.ts'
import { seedPostgres } from '../src/seed/seed-postgres.ts'

const USAGE = `Usage: node packages/server-db/cli/seed-postgres.ts <name>

  <name>   environment variable that holds the URL of an empty Postgres database, with a role that may create tables

Makes the tables of the helpdesk in the schema "public" and fills them with more than 60,000 rows.
`

const url = process.env[process.argv[2] ?? '']
if (process.argv.length !== 3 || url === undefined) {
  process.stdout.write(USAGE)
  process.exitCode = 2
} else {
  try {
    const client = await connectDb(url)
    await seedPostgres(client).finally(() => client.end())
    process.stdout.write('Made the helpdesk.\n')
  } catch (error) {
    process.stderr.write(`Cannot make the helpdesk: ${(error as Error).message}\n`)
    process.exitCode = 1
  }
}
