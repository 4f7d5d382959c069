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

// What is made of a tool is made once, so that a list that has not changed is seen to be the same.
const apart = new WeakMap<Entry, Entry>()

/**
 * The tools with no interface that is another upstream's: the same URI can be two upstreams', `/mcp` reads it from one, and
 * that one's interface must not be shown the other's results. The same array when there is none.
 * @param claims whose each interface is so far: the upstream of each listed resource, then of each tool that named it first
 */
export function withOwnApps(tools: readonly Entry[], claims: Map<string, string>): readonly Entry[] {
  let isChanged = false
  const own = tools.map((tool) => {
    if (tool.appUri === undefined) return tool
    const owner = claims.get(tool.appUri) ?? tool.upstream
    claims.set(tool.appUri, owner)
    if (owner === tool.upstream) return tool
    isChanged = true
    return toolWithoutApp(tool)
  })
  return isChanged ? own : tools
}

function toolWithoutApp(tool: Entry): Entry {
  let changed = apart.get(tool)
  if (!changed) {
    const { modern, legacy } = tool.publicText
    changed = { ...tool, appUri: undefined, publicText: { modern: withoutApp(modern), legacy: withoutApp(legacy) } }
    apart.set(tool, changed)
  }
  return changed
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
