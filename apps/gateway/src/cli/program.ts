/** The tree of commands. Each command's file is loaded only when it runs, so that the others cost nothing. */
import { Command, Option } from 'commander'
import type { CommandIo, GlobalOptions, Workspace } from './workspace.ts'

type Act = (workspace: Workspace) => Promise<void> | void

/**
 * Declares all commands.
 * @param setExitCode takes the exit code of a command that ends without failing
 */
export function createProgram(io: CommandIo, setExitCode: (code: number) => void): Command {
  const { write, writeAside } = io.terminal
  const program = new Command('causeway')
    .description('One MCP URL in front of many MCP servers.')
    .option('--config <file>', 'configuration (default: the nearest causeway.yaml)')
    .option('--json', 'answer in JSON')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: write, writeErr: writeAside, outputError: () => {} })
    .exitOverride()
  const run = async (act: Act) => {
    const { openWorkspace } = await import('./workspace.ts')
    const workspace = openWorkspace(program.opts<GlobalOptions>(), io)
    try {
      await act(workspace)
    } finally {
      workspace.close()
    }
  }
  addUp(program, io, setExitCode)
  addAgents(program, run)
  addTokens(program, run)
  addKeys(program, run)
  addLs(program, run)
  addCall(program, run)
  addConnect(program, run)
  addStdio(program, io)
  addPolicy(program, run)
  addDrift(program, run)
  addAudit(program, run)
  addAdmin(program, run)
  addApprovals(program, run)
  program
    .command('doctor')
    .description('look at what commonly keeps a gateway from working')
    .action(() => run(async (on) => (await import('./doctor.ts')).doctor(on)))
  return program
}

type Run = (act: Act) => Promise<void>

function addUp(program: Command, { terminal }: CommandIo, setExitCode: (code: number) => void): void {
  program
    .command('up', { isDefault: true })
    .description('run the gateway (the default command)')
    .option('--check', 'check the configuration and end')
    .option('--print-schema', 'print the JSON Schema of the configuration and end')
    .option('--port <number>', 'port to listen on')
    .option('--host <address>', 'address to listen on')
    .action(async (options) => {
      const { runUp } = await import('./run-up.ts')
      setExitCode(await runUp({ ...options, ...program.opts<GlobalOptions>() }, terminal))
    })
}

function addAgents(program: Command, run: Run): void {
  const agents = program.command('agents').description('agents and their keys')
  const repeated = (value: string, before: string[]) => [...before, value]
  agents
    .command('create <name>')
    .description('make an agent and its key, or a key for an agent of the configuration')
    .option('--role <role>', 'a role of the agent; repeat it for more', repeated, [])
    .option('--expires <duration>', 'life of the key', '90d')
    .action((name, options) => run(async (on) => (await import('./agents-create.ts')).agentsCreate(on, name, options)))
  agents
    .command('ls')
    .description('list agents, their roles and keys')
    .action(() => run(async (on) => (await import('./agents-ls.ts')).agentsLs(on)))
  agents
    .command('rotate <name>')
    .description('make a new key; the one in use keeps working for a while')
    .option('--expires <duration>', 'life of the key', '90d')
    .option('--overlap <duration>', 'how long the key in use keeps working', '24h')
    .action((name, options) => run(async (on) => (await import('./agents-rotate.ts')).agentsRotate(on, name, options)))
  agents
    .command('revoke <name-or-key-id>')
    .description('end one key, or an agent: all its keys, and every access token for it')
    .action((named) => run(async (on) => (await import('./agents-revoke.ts')).agentsRevoke(on, named)))
  agents
    .command('restore <name>')
    .description('put a revoked agent back into service')
    .action((name) => run(async (on) => (await import('./agents-restore.ts')).agentsRestore(on, name)))
}

function addKeys(program: Command, run: Run): void {
  const keys = program.command('keys').description("the gateway's own keys")
  keys
    .command('ls')
    .description('list the keys that sign toward domain servers and seal sessions')
    .action(() => run(async (on) => (await import('./keys-ls.ts')).keysLs(on)))
  keys
    .command('rotate')
    .description('make new ones; what the old ones made counts until it ends')
    .action(() => run(async (on) => (await import('./keys-rotate.ts')).keysRotate(on)))
}

