/** `npm run new-domain -- <id>`: makes the package and tells what comes next. */
import { join } from 'node:path'
import { makeDomain } from './make-domain.ts'

const root = join(import.meta.dirname, '../../..')
const [id = ''] = process.argv.slice(2)
try {
  makeDomain({ id, root, page: join(root, 'docs/new-domain.md') })
  process.stdout.write(
    `Made packages/server-${id} and its line in causeway.yaml.\nNext: npm run unit -- packages/server-${id}, then npm start.\n`,
  )
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
