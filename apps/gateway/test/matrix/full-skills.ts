/** An upstream with one skill, in whichever era it is spoken to, over HTTP, or over stdio with `--stdio`. */
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { memorySkillFiles, SkillsExtension } from '@modelcontextprotocol/server/ext/skills'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { type ServedFixture, serveFixture } from '../fixtures/serve-fixture.ts'
import { manifest } from '../fixtures/skills-upstream.ts'

/** Starts it over HTTP; the skill bears the given name. */
export async function startFullSkills(name: string): Promise<ServedFixture> {
  return serveFixture(toNodeHandler(createMcpHandler(await load(name))))
}

async function load(name: string): Promise<() => McpServer> {
  const files = { [`${name}/SKILL.md`]: manifest(name, 'Does it.'), [`${name}/steps.md`]: `Steps of ${name}.` }
  const skills = await SkillsExtension.load(memorySkillFiles(files))
  return () => {
    const mcp = new McpServer({ name: 'full-skills', version: '1.0.0' })
    skills.attach(mcp)
    return mcp
  }
}

if (process.argv.includes('--stdio')) serveStdio(await load(process.argv.at(-1) as string))
