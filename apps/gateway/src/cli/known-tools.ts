/** What is known of tools without asking the gateway: the facts that it wrote down when it last published its catalog. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DefinitionFacts } from '../policy/definition-facts.ts'
import type { FactsLookup } from '../policy/run-tests.ts'
import { CliError } from './cli-error.ts'

/** Facts by public name or alias, and all of them. */
export interface KnownTools extends FactsLookup {
  tools: readonly DefinitionFacts[]
}

/**
 * Reads `{dataDir}/catalog.json`; without one nothing is known.
 * @throws CliError when the file is damaged
 */
export function readKnownTools(dataDir: string): KnownTools {
  const tools = readTools(join(dataDir, 'catalog.json'))
  const byName = new Map<string, DefinitionFacts>()
  for (const tool of tools ?? []) for (const alias of tool.aliases) byName.set(alias, tool)
  for (const tool of tools ?? []) byName.set(tool.publicName, tool)
  return { tools: tools ?? [], catalogIsKnown: tools !== undefined, factsOf: (name) => byName.get(name) }
}

/** The facts that a name alone tells: whose it would be; its effect unknown, which counts as a write. */
export function factsOfName(publicName: string, upstreams: readonly string[]): DefinitionFacts {
  const owners = upstreams.filter((id) => publicName.startsWith(`${id}__`))
  const upstream = owners[0] ?? publicName.split('__', 1)[0] ?? publicName
  return { publicName, aliases: [], upstream, scopes: [], tags: [] }
}

function readTools(file: string): DefinitionFacts[] | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { tools: DefinitionFacts[] }).tools
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CliError('configuration', `Cannot read "${file}": ${(error as Error).message}`, {
      code: 'catalog_unreadable',
      hint: 'Remove the file; the gateway writes it again when it lists its upstreams',
    })
  }
}
