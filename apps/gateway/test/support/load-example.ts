/** Loads an example's configuration as a user would run it, with the packages that it would fetch by npx taken from this installation. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import type { StoryConfig } from './start-gateway.ts'

type Written = StoryConfig & { upstreams: Record<string, { command?: string[]; run?: string; [key: string]: unknown }> }

const EXAMPLES = join(import.meta.dirname, '../../../../examples')
const VERSION = /@(\d[^@]*)$/

/** Everything of the file but where it listens and keeps its data. */
export function loadExample(name: string): Written {
  const file = join(EXAMPLES, name, 'causeway.yaml')
  const { upstreams, agents, rules, tests, auth } = parse(readFileSync(file, 'utf8')) as Written
  for (const upstream of Object.values(upstreams)) {
    if (upstream.command) upstream.command = installed(upstream.command)
    if (upstream.run) upstream.run = resolve(dirname(file), upstream.run)
  }
  return Object.fromEntries(
    Object.entries({ upstreams, agents, rules, tests, auth }).filter(([, value]) => value !== undefined),
  ) as Written
}

/** The command that runs a package of this installation as `npx -y <package>@<version>` would. */
export function installed([npx, yes, named = '', ...args]: readonly string[]): string[] {
  if (npx !== 'npx' || yes !== '-y') throw new Error(`Not a command of npx: ${npx} ${yes}`)
  const manifestPath = createRequire(import.meta.url).resolve(`${named.replace(VERSION, '')}/package.json`)
  const { version, bin } = JSON.parse(readFileSync(manifestPath, 'utf8')) as {
    version: string
    bin: Record<string, string>
  }
  if (VERSION.exec(named)?.[1] !== version) throw new Error(`Version ${version} is installed, and not ${named}`)
  return [process.execPath, join(dirname(manifestPath), Object.values(bin)[0] as string), ...args]
}