function addTokens(program: Command, run: Run): void {
  const tokens = program.command('tokens').description('access tokens of issuers that are not to count any more')
  tokens
    .command('revoke')
    .description('revoke the tokens that fit all that is given')
    .option('--jti <id>', 'one token, by its id')
    .option('--subject <sub>', 'of a user or another subject')
    .option('--agent <name>', 'of an agent')
    .option('--issuer <url>', 'of an issuer')
    .option('--issued-before <time>', 'issued before this time, such as 2026-11-21T09:30Z (default: until now)')
    .action((options) => run(async (on) => (await import('./tokens-revoke.ts')).tokensRevoke(on, options)))
  tokens
    .command('ls')
    .description('list the revocations in force')
    .action(() => run(async (on) => (await import('./tokens-ls.ts')).tokensLs(on)))
}

function addLs(program: Command, run: Run): void {
  const ls = program.command('ls').description('what there is: upstreams, tools, agents')
  ls.command('upstreams')
    .description('upstreams of the running gateway and their state')
    .action(() => run(async (on) => (await import('./ls-upstreams.ts')).lsUpstreams(on)))
  ls.command('tools')
    .description('tools that the running gateway offers an agent')
    .option('--as <agent>', 'the agent (default: CAUSEWAY_KEY, else the agent that may call the most)')
    .action((options) => run(async (on) => (await import('./ls-tools.ts')).lsTools(on, options)))
  ls.command('agents')
    .description('the same as `agents ls`')
    .action(() => run(async (on) => (await import('./agents-ls.ts')).agentsLs(on)))
}

function addCall(program: Command, run: Run): void {
  program
    .command('call <tool> [key=value...]')
    .description('call a tool through the running gateway; a value is JSON when it reads as JSON, else text')
    .option('--args <json>', 'arguments as a JSON object')
    .option('--as <agent>', 'the agent (default: CAUSEWAY_KEY, else anonymous, else the only agent there is)')
    .action((tool, pairs, options) =>
      run(async (on) => (await import('./call.ts')).call(on, tool, { pairs, ...options })),
    )
}

function addConnect(program: Command, run: Run): void {
  program
    .command('connect [client]')
    .description('print what connects a client to the gateway; without a client, which there are')
    .action((client) => run(async (on) => (await import('./connect.ts')).connect(on, client)))
}

function addStdio(program: Command, io: CommandIo): void {
  program
    .command('stdio')
    .description('serve a client that only speaks stdio, such as Claude Desktop, from the running gateway')
    .option('--as <agent>', 'the agent (default: CAUSEWAY_KEY, else anonymous, else the only agent there is)')
    .option('--url <url>', 'a gateway elsewhere, with the key in CAUSEWAY_KEY; no configuration is read')
    .action(async (options) => {
      const [{ stdio }, { openWorkspace }] = await Promise.all([import('./stdio.ts'), import('./workspace.ts')])
      let workspace: Workspace | undefined
      try {
        await stdio(io, options, () => {
          workspace = openWorkspace(program.opts<GlobalOptions>(), io)
          return workspace
        })
      } finally {
        workspace?.close()
      }
    })
}

function addPolicy(program: Command, run: Run): void {
  const policy = program.command('policy').description('rules: check, test, explain, diff')
  policy
    .command('check')
    .description('check the rules, and warn of those that do nothing')
    .action(() => run(async (on) => (await import('./policy-check.ts')).policyCheck(on)))
  policy
    .command('test')
    .description("run the configuration's tests")
    .action(() => run(async (on) => (await import('./policy-test.ts')).policyTest(on)))
  policy
    .command('explain <agent> <tool>')
    .description('say why an agent may or may not call a tool')
    .option('--args <json>', 'arguments of the call')
    .action((agent, tool, options) =>
      run(async (on) => (await import('./policy-explain.ts')).policyExplain(on, agent, tool, options)),
    )
  policy
    .command('diff <old> [new]')
    .description('say who gains and loses what between two configuration files (new: the one in use)')
    .action((before, after) => run(async (on) => (await import('./policy-diff.ts')).policyDiff(on, before, after)))
}

