/** Writes the OpenAPI 3.1 description of the admin API from its routes, so that what is documented is what is checked. */
import { z } from 'zod'
import { FAILURES, type FailureCode } from '../failures.ts'
import type { Route } from './route.ts'

type Json = Record<string, unknown>

/** Failures that every route behind the door can have. */
const OF_ALL: readonly FailureCode[] = ['host_forbidden', 'origin_forbidden', 'internal']
const OF_ADMITTED: readonly FailureCode[] = ['admin_unauthorized', 'csrf_forbidden', 'too_many_attempts']

const errorSchema = z
  .looseObject({
    error: z.looseObject({
      code: z.string().describe('Stable; docs/errors.md explains each.'),
      message: z.string(),
      hint: z.string().describe('What to do about it.'),
      requestId: z.string(),
      problems: z
        .array(z.strictObject({ at: z.string(), message: z.string() }))
        .optional()
        .describe('What is wrong with the input, and where.'),
    }),
  })
  .meta({ id: 'Error' })

/** The description, as a JSON value. */
export function openApiDocument(routes: readonly Route[]): Json {
  const schemas: Json = {}
  const toSchema = (schema: z.ZodType, io: 'input' | 'output') => schemaOf(schema, io, schemas)
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route, toSchema) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Causeway admin API',
      version: '0.1.0',
      description: 'On the admin listener alone, by default http://127.0.0.1:8932. See docs/admin-api.md.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://127.0.0.1:8932' }],
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Made by `causeway admin token`.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-causeway-admin',
          description: 'Of a signed-in browser.',
        },
      },
      schemas,
    },
  }
}

type ToSchema = (schema: z.ZodType, io: 'input' | 'output') => Json

function operationOf(route: Route, toSchema: ToSchema): Json {
  const { id, summary, tag, access, body, failures, match } = route
  const own = [
    ...(route.query || body || route.params ? (['input_invalid'] as const) : []),
    ...(body ? (['media_type_unsupported', 'body_too_large'] as const) : []),
    ...(access === 'write' ? (['admin_read_only'] as const) : []),
    ...(match ? (['precondition_required', 'precondition_failed'] as const) : []),
  ]
  const codes = [...OF_ALL, ...(access === 'open' ? [] : OF_ADMITTED), ...own, ...failures]
  return {
    operationId: id,
    summary,
    tags: [tag],
    ...(access === 'open' ? { security: [] } : {}),
    parameters: [
      ...parametersOf(route.params, 'path', toSchema),
      ...parametersOf(route.query, 'query', toSchema),
      ...matchOf(match),
    ],
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: toSchema(body, 'input') } } } }
      : {}),
    responses: { [String(route.status)]: successOf(route, toSchema), ...failuresOf(codes, toSchema) },
  }
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query', toSchema: ToSchema): Json[] {
  if (!schema) return []
  const { properties = {}, required = [] } = toSchema(schema, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...each }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: each,
  }))
}

function matchOf(match: Route['match']): Json[] {
  if (!match) return []
  const description =
    match === 'always' ? 'The ETag of what was read.' : 'The ETag of what is to be replaced; leave it out to create.'
  return [{ name: 'If-Match', in: 'header', required: match === 'always', description, schema: { type: 'string' } }]
}

function successOf({ answer, mediaType = 'application/json', hasEtag, status }: Route, toSchema: ToSchema): Json {
  const description = status === 201 ? 'Made.' : status === 204 ? 'Done.' : 'As asked.'
  return {
    description,
    ...(hasEtag ? { headers: { ETag: { description: 'For If-Match.', schema: { type: 'string' } } } } : {}),
    ...(answer ? { content: { [mediaType]: { schema: toSchema(answer, 'output') } } } : {}),
  }
}

function failuresOf(codes: readonly FailureCode[], toSchema: ToSchema): Json {
  const byStatus = new Map<string, FailureCode[]>()
  for (const code of new Set(codes)) {
    const { http } = FAILURES[code]
    const status = String(http === 200 ? 500 : http)
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const content = { 'application/json': { schema: toSchema(errorSchema, 'output') } }
  return Object.fromEntries(
    [...byStatus].map(([status, each]) => [status, { description: `\`${each.join('`, `')}\``, content }]),
  )
}

// Schemas with an id stand among the components once, under that id.
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const {
    $schema: _,
    $defs = {},
    ...own
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json & { $defs?: Json }
  for (const [id, each] of Object.entries($defs)) components[id] = withComponentRefs(each)
  const id = own.id as string | undefined
  if (id === undefined) return withComponentRefs(own) as Json
  components[id] = withComponentRefs(own)
  return { $ref: `#/components/schemas/${id}` }
}

function withComponentRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withComponentRefs)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
    if (key === '$ref' && typeof each === 'string') return [[key, each.replace('#/$defs/', '#/components/schemas/')]]
    return key === 'id' && typeof each === 'string' && /^[A-Z]/.test(each) ? [] : [[key, withComponentRefs(each)]]
  })
  return Object.fromEntries(entries)
}
