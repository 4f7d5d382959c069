/** The tool with which an operator brings another API: a look at what its document would bring, then its activation. */
import { readFile, stat } from 'node:fs/promises'
import { callerKey } from '@causeway/shared-contracts/caller'
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { Integrations } from '../integrations.ts'
import { BUDGETS } from '../openapi/budgets.ts'
import { OpenApiError } from '../openapi/openapi-error.ts'
import { isVendored } from '../openapi/operation-catalog.ts'
import { variablesOf } from '../openapi/operation-connections.ts'
import type { DocumentPreview } from '../openapi/preview-document.ts'
import { previewInThread } from '../openapi/preview-in-thread.ts'
import { publicBaseUrl } from '../openapi/public-host.ts'
import { integrationTool } from './integration-tool.ts'

const MAX_ROWS = 40
/** First words of the tools that are no vendor's: a promoted operation must not take the name of one. */
const RESERVED = ['list', 'connect', 'check', 'search', 'describe', 'call', 'import']
const Input = z.object({
  mode: z.enum(['preview', 'activate', 'remove']),
  connector: z
    .string()
    .regex(/^[a-z]{2,20}$/)
    .describe('Name for it, like hubspot'),
  document: z.string().max(2_000_000).optional().describe('OpenAPI 3 or Swagger 2.0, JSON or YAML'),
  file: z
    .string()
    .regex(/^[\w-][\w.-]{0,100}$/)
    .optional()
    .describe('Instead: a file in the inbox folder'),
  overlay: z.string().max(100_000).default('').describe('YAML; see docs/openapi-import.md'),
  preview_id: z.string().max(40).optional().describe('To activate what was previewed'),
})
type Input = z.output<typeof Input>
type Call = CallContext<Integrations>

/** `import_openapi` */
export const importOpenapi = integrationTool({
  name: 'import_openapi',
  title: 'Import an API',
  description:
    'Brings another API by its OpenAPI document: preview (operations, tokens, warnings), then activate with preview_id; remove takes it away.',
  effect: 'write',
  scopes: ['integrations.admin'],
  input: Input,
  output: z.object({
    connector: z.string(),
    active: z.boolean(),
    preview_id: z.string().optional(),
    tools: z.array(z.string()),
    preview: z.unknown().optional(),
  }),
  async run(args, call) {
    const shared = call.services.connections.some(({ dialect }) => dialect.id === args.connector)
    if (isVendored(args.connector) || shared || RESERVED.includes(args.connector))
      throw new ToolError('invalid_arguments', `The name ${args.connector} is taken. Choose another.`, {
        field: 'connector',
      })
    if (args.mode === 'preview') return preview(args, call)
    return args.mode === 'activate' ? activate(args, call) : remove(args, call)
  },
})

async function preview(args: Input, call: Call) {
  const { connector, overlay } = args
  const { imports, allowedHosts, connections } = call.services.operations
  const found = await previewInThread({ connector, document: await documentOf(args, call), overlay }, call.signal)
  const variables = variablesOf(connector, true)
  const baseUrl = connections.operatorUrl(connector) ?? toToolError(() => publicBaseUrl(found.baseUrl, allowedHosts))
  const previewId = imports.stage({
    connector,
    document: found.document,
    overlay,
    promoted: found.promoted,
    owner: callerKey(call.caller),
  })
  const needs =
    found.authKind === 'none' ? 'no token' : `a token in ${variables.token} and its address in ${variables.url}`
  const effects = ['read', 'write', 'destroy'].map(
    (effect) => `${found.operations.filter((row) => row.effect === effect).length} ${effect}`,
  )
  return {
    text: [
      `${found.title} ${found.version}: ${found.operations.length} operations (${effects.join(', ')}) at ${baseUrl}, with ${needs}. Nothing is active yet.`,
      `Tokens: ${found.tokens.list} more in every list of tools (${found.promoted.length} promoted), ${found.tokens.describeMedian} to describe an operation, ${found.tokens.describeLargest} for the largest.`,
      ...found.operations.slice(0, MAX_ROWS).map((row) => `- ${row.operation} · ${row.effect} · ${row.title}`),
      ...(found.operations.length > MAX_ROWS ? [`… and ${found.operations.length - MAX_ROWS} more`] : []),
      ...found.warnings.slice(0, 10).map(({ at, problem }) => `Warning: ${at}: ${problem}`),
      `Next: import_openapi(mode="activate", connector="${connector}", preview_id="${previewId}").`,
    ].join('\n'),
    data: {
      connector,
      active: false,
      preview_id: previewId,
      tools: found.promoted.map(({ tool }) => tool),
      preview: shownPreview(found, baseUrl),
    },
  }
}

function shownPreview({ title, version, operations, warnings, tokens }: DocumentPreview, baseUrl: string) {
  return {
    title,
    version,
    base_url: baseUrl,
    operation_count: operations.length,
    operations: operations.slice(0, MAX_ROWS),
    warnings: warnings.slice(0, 20),
    tokens: { list: tokens.list, describe_median: tokens.describeMedian, describe_largest: tokens.describeLargest },
  }
}

async function documentOf({ document, file }: Input, { services }: Call): Promise<string> {
  if (document !== undefined && file === undefined) return document
  if (file === undefined || document !== undefined)
    throw new ToolError('invalid_arguments', 'Give either document or file.', { field: 'document' })
  const path = services.operations.imports.inboxFile(file)
  const { size } = await stat(path).catch(() => ({ size: -1 }))
  if (size < 0)
    throw new ToolError('not_found', `No file "${file}" in the inbox folder. Ask the operator to put it there.`, {
      field: 'file',
    })
  if (size > BUDGETS.maxBytes)
    throw new ToolError('invalid_document', `${file} has ${size} bytes, at most ${BUDGETS.maxBytes}.`)
  return readFile(path, 'utf8')
}

async function activate({ connector, preview_id: id = '' }: Input, call: Call) {
  const { imports, catalog, connections, toolsChanged } = call.services.operations
  const staged = imports.staged(id, callerKey(call.caller))
  if (staged?.connector !== connector)
    throw new ToolError(
      'not_found',
      `No preview "${id}" of ${connector} that is yours. Preview it again; previews are kept for an hour.`,
      { field: 'preview_id' },
    )
  imports.activate(staged)
  catalog.forget(connector)
  await connections.forget(connector)
  toolsChanged()
  const tools = staged.promoted.map(({ tool }) => tool)
  return {
    text: `${connector} is active: its operations are in search_operations(connector="${connector}")${tools.length > 0 ? `, and listed as ${tools.join(', ')}` : ''}.`,
    data: { connector, active: true, tools },
  }
}

async function remove({ connector }: Input, call: Call) {
  const { imports, catalog, connections, toolsChanged } = call.services.operations
  if (!imports.remove(connector))
    throw new ToolError(
      'not_found',
      `${connector} is not imported. There are: ${imports.connectors().join(', ') || 'none'}.`,
      { field: 'connector' },
    )
  catalog.forget(connector)
  await connections.forget(connector)
  toolsChanged()
  return {
    text: `${connector} is gone. Import it again to have it back.`,
    data: { connector, active: false, tools: [] },
  }
}

function toToolError<Result>(run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (error instanceof OpenApiError)
      throw new ToolError('invalid_document', `${error.message}. Nothing was imported.`)
    throw error
  }
}
