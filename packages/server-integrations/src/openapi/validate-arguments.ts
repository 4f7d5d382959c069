/** Holds arguments against the schema of an operation, with bounds on what a hostile schema or value can cost. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import type { JsonSchema } from './convert-schema.ts'
import { linearRegExp } from './safe-pattern.ts'

const MAX_KEPT = 200
const MAX_TOLD = 5

/** Makes a validator that keeps what it compiled for the operations used last. */
export function createArgumentValidator() {
  const kept = new Map<JsonSchema, ValidateFunction>()
  const validatorOf = (schema: JsonSchema) => {
    const known = kept.get(schema)
    if (known) return known
    // An instance each: compiled schemas stay in theirs for ever.
    const compiled = compileSchema(schema)
    const [oldest] = kept.keys()
    if (kept.size >= MAX_KEPT && oldest) kept.delete(oldest)
    kept.set(schema, compiled)
    return compiled
  }
  return {
    /**
     * @param name of the operation, for the message
     * @throws ToolError `invalid_arguments`
     */
    requireValid(name: string, schema: JsonSchema, args: unknown): void {
      const validate = validatorOf(schema)
      if (isValid(validate, args)) return
      throw invalidArguments(name, validate.errors ?? [], schema)
    },
  }
}

/** Validates arguments of operations. */
export type ArgumentValidator = ReturnType<typeof createArgumentValidator>

function compileSchema(schema: JsonSchema): ValidateFunction {
  try {
    return createAjv().compile(schema)
  } catch (error) {
    throw new ToolError(
      'invalid_document',
      `The document describes the arguments in a way that cannot be checked: ${(error as Error).message.slice(0, 200)}. Ask the operator to hide that part in the overlay.`,
    )
  }
}

function createAjv(): Ajv2020 {
  return new Ajv2020({
    strict: false,
    validateFormats: false,
    validateSchema: false,
    addUsedSchema: false,
    allErrors: false,
    code: { regExp: linearRegExp as never },
  })
}

function isValid(validate: ValidateFunction, args: unknown): boolean {
  try {
    return validate(args) as boolean
  } catch (error) {
    if (error instanceof RangeError)
      throw new ToolError('invalid_arguments', 'The arguments nest too deep to be checked. Send less at a time.')
    throw error
  }
}

function invalidArguments(name: string, errors: readonly ErrorObject[], schema: JsonSchema): ToolError {
  const problems = errors.slice(0, MAX_TOLD).map((error) => `${placeOf(error) || 'arguments'} ${reasonOf(error)}`)
  const [first] = errors
  const allowed = first && allowedBy(first, schema)
  return new ToolError(
    'invalid_arguments',
    `Cannot call ${name}: ${problems.join('; ')}.${allowed ? ` Allowed: ${allowed.slice(0, 30).join(', ')}.` : ''} Its schema is in describe_operation.`,
    { field: first ? placeOf(first) : 'arguments', ...(allowed ? { allowed } : {}) },
  )
}

function placeOf({ instancePath, params, keyword }: ErrorObject): string {
  const parts = instancePath.split('/').slice(1)
  if (keyword === 'required') parts.push(String(params.missingProperty))
  if (keyword === 'additionalProperties') parts.push(String(params.additionalProperty))
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~').slice(0, 80)).join('.')
}

function reasonOf({ keyword, message }: ErrorObject): string {
  if (keyword === 'required') return 'is missing'
  if (keyword === 'additionalProperties') return 'is not an argument'
  return message ?? 'is not valid'
}

function allowedBy({ keyword, params, instancePath }: ErrorObject, schema: JsonSchema): string[] | undefined {
  if (keyword === 'enum') return (params.allowedValues as unknown[]).map(String)
  if (keyword === 'additionalProperties' && instancePath === '') return Object.keys((schema.properties as object) ?? {})
  return undefined
}
