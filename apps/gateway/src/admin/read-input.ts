/** Reads and checks what a request to the admin API brings: its parameters, its query and its body. */
import type { Context } from 'hono'
import type { z } from 'zod'
import { GatewayError } from '../errors.ts'
import type { Asked, Route } from './route.ts'

/** Largest body, bytes: a policy of thousands of rules fits. */
const MAX_ADMIN_BODY_BYTES = 1024 * 1024

/** The input of a route.
 * @throws GatewayError input_invalid | media_type_unsupported | body_too_large | precondition_required
 */
export async function readInput(
  context: Context,
  route: Route,
): Promise<Pick<Asked, 'params' | 'query' | 'body' | 'ifMatch' | 'lastEventId'>> {
  const params = route.params && check(route.params, context.req.param(), 'path')
  const query = route.query && check(route.query, singleValues(context), 'query')
  const ifMatch = context.req.header('if-match')
  if (route.match === 'always' && ifMatch === undefined)
    throw new GatewayError('precondition_required', 'Cannot change anything unread: If-Match is missing')
  const body = route.body && check(route.body, await readJson(context), 'body')
  return { params, query, body, ifMatch, lastEventId: context.req.header('last-event-id') }
}

function check(schema: z.ZodType, value: unknown, where: string): unknown {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => ({
    at: [where, ...path.map(String)].join('.'),
    message,
  }))
  throw new GatewayError('input_invalid', `Cannot read the ${where}: ${problems[0]?.message}`, { data: { problems } })
}

function singleValues(context: Context): Record<string, string> {
  const values = Object.entries(context.req.queries())
  const repeated = values.find(([, each]) => each.length > 1)
  if (repeated) throw new GatewayError('input_invalid', `Cannot read the query: "${repeated[0]}" stands twice`)
  return Object.fromEntries(values.map(([name, [value]]) => [name, value as string]))
}

async function readJson(context: Context): Promise<unknown> {
  const type = context.req.header('content-type') ?? ''
  const encoding = context.req.header('content-encoding') ?? 'identity'
  if (!/^application\/json\s*(;|$)/i.test(type) || encoding !== 'identity')
    throw new GatewayError('media_type_unsupported', 'Cannot read the body: Content-Type is not application/json')
  const bytes = await readBytes(context)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new GatewayError('input_invalid', 'Cannot read the body: it is not JSON')
  }
}

async function readBytes(context: Context): Promise<Uint8Array> {
  const tooLarge = () =>
    new GatewayError('body_too_large', `Cannot read the body: larger than ${MAX_ADMIN_BODY_BYTES} bytes`, {
      hint: 'Send at most 1 MiB.',
    })
  if (Number(context.req.header('content-length') ?? 0) > MAX_ADMIN_BODY_BYTES) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of context.req.raw.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_ADMIN_BODY_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
