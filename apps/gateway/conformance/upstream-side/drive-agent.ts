/** The command that the suite runs as its client: a gateway whose upstream is the suite, and an agent that drives it. */
import { startGateway } from '../../test/support/start-gateway.ts'
import { AGENTS, connectAgent } from './connect-agent.ts'
import { SCRIPTS } from './scenario-scripts.ts'
import { signInSettings } from './sign-in-settings.ts'

const [kind, suiteUrl = ''] = process.argv.slice(2)
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? ''
const agentKind = AGENTS.find((one) => one === kind)
const script = SCRIPTS[scenario]
if (!agentKind || !script)
  throw new Error(`Cannot drive "${scenario}" with "${kind}": there is no such script or agent`)

const context: unknown = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? 'null')
const signIn = scenario.startsWith('auth/') ? await signInSettings(suiteUrl, context) : undefined
const gateway = await startGateway({
  upstreams: { suite: { url: suiteUrl, ...(signIn ? { auth: signIn.auth } : {}) } },
})
try {
  await gateway.ready('suite')
  const agent = await connectAgent(agentKind, new URL(`${gateway.url}/mcp`), gateway.key('ops'))
  const { tools } = await agent.listTools()
  await script({ agent, tools, context })
  await agent.close()
} finally {
  await gateway.close()
  signIn?.remove()
}
// Who runs the suite reads this: without it, the script did not come to its end.
process.stdout.write('done\n')
