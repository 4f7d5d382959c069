/** What one client meets: a gateway of its own behind a recorder, an empty home directory, and no way to anything but loopback. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts'
import { type Recorder, startRecorder } from './recorder.ts'

/** Everything a client is run with. */
export interface Stage {
  /** The MCP endpoint, at the recorder. */
  url: string
  key: string
  /** An empty directory: the client's home and working directory. */
  home: string
  /** The whole environment of the client's processes. */
  env: NodeJS.ProcessEnv
  gateway: GatewayProcess
  recorder: Recorder
  /** `kill -9` and a start, seen by the client as connections that are cut and then refused. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** Where the clients are installed. */
export const CLIENTS_PACKAGE = join(import.meta.dirname, 'clients-package')

/** Nothing listens there: a client that asks for another host is refused on this machine. */
const NOWHERE = 'http://127.0.0.1:9'

/** Sets it up. */
export async function openStage(): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-interop-'))
  const home = join(dir, 'home')
  mkdirSync(home)
  symlinkSync(join(CLIENTS_PACKAGE, 'node_modules'), join(home, 'node_modules'))
  const gateway = await startGatewayProcess(join(dir, 'gateway'))
  const recorder = await startRecorder(gateway.port)
  return {
    url: `${recorder.origin}/mcp`,
    key: gateway.key,
    home,
    env: environment(home, commandsIn(join(dir, 'bin')), gateway.key),
    gateway,
    recorder,
    async restart() {
      await recorder.pause()
      await gateway.kill()
      await gateway.start()
      await recorder.resume()
      await gateway.ready()
    },
    async close() {
      await recorder.close()
      await gateway.end()
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function environment(home: string, bin: string, key: string): NodeJS.ProcessEnv {
  const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [
    [name, NOWHERE],
    [name.toLowerCase(), NOWHERE],
  ])
  return {
    PATH: [bin, dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: home,
    TMPDIR: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_STATE_HOME: join(home, '.local/state'),
    XDG_CACHE_HOME: join(home, '.cache'),
    CAUSEWAY_KEY: key,
    DO_NOT_TRACK: '1',
    NO_COLOR: '1',
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
    ...Object.fromEntries(proxies),
  }
}

// The pasted lines say `claude`, `codex`, `npx -y <package>`: here these are the installed ones.
function commandsIn(bin: string): string {
  mkdirSync(bin)
  const modules = join(CLIENTS_PACKAGE, 'node_modules')
  const commands = {
    claude: `exec node "${modules}/@anthropic-ai/claude-code/cli-wrapper.cjs" "$@"`,
    codex: `exec "${modules}/.bin/codex" "$@"`,
    copilot: `exec "${modules}/.bin/copilot" "$@"`,
    gemini: `exec "${modules}/.bin/gemini" "$@"`,
    opencode: `exec "${opencodeIn(modules)}" "$@"`,
    npx: `shift; name="\${1##*/}"; shift; exec "${modules}/.bin/$name" "$@"`,
  }
  for (const [name, line] of Object.entries(commands)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  return bin
}

// Its install script, which is not run, would choose the binary; on x64 the baseline one runs everywhere.
function opencodeIn(modules: string): string {
  const name = `opencode-${process.platform}-${process.arch}${process.arch === 'x64' ? '-baseline' : ''}`
  const from = createRequire(realpathSync(join(modules, 'opencode-ai/package.json')))
  return join(dirname(from.resolve(`${name}/package.json`)), 'bin/opencode')
}
