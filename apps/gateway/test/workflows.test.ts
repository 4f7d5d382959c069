/** The workflows parse, end in bounded time, and run nothing but what the repository has. */
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

const root = join(import.meta.dirname, '../../..')
const folder = join(root, '.github/workflows')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

const workflow = z.object({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.object({ contents: z.literal('read') }),
  jobs: z.record(
    z.string(),
    z.object({
      'runs-on': z.string(),
      'timeout-minutes': z.int().max(30),
      steps: z.array(z.union([z.object({ uses: z.string().regex(/@v\d+$/) }), z.strictObject({ run: z.string() })])),
    }),
  ),
})

it.each(readdirSync(folder))('%s', (name) => {
  const { jobs } = workflow.parse(parse(readFileSync(join(folder, name), 'utf8')))
  const commands = Object.values(jobs).flatMap(({ steps }) =>
    steps.flatMap((step) => ('run' in step ? [step.run] : [])),
  )
  expect(commands.length).toBeGreaterThan(0)
  for (const command of commands) {
    const script = /^npm run ([a-z]+)( --( --?[a-z]+)+)?$/.exec(command)?.[1]
    if (script === undefined) accessSync(join(root, command), constants.X_OK)
    else expect(scripts).toHaveProperty(script)
  }
})
