/** What the gateway announces to an agent: its own part, and what it does not know itself as the agent's upstreams announce it. */
import type { UpstreamCatalog } from '../catalog/catalog.ts'
import { isObject } from '../wire/envelope.ts'
import { extensionsOf, readsDirectories, SKILLS_EXTENSION, servesSkills, TASKS_EXTENSION } from '../wire/extensions.ts'
import type { Era } from '../wire/revisions.ts'
import type { View } from './view.ts'

type Capabilities = Readonly<Record<string, unknown>>

/** Those that the gateway answers for itself; the experimental tasks of 2025-11-25 are not served. */
const OWN = new Set(['tools', 'prompts', 'resources', 'completions', 'logging', 'tasks', 'extensions', 'experimental'])

/** The capabilities of a view. Where several upstreams settle the same thing differently, the first configured one is heard. */
export function capabilitiesOf(view: View, agentEra: Era): Record<string, unknown> {
  const parts = view.upstreams()
  const experimental = merged(parts.map(({ identity }) => identity.capabilities.experimental))
  const extensions = announcedExtensions(parts, agentEra)
  const unknown = parts.map(({ identity }) => without(identity.capabilities, OWN))
  return {
    ...merged(unknown),
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { listChanged: true, ...(parts.some(offersUpdates) ? { subscribe: true } : {}) },
    ...Object.fromEntries(
      ['completions', 'logging']
        .filter((name) => parts.some((part) => part.identity.capabilities[name]))
        .map((name) => [name, {}]),
    ),
    ...(Object.keys(experimental).length > 0 ? { experimental } : {}),
    ...(Object.keys(extensions).length > 0 ? { extensions } : {}),
  }
}

function announcedExtensions(parts: readonly UpstreamCatalog[], agentEra: Era): Record<string, unknown> {
  const all = parts.map(({ identity: { capabilities, era } }) => {
    const extensions = extensionsOf(capabilities)
    return agentEra === 'modern' && era === 'modern' ? extensions : without(extensions, new Set([TASKS_EXTENSION]))
  })
  const extensions = merged(all)
  const skills = parts.filter(({ identity }) => servesSkills(identity.capabilities))
  if (skills.some(({ identity }) => readsDirectories(identity.capabilities)))
    extensions[SKILLS_EXTENSION] = { ...(extensions[SKILLS_EXTENSION] as object), directoryRead: true }
  return extensions
}

/** Settings of several upstreams in one: by name, and within a name by setting. */
function merged(all: readonly unknown[]): Record<string, unknown> {
  const result = new Map<string, unknown>()
  for (const each of all.filter(isObject))
    for (const [name, settings] of Object.entries(each)) {
      const before = result.get(name)
      if (before === undefined) result.set(name, settings)
      else if (isObject(before) && isObject(settings)) result.set(name, { ...settings, ...before })
    }
  return Object.fromEntries(result)
}

function without(capabilities: Capabilities, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(capabilities).filter(([name]) => !names.has(name)))
}

function offersUpdates({ identity }: UpstreamCatalog): boolean {
  const { resources } = identity.capabilities
  return isObject(resources) && resources.subscribe === true
}
