/** Prints, for every question, the tokens of the schema tools that lead to its tables: `node packages/server-db/evaluation/report-costs.ts`. */
import { openHelpdesk } from '../test/open-test-db.ts'
import { readQuestions, schemaCostOf } from './ask-questions.ts'

const db = await openHelpdesk()
const tokens: number[] = []
for (const question of readQuestions()) {
  const cost = await schemaCostOf((claim, tool, args) => db.call(claim, tool, args), question)
  tokens.push(cost.tokens)
  process.stdout.write(
    `${String(cost.tokens).padStart(5)}  ${question.id}${cost.missed.length > 0 ? `  missed: ${cost.missed.join(', ')}` : ''}\n`,
  )
}
await db.close()
const mean = Math.round(tokens.reduce((sum, each) => sum + each, 0) / tokens.length)
process.stdout.write(
  `${String(mean).padStart(5)}  on average of ${tokens.length} questions, at most ${Math.max(...tokens)}\n`,
)
