/** What callers of the last release would trip over: tools that are gone and schemas that no longer fit, unless a version or a former name says so. */
import type { DomainManifest, Release, ToolSchemas } from './domain-manifest.ts'
import { covers } from './schema-diff/covers.ts'
import { schemaChanges } from './schema-diff/schema-changes.ts'

/** What is served now. */
export interface Served {
  manifest: DomainManifest
  release: Release
}

/**
 * One sentence for each broken promise; none when callers can go on.
 * @param released what the last release promised
 */
export function breakingChanges(released: Release, served: Served): string[] {
  if (major(served.manifest.version) > major(released.version)) return []
  return Object.entries(released.tools).flatMap(([name, before]) => {
    const found = findTool(name, served)
    if (!found)
      return [
        `${name} is gone: keep its name among the aliases of its successor, or deprecate it until a major version`,
      ]
    const after = served.release.tools[found]
    if (!after || major(after.version) > major(before.version) || fits(before, after)) return []
    return [
      `${name} no longer takes or gives what it did (${changesOf(before, after)}): give it version ${major(before.version) + 1}.0.0, or keep what was`,
    ]
  })
}

function findTool(name: string, { manifest }: Served): string | undefined {
  if (Object.hasOwn(manifest.tools, name)) return name
  return Object.keys(manifest.tools).find((each) => manifest.tools[each]?.aliases.includes(name))
}

function fits(before: ToolSchemas, after: ToolSchemas): boolean {
  return (
    covers({ writer: before.input, reader: after.input }, true) &&
    covers({ writer: after.output, reader: before.output }, false)
  )
}

function changesOf(before: ToolSchemas, after: ToolSchemas): string {
  const changes = [...schemaChanges(before.input, after.input), ...schemaChanges(before.output, after.output)]
  const told = changes.filter(({ kind }) => kind !== 'reworded').map(({ at, kind }) => `${at || 'schema'} ${kind}`)
  return told.slice(0, 5).join(', ') || 'schema changed'
}

function major(version: string): number {
  return Number.parseInt(version, 10)
}
