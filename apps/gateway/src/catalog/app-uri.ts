/** The user interface that a tool names for its results (Apps extension, "Resource Discovery"): which one it is, and how a tool goes without. */
import { isObject } from '../wire/envelope.ts'
import { type Member, membersOf, withMembers } from '../wire/json-span.ts'
import type { Entry } from './definition.ts'

/** The spelling of early versions of the extension. */
const FLAT_KEY = 'ui/resourceUri'

/** The URI of the interface that a tool's definition names, if it names one. */
export function appUri({ _meta }: Readonly<Record<string, unknown>>): string | undefined {
  if (!isObject(_meta)) return undefined
  const uri = (isObject(_meta.ui) ? _meta.ui.resourceUri : undefined) ?? _meta[FLAT_KEY]
  return typeof uri === 'string' ? uri : undefined
}

/**
 * The tools with no interface that is another upstream's: the same URI can be two upstreams', `/mcp` reads it from one, and
 * that one's interface must not be shown the other's results.
 * @param owners the upstream of each listed resource
 */
export function withOwnApps(tools: readonly Entry[], owners: ReadonlyMap<string, string>): readonly Entry[] {
  const claims = new Map(owners)
  return tools.map((tool) => {
    if (tool.appUri === undefined) return tool
    const owner = claims.get(tool.appUri) ?? tool.upstream
    claims.set(tool.appUri, owner)
    if (owner === tool.upstream) return tool
    const { modern, legacy } = tool.publicText
    return { ...tool, appUri: undefined, publicText: { modern: withoutApp(modern), legacy: withoutApp(legacy) } }
  })
}

function withoutApp(text: string): string {
  return changed(text, '_meta', (meta) => {
    const flat = withMembers(meta, membersOf(meta, 0), { [FLAT_KEY]: undefined })
    return changed(flat, 'ui', (ui) => withMembers(ui, membersOf(ui, 0), { resourceUri: undefined }))
  })
}

function changed(text: string, key: string, change: (inner: string) => string): string {
  const members = membersOf(text, 0)
  const member: Member | undefined = members.findLast((each) => each.key === key)
  if (!member || text[member.start] !== '{') return text
  return withMembers(text, members, { [key]: change(text.slice(member.start, member.end)) })
}
