/** An operation that is listed as a tool of its own, in the form in which it is kept beside its document. */
import type { Effect } from '@causeway/shared-contracts/define-tool'
import type { CompiledApi } from './compile-document.ts'
import type { JsonSchema } from './convert-schema.ts'
import { fitSchema } from './fit-schema.ts'
import { OpenApiError } from './openapi-error.ts'
import type { Operation } from './operation.ts'
import { wordsIn } from './operation-catalog.ts'

/** All that a list says of it. */
export interface PromotedOperation {
  connector: string
  operation: string
  tool: string
  title: string
  description: string
  effect: Effect
  scopes: readonly string[]
  input: JsonSchema
  isPaged: boolean
}

const MAX_TOOLS = 8
const MAX_INPUT_BYTES = 3_000
const MAX_NAME = 34

/** @throws OpenApiError when there are too many, or two would have one name */
export function promotedOperations(api: CompiledApi): PromotedOperation[] {
  const chosen = [...api.operations.values()].filter(({ isPromoted }) => isPromoted)
  if (chosen.length > MAX_TOOLS)
    throw new OpenApiError(
      `the overlay of ${api.connector}`,
      `it promotes ${chosen.length} operations, at most ${MAX_TOOLS}`,
    )
  const promoted = chosen.map((operation) => ({
    connector: api.connector,
    operation: operation.id,
    tool: toolName(api.connector, operation.id),
    title: operation.title,
    description: `${operation.description} (${api.title}, ${operation.method} ${operation.path.slice(0, 80)})`.slice(
      0,
      400,
    ),
    effect: operation.effect,
    scopes: operation.scopes,
    input: fitSchema(withoutPage(operation), MAX_INPUT_BYTES).schema,
    isPaged: operation.paginate !== undefined,
  }))
  const names = promoted.map(({ tool }) => tool)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice)
    throw new OpenApiError(
      `the overlay of ${api.connector}`,
      `two promoted operations would be called "${twice}"; rename one`,
    )
  return promoted
}

/** Pages are chosen by the cursor and the limit of the tool. */
function withoutPage({ input, paginate }: Operation): JsonSchema {
  if (!paginate) return input
  const properties = Object.entries(input.properties as object).filter(
    ([name]) => name !== paginate.param && name !== paginate.size,
  )
  return { ...input, properties: Object.fromEntries(properties) }
}

function toolName(connector: string, id: string): string {
  const words = wordsIn(id).filter((word, i) => !(i === 0 && word === connector))
  return [connector, ...words].join('_').slice(0, MAX_NAME).replace(/_+$/, '')
}
