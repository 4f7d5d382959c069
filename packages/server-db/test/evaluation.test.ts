/** The evaluation on SQLite: right answers come out of the tools, masked as the role demands, and finding the tables costs little. `CAUSEWAY_WRITE_ANSWERS=1` writes answers.json anew. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Answers,
  answerOf,
  type CallTool,
  CLAIMS,
  readAnswers,
  readQuestions,
  type SchemaCost,
  schemaCostOf,
} from '../evaluation/ask-questions.ts'
import { openHelpdesk, type TestDb } from './open-test-db.ts'

const QUESTIONS = readQuestions()

let db: TestDb
let answers: Answers
const call: CallTool = (claim, tool, args) => db.call(claim, tool, args)

beforeAll(async () => {
  db = await openHelpdesk()
  if (process.env.CAUSEWAY_WRITE_ANSWERS) await writeAnswers()
  answers = readAnswers()
})
afterAll(() => db.close())

async function writeAnswers(): Promise<void> {
  const lines: string[] = []
  for (const question of QUESTIONS) {
    const roles: string[] = []
    for (const claim of CLAIMS) roles.push(`    "${claim}": ${JSON.stringify(await answerOf(call, claim, question))}`)
    lines.push(`  "${question.id}": {\n${roles.join(',\n')}\n  }`)
  }
  writeFileSync(join(import.meta.dirname, '../evaluation/answers.json'), `{\n${lines.join(',\n')}\n}\n`)
}

it('has at least 40 questions, each with an answer for every role', () => {
  expect(QUESTIONS.length).toBeGreaterThanOrEqual(40)
  expect(Object.keys(answers)).toEqual(QUESTIONS.map(({ id }) => id))
})

describe.each(CLAIMS)('as %s', (claim) => {
  it('every question is answered as it should be', async () => {
    for (const question of QUESTIONS)
      expect(await answerOf(call, claim, question), question.question).toEqual(answers[question.id]![claim])
  })
})

it('an operator is told what SQLite itself says', () => {
  const own = new DatabaseSync(db.file, { readOnly: true })
  for (const { id, sql, params } of QUESTIONS) {
    const named = Object.fromEntries(params.map((value, i) => [`$${i + 1}`, value]))
    expect(answers[id]!.operator, id).toEqual(own.prepare(sql, { returnArrays: true }).all(named))
  }
  own.close()
})

it('no answer to a restricted role holds a personal value that it must not see', () => {
  const own = new DatabaseSync(db.file, { readOnly: true })
  const valuesOf = (columns: string) =>
    own.prepare(`SELECT ${columns} FROM customers`, { returnArrays: true }).all().flat().map(String)
  const hidden = {
    support: valuesOf('email, phone, ssn, birth_date'),
    viewer: valuesOf('name, email, phone, ssn, birth_date, street'),
  }
  own.close()
  for (const claim of ['support', 'viewer'] as const) {
    const said = JSON.stringify(QUESTIONS.map(({ id }) => answers[id]![claim]))
    expect(hidden[claim].filter((value) => said.includes(`"${value}"`))).toEqual([])
  }
})

it('finding the tables of a question costs few tokens and misses none', async () => {
  const costs: [id: string, cost: SchemaCost][] = []
  for (const question of QUESTIONS) costs.push([question.id, await schemaCostOf(call, question)])
  expect(costs.filter(([, { missed }]) => missed.length > 0)).toEqual([])
  const tokens = costs.map(([, cost]) => cost.tokens)
  // The figures in the README come from here.
  expect(Math.round(tokens.reduce((sum, each) => sum + each, 0) / tokens.length)).toBeLessThanOrEqual(500)
  expect(Math.max(...tokens)).toBeLessThanOrEqual(900)
})
