/** The shapes in which clients read definitions: their parsers refuse a whole list for one definition that differs, so such a one must not get into it. */
import { z } from 'zod'
import type { Kind } from './definition.ts'
import { skillShape } from './skill-shape.ts'

const text = z.string()
const optionalText = text.optional()
const meta = z.looseObject({}).optional()

const named = {
  name: text,
  title: optionalText,
  description: optionalText,
  icons: z
    .array(
      z.looseObject({
        src: text,
        mimeType: optionalText,
        sizes: z.array(text).optional(),
        theme: z.enum(['light', 'dark']).optional(),
      }),
    )
    .optional(),
  _meta: meta,
}

const subschema = z.union([z.boolean(), z.looseObject({})], { error: 'not a schema' })
const schema = z.looseObject({
  $schema: optionalText,
  properties: z.record(text, subschema).optional(),
  required: z.array(text).optional(),
})

const tool = z.looseObject({
  ...named,
  name: text.max(256),
  inputSchema: schema.extend({ type: z.literal('object') }),
  outputSchema: schema.optional(),
  annotations: z
    .looseObject({
      title: optionalText,
      readOnlyHint: z.boolean().optional(),
      destructiveHint: z.boolean().optional(),
      idempotentHint: z.boolean().optional(),
      openWorldHint: z.boolean().optional(),
    })
    .optional(),
  execution: z.looseObject({ taskSupport: z.enum(['required', 'optional', 'forbidden']).optional() }).optional(),
})

const prompt = z.looseObject({
  ...named,
  name: text.max(256),
  arguments: z
    .array(z.looseObject({ name: text, description: optionalText, required: z.boolean().optional() }))
    .optional(),
})

const resourceLike = {
  ...named,
  mimeType: optionalText,
  annotations: z
    .looseObject({
      audience: z.array(z.enum(['user', 'assistant'])).optional(),
      priority: z.number().min(0).max(1).optional(),
      lastModified: z.iso.datetime({ offset: true }).optional(),
    })
    .optional(),
}

const SHAPES: Record<Kind, z.ZodType> = {
  tools: tool,
  prompts: prompt,
  resources: z.looseObject({
    ...resourceLike,
    uri: text.refine((uri) => URL.canParse(uri), 'not a URI'),
    size: z.number().optional(),
  }),
  templates: z.looseObject({ ...resourceLike, uriTemplate: text.max(2_048) }),
  skills: skillShape,
}

/** Why clients would refuse the definition, or `undefined`. */
export function shapeProblem(kind: Kind, value: unknown): string | undefined {
  const parsed = SHAPES[kind].safeParse(value)
  if (parsed.success) return undefined
  const { path, message } = parsed.error.issues[0] as z.core.$ZodIssue
  const reason = message.replace(/^Invalid input: /, '')
  return path.length === 0 ? reason : `${path.join('.').slice(0, 100)}: ${reason}`
}
