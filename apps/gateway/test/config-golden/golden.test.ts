/** Every folder here is a configuration; `expected.txt` is all that loading it says. `vitest -u` writes what is new. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { ConfigError, formatProblem } from '../../src/config/problem.ts'

const ENV = { GOLDEN_TOKEN: 'golden-secret', GOLDEN_EMPTY: '' }
const cases = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory())

describe('loading a configuration', () => {
  it.each(cases.map(({ name }) => name))('%s', async (name) => {
    const folder = join(import.meta.dirname, name)
    const report = reportOn(folder)
    for (const secret of ['golden-secret', 'from-a-file', 'hunter2', 'pass@', 'plain text'])
      expect(report).not.toContain(secret)
    await expect(report).toMatchFileSnapshot(join(folder, 'expected.txt'))
  })
})

function reportOn(folder: string): string {
  const envFile = join(folder, 'env.json')
  const env = existsSync(envFile) ? JSON.parse(readFileSync(envFile, 'utf8')) : {}
  try {
    const { config, warnings } = loadConfig(join(folder, 'causeway.yaml'), { ...ENV, ...env })
    const json = JSON.stringify(config, null, 2).replaceAll(folder, '{folder}')
    return [...warnings.map(formatProblem), json, ''].join('\n')
  } catch (error) {
    if (error instanceof ConfigError) return `${error.message}\n`
    throw error
  }
}
