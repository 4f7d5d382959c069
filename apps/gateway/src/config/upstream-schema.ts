/** The shape of one upstream: how it is reached, how long it may take, and what its tools are known to be. */
import { z } from 'zod'
import { calledUrl } from './http-url.ts'
import { REFERENCE_FORMS } from './secret.ts'
import { secret } from './secret-text.ts'
import { duration, size } from './units.ts'
import { upstreamAuthSchema } from './upstream-auth-schema.ts'
import { completeUpstreams } from './upstream-config.ts'
import { contradictionsOf, KINDS } from './upstream-contradictions.ts'

const text = (maxLength: number) => z.string().min(1, 'Want some text').max(maxLength)
// No spaces and stars: a selector could not name such a label.
const label = z.string().regex(/^[^\s*]{1,64}$/, 'Want a label of up to 64 characters without spaces and "*"')
const toolName = z.string().min(1, 'Want the name of a tool').max(128)
const callTimeout = duration('100ms', '15m')

const toolSchema = z.strictObject({
  aliases: z.array(toolName).default([]).describe('Former names; a call to one still works.'),
  description: text(2_000).optional().describe('Replaces what the upstream says.'),
  tags: z.array(label).default([]).describe('For rules: tag:<glob>.'),
  scopes: z.array(label).optional().describe('For rules: scope:<glob>; replaces what a trusted upstream says.'),
  effect: z.enum(['read', 'write', 'destroy']).optional().describe('What a call may do; unknown counts as write.'),
  hidden: z.boolean().default(false).describe('Leaves the tool out for everyone.'),
  timeout: callTimeout.optional().describe("Deadline of a call, in place of the upstream's."),
})

const shape = z.strictObject({
  run: text(1_024)
    .optional()
    .describe("Folder of a domain server to run as a supervised child, from this file's folder."),
  url: calledUrl.optional().describe('URL of a streamable HTTP endpoint.'),
  command: z
    .array(text(4_096))
    .min(1, 'Want a program')
    .optional()
    .describe('Program and arguments that speak MCP on stdio.'),
  title: text(100).optional().describe('Name for people.'),
  owner: text(100).optional().describe('The team that answers for it.'),
  tags: z.array(label).default([]).describe('Labels of all its tools: tag:<glob> in rules.'),
  enabled: z.boolean().default(true),
  namespace: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,15}$/, 'Want an id such as "projects", or none')
    .optional()
    .describe('Prefix of its public names, the id by default; `none` for at most one upstream.'),
  era: z.enum(['auto', 'modern', 'legacy']).default('auto').describe('Protocol revision; auto finds out.'),
  trust: z
    .enum(['auto', 'review'])
    .optional()
    .describe(
      'Definitions seen for the first time: auto accepts them, review waits for `causeway drift approve`. Both hold back what changes; without it, `run` is accepted as its folder publishes it, and all others are auto.',
    ),
  approveCompatible: z
    .boolean()
    .default(false)
    .describe('Whether a change is accepted that only adds what callers may ignore; without it every change waits.'),
  trustMetadata: z
    .boolean()
    .optional()
    .describe('Whether effect, scopes and tags that it states itself count; true by default for `run` alone.'),
  asks: z
    .strictObject({ elicitation: z.boolean(), sampling: z.boolean(), roots: z.boolean() })
    .partial()
    .optional()
    .describe('Which requests it may make of agents: elicitation is on by default, sampling and roots are off.'),
  perCaller: z
    .boolean()
    .default(false)
    .describe(
      'Whether each caller gets a child of `command` of its own, with what its client can be asked; at most 16.',
    ),
  resultSchema: z
    .enum(['off', 'warn', 'enforce'])
    .default('off')
    .describe(
      'What happens to results that break the output schema of their tool: warn reports them, enforce refuses them.',
    ),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w{0,127}$/, 'Want the name of an environment variable'), secret)
    .default({})
    .describe(`Environment of run and command; values may hold ${REFERENCE_FORMS}.`),
  headers: z
    .record(z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,128}$/, 'Want the name of an HTTP header'), secret)
    .default({})
    .describe(`Headers for url; values may hold ${REFERENCE_FORMS}.`),
  timeout: callTimeout.prefault('30s').describe('Deadline of a call, at most 15m.'),
  maxResultBytes: size('1KiB', '64MiB').prefault('4MiB').describe('Largest answer.'),
  concurrency: z.int().min(1).max(10_000).default(64).describe('Calls at the same time; more wait in a short queue.'),
  retryable: z.array(toolName).default([]).describe('Tools that may be called again when an answer is lost.'),
  refresh: duration('1s', '1d').prefault('5m').describe('How often its definitions are listed again.'),
  auth: upstreamAuthSchema
    .optional()
    .describe('How the gateway presents itself; `gateway` by default for `run`, else none.'),
  tools: z.record(toolName, toolSchema).default({}).describe('What is known about single tools, by original name.'),
})

/** One upstream as written, with defaults and units applied. */
export type WrittenUpstream = z.output<typeof shape>

const upstreamSchema = shape
  .superRefine(
    (written, context) => {
      for (const [path, message] of contradictionsOf(written)) context.addIssue({ code: 'custom', path, message })
    },
    { when: ({ value }) => typeof value === 'object' && value !== null },
  )
  .meta({ oneOf: KINDS.map((kind) => ({ required: [kind] })) })

/** The upstreams by id. */
export const upstreamsSchema = z
  .record(
    z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,15}$/, 'Want an id of lower case letters, digits and "-", up to 16, letter first')
      .refine((id) => id !== 'none', 'Want another id: "none" stands for no namespace'),
    upstreamSchema,
  )
  .prefault({})
  .transform(completeUpstreams)
  .describe('The upstreams by id; their order here is the order of the lists.')
