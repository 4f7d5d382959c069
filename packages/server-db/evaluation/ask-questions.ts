/** Asks the evaluation's questions of the tools, as a model would that wrote the right SQL. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const questions = z.array(
  z.strictObject({
    id: z.string(),
    question: z.string(),
    /** What a model would look for in the schema. */
    search: z.string(),
    sql: z.string(),
    /** The same for Postgres, where it differs. */
    postgres: z.string().optional(),
    params: z.array(z.string()).default([]),
  }),
)

/** A question with its SQL. */
export type Question = z.output<typeof questions>[number]
/** The roles in whose view each question is asked, by their claim. */
export const CLAIMS = ['operator', 'support', 'viewer'] as const
/** One of {@link CLAIMS}. */
export type Claim = (typeof CLAIMS)[number]
/** What a question is answered with: the rows, or the code of the error. */
export type Answer = unknown[][] | string
/** Answers by question and claim. */
export type Answers = Record<string, Record<Claim, Answer>>

/** A call of a tool in the view of a role. */
export type CallTool = (
  claim: Claim,
  tool: string,
  args: Record<string, unknown>,
) => Promise<{ isError?: boolean; content: readonly unknown[]; structuredContent: Record<string, unknown> }>

/** Everything in questions.yaml. */
export function readQuestions(): Question[] {
  return questions.parse(parse(readFileSync(join(import.meta.dirname, 'questions.yaml'), 'utf8')))
}

/** What is right, as answers.json has it. */
export function readAnswers(): Answers {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'answers.json'), 'utf8')) as Answers
}

/** The answer that a role gets. */
export async function answerOf(
  call: CallTool,
  claim: Claim,
  { sql, params }: Pick<Question, 'sql' | 'params'>,
): Promise<Answer> {
  const { isError, structuredContent } = await call(claim, 'run_query', { sql, params })
  if (!isError) return structuredContent.rows as unknown[][]
  return (structuredContent.error as { code: string }).code
}

/** What finding the tables of a question costs a model. */
export interface SchemaCost {
  /** Tokens of one search and of the description of each table, at four characters a token. */
  tokens: number
  /** The tables that the SQL reads and the search did not show among its first five. */
  missed: string[]
}

/** One search_schema, and describe_table for each table that the SQL reads. */
export async function schemaCostOf(
  call: CallTool,
  { search, sql }: Pick<Question, 'search' | 'sql'>,
): Promise<SchemaCost> {
  const { structuredContent: verdict } = await call('operator', 'check_query', { sql })
  const tables = verdict.tables as string[]
  const found = await call('operator', 'search_schema', { query: search, limit: 5 })
  const described = await Promise.all(tables.map((table) => call('operator', 'describe_table', { table, samples: 0 })))
  const chars = [found, ...described].reduce(
    (sum, { content }) => sum + (content[0] as { text: string }).text.length,
    0,
  )
  const shown = (found.structuredContent.tables as { table: string }[]).map(({ table }) => table)
  return { tokens: Math.ceil(chars / 4), missed: tables.filter((table) => !shown.includes(table)) }
}
