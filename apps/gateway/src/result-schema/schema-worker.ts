/** The thread that holds results against output schemas: a stranger's schema may be slow on purpose, and here it slows nothing but this. */
import { parentPort } from 'node:worker_threads'
import { Ajv, type ValidateFunction } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Check, CheckAnswer } from './result-checker.ts'

/** `format` says nothing by itself, and nothing is fetched: a reference that leads away makes the schema one of no use. */
const OPTIONS = { strict: false, validateFormats: false, logger: false } as const
const DIALECTS: readonly [RegExp, typeof Ajv | typeof Ajv2019 | typeof Ajv2020][] = [
  [/^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/, Ajv2020],
  [/^https:\/\/json-schema\.org\/draft\/2019-09\/schema#?$/, Ajv2019],
  [/^https?:\/\/json-schema\.org\/draft-0[67]\/schema#?$/, Ajv],
]
const MAX_REASON_CHARACTERS = 300

/** What makes a schema one of no use. */
type Unusable = { unusable: string }

const compiled = new Map<string, ValidateFunction | Unusable>()
/** One for each dialect says what a schema is: it would take a new one longer than all the rest. */
const judges = new Map(DIALECTS.map(([, Dialect]) => [Dialect, new Dialect(OPTIONS)]))

parentPort?.on('message', ({ id, key, schema, value, forget }: Check) => {
  if (forget !== undefined) compiled.delete(forget)
  if (schema !== undefined) compiled.set(key, compile(schema))
  parentPort?.postMessage({ id, ...judge(compiled.get(key) ?? { unusable: 'it was forgotten' }, value) })
})
// Slow the first time, which is not for the first result to wait for.
judges.get(Ajv2020)?.validateSchema({})
parentPort?.postMessage({ isReady: true })

function compile(text: string): ValidateFunction | Unusable {
  try {
    const { $schema: dialect = 'https://json-schema.org/draft/2020-12/schema', ...schema } = JSON.parse(text)
    const [, Dialect] = DIALECTS.find(([pattern]) => pattern.test(dialect)) ?? []
    if (!Dialect) return { unusable: 'its $schema is of no known dialect' }
    if (!judges.get(Dialect)?.validateSchema(schema)) return { unusable: 'it is no JSON Schema' }
    // A new one for each schema, so that none can claim an $id that another refers to.
    return new Dialect({ ...OPTIONS, meta: false, validateSchema: false }).compile(schema)
  } catch (error) {
    return { unusable: (error as Error).message.slice(0, MAX_REASON_CHARACTERS) }
  }
}

function judge(check: ValidateFunction | Unusable, value: string): Omit<CheckAnswer, 'id'> {
  if ('unusable' in check) return check
  try {
    if (check(JSON.parse(value))) return {}
  } catch (error) {
    return { unusable: (error as Error).message.slice(0, MAX_REASON_CHARACTERS) }
  }
  const [first] = check.errors ?? []
  return { broken: `${first?.instancePath || '/'} ${first?.message ?? 'is not valid'}`.slice(0, MAX_REASON_CHARACTERS) }
}
