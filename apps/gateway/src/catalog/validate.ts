/** The `validate` step: checks each definition and gathers the facts that policy judges it by; what fails is left out with a reason. */
import { TOOL_META_KEY } from '@causeway/shared-contracts/wire-names'
import type { UpstreamConfig } from '../config/schema.ts'
import { isObject } from '../wire/envelope.ts'
import { paramHeadersOf } from '../wire/param-headers.ts'
import { type Definition, KINDS, type Kind, type LeftOut, LISTS } from './definition.ts'
import { LIST_LIMITS, type RawDefinition } from './list-all.ts'

/** The definitions of one upstream that can be served, and the others. */
export interface Validated {
  definitions: Definition[]
  leftOut: LeftOut[]
}

/** Checks everything an upstream listed. Never throws: one bad definition harms only itself. */
export function validate(upstream: string, config: UpstreamConfig, lists: Record<Kind, RawDefinition[]>): Validated {
  const definitions: Definition[] = []
  const leftOut: LeftOut[] = []
  for (const kind of KINDS) {
    const seen = new Set<string>()
    for (const raw of lists[kind]) {
      const name = nameOf(kind, raw.value)
      try {
        if (seen.has(name)) throw new Error('listed twice')
        seen.add(name)
        const definition = check(kind, raw, { upstream, config, name })
        if (definition) definitions.push(definition)
      } catch (error) {
        leftOut.push({ kind, name: name.slice(0, 128), reason: (error as Error).message })
      }
    }
  }
  return { definitions, leftOut }
}

interface Where {
  upstream: string
  config: UpstreamConfig
  name: string
}

function check(kind: Kind, raw: RawDefinition, where: Where): Definition | undefined {
  const { value } = raw
  if (!isObject(value)) throw new Error('not an object')
  if (where.name === '') throw new Error(`no ${LISTS[kind].idField}`)
  if (Buffer.byteLength(raw.text) > LIST_LIMITS.definitionBytes)
    throw new Error(`larger than ${LIST_LIMITS.definitionBytes} bytes`)
  const settings = kind === 'tools' ? where.config.tools[where.name] : undefined
  if (settings?.hidden) return undefined
  CHECKS[kind](value, where.name)
  const facts = factsOf(kind, value, where)
  return {
    kind,
    upstream: where.upstream,
    originalName: where.name,
    text: raw.text,
    facts,
    aliases: settings?.aliases ?? [],
    paramHeaders: kind === 'tools' ? paramHeadersOf(value.inputSchema) : [],
    hasBareOutput: isObject(value.outputSchema) && value.outputSchema.type !== 'object',
    timeoutMs: settings?.timeoutMs ?? where.config.timeoutMs,
  }
}

const CHECKS: Record<Kind, (value: Record<string, unknown>, name: string) => void> = {
  tools(value, name) {
    if (name.length > 256) throw new Error('its name is longer than 256 characters')
    if (!isObject(value.inputSchema) || value.inputSchema.type !== 'object')
      throw new Error('its inputSchema is not an object schema')
    if (value.outputSchema !== undefined && !isObject(value.outputSchema))
      throw new Error('its outputSchema is not a schema')
  },
  prompts(value, name) {
    if (name.length > 256) throw new Error('its name is longer than 256 characters')
    if (value.arguments !== undefined && !Array.isArray(value.arguments))
      throw new Error('its arguments are not a list')
  },
  resources(_value, uri) {
    if (!URL.canParse(uri)) throw new Error('its uri is not a URI')
  },
  templates(_value, template) {
    if (template.length > 2_048) throw new Error('its uriTemplate is longer than 2048 characters')
  },
}

function nameOf(kind: Kind, value: unknown): string {
  const name = isObject(value) ? value[LISTS[kind].idField] : undefined
  return typeof name === 'string' ? name : ''
}

// What a stranger says of its own tools grants nothing: only configuration and trusted upstreams count.
function factsOf(kind: Kind, value: Record<string, unknown>, { upstream, config, name }: Where): Definition['facts'] {
  const settings = kind === 'tools' ? config.tools[name] : undefined
  const said =
    config.trustMetadata && isObject(value._meta) && isObject(value._meta[TOOL_META_KEY])
      ? value._meta[TOOL_META_KEY]
      : {}
  const effect = settings?.effect ?? (isEffect(said.effect) ? said.effect : undefined)
  return {
    publicName: name,
    aliases: settings?.aliases ?? [],
    upstream,
    ...(effect ? { effect } : {}),
    scopes: settings?.scopes ?? strings(said.scopes),
    tags: [...config.tags, ...(settings?.tags ?? strings(said.tags))],
    ...(kind === 'resources' || kind === 'templates' ? { uri: name } : {}),
  }
}

function isEffect(value: unknown): value is 'read' | 'write' | 'destroy' {
  return value === 'read' || value === 'write' || value === 'destroy'
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
