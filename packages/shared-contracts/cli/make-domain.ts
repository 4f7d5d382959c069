/** Makes the package of a new domain server from the files shown in docs/new-domain.md, and its line in causeway.yaml. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where to make it, and from which page. */
export interface NewDomain {
  id: string
  /** The repository's root, with `packages` and `causeway.yaml`. */
  root: string
  /** Path of the page. */
  page: string
}

const ID = /^[a-z][a-z0-9]{0,15}$/
const FILE = /^```\w+ file=(\S+)\n(.*?)^```/gms

/**
 * Writes the files; nothing when one of them is in the way.
 * @returns the package's folder
 * @throws when the id is none or taken
 */
export function makeDomain({ id, root, page }: NewDomain): string {
  if (!ID.test(id)) throw new Error(`Cannot make domain "${id}": want up to 16 lower-case letters and digits`)
  const folder = join(root, 'packages', `server-${id}`)
  if (existsSync(folder)) throw new Error(`Cannot make domain "${id}": ${folder} exists`)
  const configuration = withUpstream(readFileSync(join(root, 'causeway.yaml'), 'utf8'), id)
  for (const [, name = '', text = ''] of readFileSync(page, 'utf8').matchAll(FILE)) {
    const file = join(folder, renamed(name, id))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, renamed(text, id))
  }
  const readme = `# server-${id}\n\nThe domain server of ${id}; made with \`npm run new-domain\`, see docs/new-domain.md.\n`
  writeFileSync(join(folder, 'README.md'), readme)
  writeFileSync(join(root, 'causeway.yaml'), configuration)
  return folder
}

// As text, because a file that people write keeps its comments.
function withUpstream(yaml: string, id: string): string {
  const lines = yaml.split('\n')
  const start = lines.indexOf('upstreams:')
  if (start < 0) throw new Error(`Cannot make domain "${id}": causeway.yaml has no upstreams`)
  if (new RegExp(`^  ${id}:`, 'm').test(yaml)) throw new Error(`Cannot make domain "${id}": causeway.yaml has one`)
  const length = lines.slice(start + 1).findIndex((line) => !/^ +\S/.test(line))
  const end = length < 0 ? lines.length : start + 1 + length
  const line = `  ${id}: { run: packages/server-${id}, title: ${titleOf(id)}, owner: ${id} }`
  return lines.toSpliced(end, 0, line).join('\n')
}

function renamed(text: string, id: string): string {
  return text.replaceAll('billing', id).replaceAll('Billing', titleOf(id))
}

function titleOf(id: string): string {
  return `${id.charAt(0).toUpperCase()}${id.slice(1)}`
}
