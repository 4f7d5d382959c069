/** The `validate` step: checks each definition and gathers the facts that policy judges it by; what fails is left out with a reason. */
import { MESSAGES_VERSION } from '@causeway/shared-contracts/call-message'
import { TOOL_META_KEY } from '@causeway/shared-contracts/wire-names'
import type { UpstreamConfig } from '../config/schema.ts'
import { argumentTypesOf } from '../policy/argument-types.ts'
import { isObject } from '../wire/envelope.ts'
import { paramHeadersOf } from '../wire/param-headers.ts'
import { strictScan } from '../wire/strict-scan.ts'
import { appUri } from './app-uri.ts'
import { type Definition, KINDS, type Kind, type LeftOut, LISTS } from './definition.ts'
import { shapeProblem } from './definition-shape.ts'
import { hiddenCharacter, hiddenReason } from './hidden-text.ts'
import { isBareOutput, legacySchemas } from './legacy-schemas.ts'
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
        const definition = check(kind, raw, { upstream, config, name })
        if (seen.has(name)) throw new Error('listed twice')
        seen.add(name)
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

function check(kind: Kind, { text, value }: RawDefinition, where: Where): Definition | undefined {
  if (!isObject(value)) throw new Error('not an object')
  if (where.name === '') throw new Error(`no ${LISTS[kind].idField}`)
  const problem = textProblem(kind, text) ?? shapeProblem(kind, value)
  if (problem) throw new Error(problem)
  const hidden = hiddenCharacter(value, text)
  if (hidden) throw new Error(hiddenReason(hidden))
  const isTool = kind === 'tools'
  const settings = isTool ? where.config.tools[where.name] : undefined
  if (settings?.hidden) return undefined
  const facts = factsOf(kind, value, where)
  return {
    kind,
    upstream: where.upstream,
    originalName: where.name,
    text,
    facts,
    aliases: facts.aliases,
    paramHeaders: isTool ? paramHeadersOf(value.inputSchema) : [],
    hasBareOutput: isBareOutput(value.outputSchema),
    legacyMembers: isTool ? legacySchemas(text, value) : {},
    fileUris: kind === 'skills' ? fileUrisOf(value) : [],
    appUri: isTool ? appUri(value) : undefined,
    ...messagesOf(kind, value, where),
    timeoutMs: settings?.timeoutMs ?? where.config.timeoutMs,
  }
}

// What two parsers read differently could be one thing for the gateway and another for the client.
function textProblem(kind: Kind, text: string): string | undefined {
  const maxBytes = kind === 'skills' ? LIST_LIMITS.skillBytes : LIST_LIMITS.definitionBytes
  if (Buffer.byteLength(text) > maxBytes) return `larger than ${maxBytes} bytes`
  const fault = strictScan(text)
  if (fault?.fault === 'too-deep') return 'nested deeper than 64 levels'
  return fault?.fault === 'duplicate-key' ? `the key ${JSON.stringify(fault.key.slice(0, 64))} stands twice` : undefined
}

function fileUrisOf({ resources }: Record<string, unknown>): string[] {
  return Array.isArray(resources) ? resources.map((file: { uri: string }) => file.uri) : []
}

function nameOf(kind: Kind, value: unknown): string {
  const name = isObject(value) ? value[LISTS[kind].idField] : undefined
  return typeof name === 'string' ? name : ''
}

// What a stranger says of its own tools grants nothing: only configuration and trusted upstreams count.
function factsOf(kind: Kind, value: Record<string, unknown>, { upstream, config, name }: Where): Definition['facts'] {
  const settings = kind === 'tools' ? config.tools[name] : undefined
  const said = saidOf(value, config)
  const effect = settings?.effect ?? (isEffect(said.effect) ? said.effect : undefined)
  return {
    publicName: name,
    aliases: [...new Set([...(settings?.aliases ?? []), ...(kind === 'tools' ? strings(said.aliases) : [])])],
    upstream,
    ...(effect ? { effect } : {}),
    scopes: settings?.scopes ?? strings(said.scopes),
    tags: [...config.tags, ...(settings?.tags ?? strings(said.tags))],
    ...(kind === 'tools' ? { arguments: argumentTypesOf(value.inputSchema) } : {}),
    ...(kind === 'tools' || kind === 'prompts' ? {} : { uri: name }),
  }
}

// Only to who is told the caller anyway, and asks for it.
function messagesOf(kind: Kind, value: Record<string, unknown>, { config }: Where): Pick<Definition, 'messages'> {
  const said = saidOf(value, config)
  const isSpoken = kind === 'tools' && config.auth.mode === 'gateway' && said.messages === MESSAGES_VERSION
  return isSpoken ? { messages: { usesContext: said.usesContext === true } } : {}
}

function saidOf(value: Record<string, unknown>, { trustMetadata }: UpstreamConfig): Record<string, unknown> {
  const said = trustMetadata && isObject(value._meta) ? value._meta[TOOL_META_KEY] : undefined
  return isObject(said) ? said : {}
}

function isEffect(value: unknown): value is 'read' | 'write' | 'destroy' {
  return value === 'read' || value === 'write' || value === 'destroy'
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
