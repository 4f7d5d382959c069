/** A rule's `when`: a CEL expression, compiled once per tool against its input schema. All that is known of the library is known here and in `strict-form.ts`. */
import { Environment } from '@marcbachmann/cel-js'
import type { ArgumentTypes } from './argument-types.ts'
import { isAmong, isSame } from './strict-equality.ts'
import { strictForm } from './strict-form.ts'

/** What a condition reads. */
export interface Circumstances {
  args: unknown
  agent: { name: string; roles: readonly string[] }
  /** Empty where the agent acts for nobody. */
  user: { name?: string }
  tool: { name: string; upstream: string; effect: string; tags: readonly string[]; scopes: readonly string[] }
  time: Date
}

/** A compiled condition. */
export interface Condition {
  /** As written. */
  text: string
  /** Members that it reads, by name. */
  names: ReadonlySet<string>
  /** Why it can never be judged for a tool of these arguments; `undefined` when it can. */
  problemWith(types: ArgumentTypes | undefined): string | undefined
  /**
   * Whether it holds.
   * @throws when that cannot be told: something it reads is missing, of the wrong type, or ambiguous
   */
  holds(types: ArgumentTypes | undefined, circumstances: Circumstances): boolean
}

/** Longest condition, characters. */
export const MAX_CONDITION_CHARACTERS = 1_000

const LIMITS = { maxAstNodes: 200, maxDepth: 24, maxListElements: 100, maxMapEntries: 1, maxCallArguments: 4 }
/** Bounds on the strict form of what is within the others: it says the same in more words. */
const STRICT_LIMITS = { ...LIMITS, maxAstNodes: 1_000, maxDepth: 100 }
/** Types that a schema calls numbers, and those that sizes and hours are of. */
const MIXED = [
  ['double', 'int'],
  ['int', 'double'],
] as const

const BASE = baseEnvironment()
/** For what holds of every tool. */
const LANGUAGE = BASE.clone({ limits: LIMITS }).registerVariable('args', 'dyn')
const environments = new WeakMap<ArgumentTypes, Environment>()

type Judge = (circumstances: Circumstances) => unknown

/**
 * Compiles a condition.
 * @throws when it is not of the language, whatever the tool
 */
export function compileCondition(text: string): Condition {
  if (text.length > MAX_CONDITION_CHARACTERS)
    throw new Error(`A condition has at most ${MAX_CONDITION_CHARACTERS} characters`)
  const { text: strictText, names } = strictForm(explaining(() => LANGUAGE.parse(text).ast))
  const misuse = checked(LANGUAGE, text)
  if (misuse !== undefined) throw new Error(misuse)
  const judges = new WeakMap<ArgumentTypes, Judge | string>()
  const judgeFor = (types: ArgumentTypes | undefined): Judge | string => {
    if (!types) return 'the arguments of the tool are not known yet'
    let judge = judges.get(types)
    if (judge === undefined) {
      const environment = environmentOf(types)
      judge = checked(environment, text) ?? environment.parse(strictText)
      judges.set(types, judge)
    }
    return judge
  }
  return {
    text,
    names,
    problemWith(types) {
      const judge = judgeFor(types)
      return typeof judge === 'string' ? judge : undefined
    },
    holds(types, circumstances) {
      const judge = judgeFor(types)
      if (typeof judge === 'string') throw new Error(judge)
      const answer = explaining(() => judge(circumstances))
      if (typeof answer !== 'boolean') throw new Error('the condition is neither true nor false')
      return answer
    },
  }
}

function checked(environment: Environment, text: string): string | undefined {
  const { valid, type, error } = environment.check(text)
  if (!valid) return summaryOf(error)
  return type === 'bool' || type === 'dyn' ? undefined : `the condition is neither true nor false, but of type ${type}`
}

function environmentOf(types: ArgumentTypes): Environment {
  const known = environments.get(types)
  if (known) return known
  const { root } = types
  const environment = BASE.clone()
  if (typeof root === 'string') environment.registerVariable('args', root)
  else environment.registerVariable({ name: 'args', schema: root as never })
  environments.set(types, environment)
  return environment
}

/** All but the arguments. */
function baseEnvironment(): Environment {
  const environment = new Environment({ limits: STRICT_LIMITS })
  environment.registerOperator('double == int: bool', isSame)
  for (const [left, right] of MIXED) {
    environment.registerOperator(`${left} in list<${right}>: bool`, isAmong)
    environment.registerOperator(`${left} + ${right}: double`, (a, b) => Number(a) + Number(b))
    environment.registerOperator(`${left} - ${right}: double`, (a, b) => Number(a) - Number(b))
    environment.registerOperator(`${left} * ${right}: double`, (a, b) => Number(a) * Number(b))
    environment.registerOperator(`${left} / ${right}: double`, (a, b) => Number(a) / Number(b))
    environment.registerOperator(`${left} % ${right}: double`, (a, b) => Number(a) % Number(b))
  }
  environment.registerFunction('same(dyn, dyn): bool', isSame)
  environment.registerFunction('among(dyn, dyn): bool', isAmong)
  environment.registerVariable({ name: 'agent', schema: { name: 'string', roles: 'list<string>' } })
  environment.registerVariable({ name: 'user', schema: { name: 'string' } })
  const lists = { tags: 'list<string>', scopes: 'list<string>' }
  environment.registerVariable({
    name: 'tool',
    schema: { name: 'string', upstream: 'string', effect: 'string', ...lists },
  })
  return environment.registerVariable('time', 'google.protobuf.Timestamp')
}

function explaining<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw new Error(summaryOf(error), { cause: error })
  }
}

function summaryOf(error: unknown): string {
  const { summary, message, range } = error as { summary?: string; message: string; range?: { start: number } }
  const place = range === undefined ? '' : ` (at character ${range.start + 1})`
  return `${summary ?? message.split('\n', 1)[0]}${place}`
}
