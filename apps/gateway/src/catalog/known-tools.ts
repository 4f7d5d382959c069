/** What is known of tools without asking the gateway: the facts that it wrote down when it last published its catalog. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CliError } from '../cli/cli-error.ts'
import type { Config } from '../config/schema.ts'
import type { Action, DefinitionFacts } from '../policy/definition-facts.ts'
import type { FactsLookup } from '../policy/run-tests.ts'
import type { Catalog } from './catalog.ts'
import { KINDS, type Kind } from './definition.ts'

/** Facts by public name or alias, and all of them. */
export interface KnownTools extends FactsLookup {
  tools: readonly DefinitionFacts[]
  /** Facts of everything, by what rules call it. */
  definitions: Readonly<Record<Action, readonly DefinitionFacts[]>>
}

/**
 * Reads `catalog.json` of the data directory; without one nothing is known. The catalog counts as known
 * once every enabled upstream was listed, because an upstream that never was proves nothing about its tools.
 * @throws CliError when the file is damaged
 */
export function readKnownTools(config: Pick<Config, 'dataDir' | 'upstreams'>): KnownTools {
  const facts = readFacts(join(config.dataDir, 'catalog.json'))
  const listed = new Set(facts.tools.map((tool) => tool.upstream))
  const catalogIsKnown = Object.entries(config.upstreams).every(([id, { enabled }]) => !enabled || listed.has(id))
  return { ...lookupOf(facts), catalogIsKnown }
}

/** The same of a catalog; what is in quarantine counts as it was before. */
export function knownToolsOf({ entries, quarantined, configured, upstreams }: Catalog): KnownTools {
  const facts = Object.fromEntries(
    KINDS.map((kind) => [kind, [...entries[kind], ...quarantined[kind]].map((entry) => entry.facts)]),
  ) as Record<Kind, DefinitionFacts[]>
  return { ...lookupOf(facts), catalogIsKnown: configured.every((id) => upstreams.has(id)) }
}

function lookupOf(facts: Record<Kind, DefinitionFacts[]>): Omit<KnownTools, 'catalogIsKnown'> {
  const { tools, prompts, resources, templates, skills } = facts
  const byName = new Map<string, DefinitionFacts>()
  for (const tool of tools) for (const alias of tool.aliases) byName.set(alias, tool)
  for (const tool of tools) byName.set(tool.publicName, tool)
  const definitions = { tool: tools, prompt: prompts, resource: [...resources, ...templates, ...skills] }
  return { tools, definitions, factsOf: (name) => byName.get(name) }
}

/** The facts that a name alone tells: whose it would be; its effect unknown, which counts as a write. */
export function factsOfName(publicName: string, upstreams: readonly string[]): DefinitionFacts {
  const owners = upstreams.filter((id) => publicName.startsWith(`${id}__`))
  const upstream = owners[0] ?? publicName.split('__', 1)[0] ?? publicName
  return { publicName, aliases: [], upstream, scopes: [], tags: [] }
}

function readFacts(file: string): Record<Kind, DefinitionFacts[]> {
  const nothing = Object.fromEntries(KINDS.map((kind) => [kind, []])) as unknown as Record<Kind, DefinitionFacts[]>
  try {
    return { ...nothing, ...(JSON.parse(readFileSync(file, 'utf8')) as object) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nothing
    throw new CliError('configuration', `Cannot read "${file}": ${(error as Error).message}`, {
      code: 'catalog_unreadable',
      hint: 'Remove the file; the gateway writes it again when it lists its upstreams',
    })
  }
}
