/** The tool reference is what the definitions say now. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { projectsServer } from '../src/projects-server.ts'
import { toolReference } from '../src/tool-reference.ts'

it('is current: else run node packages/server-projects/cli/write-tool-reference.ts', () => {
  const written = readFileSync(join(import.meta.dirname, '../TOOLS.md'), 'utf8')
  expect(written).toBe(toolReference(projectsServer))
  for (const { name, input } of projectsServer.tools) {
    const section = written.split(`### \`${name}\``)[1]?.split('\n### ')[0] ?? ''
    for (const field of Object.keys(input.shape)) expect(section, name).toContain(`| \`${field}\` |`)
  }
})