function addDrift(program: Command, run: Run): void {
  const drift = program.command('drift').description('definitions that have changed and wait for a person')
  drift
    .command('ls')
    .description('list what waits; ends with 8 when something does')
    .action(() => run(async (on) => (await import('./drift-ls.ts')).driftLs(on)))
  drift
    .command('show <id-or-name>')
    .description('show what a definition was and what it wants to be')
    .action((named) => run(async (on) => (await import('./drift-show.ts')).driftShow(on, named)))
  drift
    .command('approve [id-or-name...]')
    .description('accept new definitions; an id stands for exactly what was shown')
    .option('--upstream <id>', 'everything that waits of one upstream')
    .action((named, options) =>
      run(async (on) => (await import('./drift-approve.ts')).driftApprove(on, named, options)),
    )
}

function addAdmin(program: Command, run: Run): void {
  const admin = program.command('admin').description('who may use the admin API')
  admin
    .command('token')
    .description('make a token; it is shown once')
    .option('--name <name>', 'who holds it, for the record (default: the user of this machine)')
    .option('--expires <duration>', 'life of the token', '24h')
    .option('--read-only', 'good for looking alone, such as for Prometheus')
    .action((options) => run(async (on) => (await import('./admin-token.ts')).adminToken(on, options)))
  admin
    .command('code')
    .description('make a code to sign in with once, within 15 minutes')
    .option('--name <name>', 'who signs in, for the record (default: the user of this machine)')
    .action((options) => run(async (on) => (await import('./admin-code.ts')).adminCode(on, options)))
  admin
    .command('ls')
    .description('list tokens and sessions')
    .action(() => run(async (on) => (await import('./admin-ls.ts')).adminLs(on)))
  admin
    .command('revoke <id-or-name>')
    .description('end a token or a session')
    .action((named) => run(async (on) => (await import('./admin-revoke.ts')).adminRevoke(on, named)))
}

function addApprovals(program: Command, run: Run): void {
  const approvals = program.command('approvals').description('calls that wait for a person')
  approvals
    .command('ls')
    .description('list the calls that wait or may be repeated')
    .option('--all', 'those of the last 30 days')
    .action((options) => run(async (on) => (await import('./approvals-ls.ts')).approvalsLs(on, options)))
  approvals
    .command('show <id>')
    .description('show a call, with its arguments')
    .action((id) => run(async (on) => (await import('./approvals-show.ts')).approvalsShow(on, id)))
  for (const [command, verdict] of [
    ['approve', 'approved'],
    ['reject', 'rejected'],
  ] as const)
    approvals
      .command(`${command} <id...>`)
      .description(`${command} calls; an id stands for exactly one call`)
      .option('--by <name>', 'your name under `approvers` (default: your user name on this machine)')
      .option('--reason <text>', 'told to the agent')
      .action((ids, options) =>
        run(async (on) => (await import('./approvals-decide.ts')).approvalsDecide(on, ids, { ...options, verdict })),
      )
}

function addAudit(program: Command, run: Run): void {
  const audit = program.command('audit').description('the record of every attempt: verify, export')
  audit
    .command('verify')
    .description('verify that no record was changed, removed or added; ends with 8 and names the first that was')
    .option('--records <folder>', 'where the records are (default: audit in the data directory)')
    .option('--checkpoints <folder>', 'where their checkpoints are (default: as configured)')
    .option('--keys <file>', 'public keys to trust, one JWK a line with its kid (default: those in the store)')
    .action((options) => run(async (on) => (await import('./audit-verify.ts')).auditVerify(on, options)))
  audit
    .command('export')
    .description('write records as JSON lines, oldest first, or send them to an OpenTelemetry collector')
    .option('--since <time>', 'a date, or a duration before now such as 24h')
    .option('--until <time>', 'a date, or a duration before now')
    .option('--agent <name>', 'of one agent')
    .option('--user <name>', 'on behalf of one user')
    .option('--tool <name>', 'about one tool, prompt or URI')
    .option('--upstream <id>', 'about one upstream')
    .addOption(new Option('--kind <kind>', 'of one kind').choices(['intent', 'result', 'attempt']))
    .addOption(new Option('--decision <decision>', 'decided so').choices(['allow', 'deny', 'approve']))
    .option('--request <id>', 'of one request')
    .option('--otlp [url]', 'send them by OTLP/HTTP (default: telemetry.otlp)')
    .action((options) => run(async (on) => (await import('./audit-export.ts')).auditExport(on, options)))
}
