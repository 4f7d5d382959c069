/** The manifest and the last release of a domain server as files of its package, for people to review and tools to compare. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DomainManifest, Release } from './domain-manifest.ts'

/** Text of `domain.manifest.json`. */
export function manifestText(manifest: DomainManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** Text of `domain.released.json`: a line for each tool. */
export function releaseText({ version, tools }: Release): string {
  const lines = Object.entries(tools).map(([name, tool]) => `    ${JSON.stringify(name)}: ${JSON.stringify(tool)}`)
  return `{\n  "version": ${JSON.stringify(version)},\n  "tools": {\n${lines.join(',\n')}\n  }\n}\n`
}

/** What a package's files say; absent where there is none. */
export function readManifestFiles(folder: string): { manifest?: string; release?: Release } {
  const read = (name: string) => {
    const file = join(folder, name)
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined
  }
  const [manifest, release] = [read('domain.manifest.json'), read('domain.released.json')]
  return {
    ...(manifest === undefined ? {} : { manifest }),
    ...(release === undefined ? {} : { release: JSON.parse(release) as Release }),
  }
}
