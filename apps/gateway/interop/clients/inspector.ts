/** The MCP Inspector's command line in both eras; each method is a process of its own. */
import { findConnection } from '../../src/connect/connections.ts'
import type { Client, OpenClient } from '../client.ts'
import type { Stage } from '../stage.ts'
import { runProgram } from '../start-program.ts'

const METHOD_MS = 30_000

/** The new era. */
export const inspectorModern = inspectorIn('modern')

/** The old one. */
export const inspectorLegacy = inspectorIn('legacy')

function inspectorIn(era: 'modern' | 'legacy'): Client {
  return {
    id: `inspector-${era}`,
    title: `Inspector CLI, ${era} era`,
    connection: 'inspector',
    packages: ['@modelcontextprotocol/inspector'],
    learns: 'each run',
    notes: {
      change: 'each run is a process of its own and lists anew: the run after the change sees it',
      restart: 'each run is a process of its own: the run after the restart works',
    },
    open: async (stage) => openInspector(stage, era),
  }
}

function openInspector(stage: Stage, era: string): OpenClient {
  const line = findConnection('inspector')?.textFor(stage) ?? ''
  const inspect = async (method: string, args = '') => {
    const command = line.replace(
      /--method .*/,
      `--protocol-era ${era} --format json --quiet --method ${method} ${args}`,
    )
    const env = { ...stage.env, MCP_INSPECTOR_SECRET_STORE: 'memory' }
    return runProgram('sh', ['-c', command], { cwd: stage.home, env, timeoutMs: METHOD_MS })
  }
  return {
    async list() {
      const { result } = JSON.parse(await inspect('tools/list')) as { result: { tools: { name: string }[] } }
      return result.tools.map(({ name }) => name)
    },
    call: (tool, args) => inspect('tools/call', `--tool-name ${tool} --tool-args-json '${JSON.stringify(args)}'`),
    read: (uri) => inspect('resources/read', `--uri ${uri}`),
    close: async () => {},
  }
}
