/** JSON Schemas of a list as validators, each compiled once for all cells. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

const ajv = new Ajv2020({ strict: false })
const compiled = new Map<string, ValidateFunction>()

/** @throws when it is no schema of 2020-12 */
export function compiledSchema(schema: unknown): ValidateFunction {
  const text = JSON.stringify(schema)
  const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text))
  compiled.set(text, validate)
  return validate
}
