/** The tool that tells what an operation takes and gives. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import { exampleOf } from '../openapi/example-of-schema.ts'
import { fitSchema, schemaAt } from '../openapi/fit-schema.ts'
import type { FoundOperation } from '../openapi/operation-catalog.ts'
import { integrationTool } from './integration-tool.ts'

const MAX_INPUT_BYTES = 9_000
const MAX_OUTPUT_BYTES = 4_000
const MAX_EXAMPLE_BYTES = 3_000

/** `describe_operation` */
export const describeOperation = integrationTool({
  name: 'describe_operation',
  title: 'Describe an API operation',
  description:
    'Tells the arguments of an operation found with search_operations, as JSON Schema with an example, and its result.',
  effect: 'read',
  input: z.object({
    connector: z.string().max(30),
    operation: z.string().max(120),
    at: z.string().max(200).optional().describe('Only this argument, like body.address'),
  }),
  output: z.object({
    operation: z.string(),
    effect: z.string(),
    scopes: z.array(z.string()),
    arguments: z.unknown(),
    example: z.unknown(),
    result: z.unknown(),
    cut: z.boolean(),
  }),
  async run(args, call) {
    const found = await call.services.operations.catalog.find(args.connector, args.operation)
    const { operation } = found
    const asked = args.at === undefined ? operation.input : schemaAt(operation.input, args.at)
    if (asked === undefined)
      throw new ToolError('not_found', `${operation.id} has no argument "${args.at}". Leave out at to see them all.`, {
        field: 'at',
      })
    const input = fitSchema(asked, MAX_INPUT_BYTES)
    const output = args.at === undefined && operation.output ? fitSchema(operation.output, MAX_OUTPUT_BYTES) : undefined
    const whole = exampleOf(asked)
    const example = Buffer.byteLength(JSON.stringify(whole) ?? '') > MAX_EXAMPLE_BYTES ? null : whole
    const cut = input.isCut || output?.isCut === true
    return {
      text: [
        ...headOf(found),
        `${args.at ?? 'arguments'}: ${JSON.stringify(input.schema)}`,
        example === null ? 'example: too long to show' : `example: ${JSON.stringify(example)}`,
        ...(output ? [`result: ${JSON.stringify(output.schema)}`] : []),
        `Next: ${nextStep(found)}.${input.isCut ? ' Parts are left out; name one with at, like at="body.address".' : ''}`,
      ].join('\n'),
      data: {
        operation: operation.id,
        effect: operation.effect,
        scopes: [...operation.scopes],
        arguments: input.schema,
        example,
        result: output?.schema ?? null,
        cut,
      },
    }
  },
})

function headOf({ api, operation }: FoundOperation): string[] {
  return [
    `${api.connector} ${operation.id}: ${operation.title}`,
    `${operation.method} ${operation.path.slice(0, 300)} · ${operation.effect}${operation.scopes.length > 0 ? ` · needs ${operation.scopes.join(', ')}` : ''}${operation.isDeprecated ? ' · deprecated' : ''}`,
    operation.description,
  ]
}

function nextStep({ operation }: FoundOperation): string {
  return operation.effect === 'read'
    ? 'call_read_operation with these arguments'
    : 'call_write_operation with these arguments, first with dry_run=true'
}
