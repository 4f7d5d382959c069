/** A real Postgres of its own for one test file: made in a temporary directory, reached by a Unix socket, gone with the test. */
import { execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectDb, type DbClient } from '../src/engine/postgres/db-client.ts'

/** A running Postgres. */
export interface TestPostgres {
  dir: string
  /** @param user a role; nobody asks for a password */
  url(user: string, database?: string): string
  /** A connection as superuser. */
  connect(database?: string): Promise<DbClient>
  /** Ends it as a crash would. */
  crash(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** Where the programs of Postgres are; `undefined` where it is not installed. */
export const POSTGRES_BIN = findPrograms()
/** For titles of suites. */
export const WITHOUT_POSTGRES = POSTGRES_BIN ? '' : ' (skipped: Postgres is not installed)'

/** Makes the cluster and starts it. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-pg-'))
  const owner = ownerOfCluster()
  if (owner) chownSync(dir, owner.uid, owner.gid)
  const data = join(dir, 'data')
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C']
  execFileSync(join(POSTGRES_BIN!, 'initdb'), initdb, { ...owner, cwd: dir, stdio: 'ignore' })
  const settings = [
    'fsync=off',
    'listen_addresses=',
    `unix_socket_directories=${dir}`,
    'autovacuum=off',
    'max_connections=30',
  ]
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  let child: ReturnType<typeof spawn> | undefined
  const url = (user: string, database = 'postgres') => `postgres://${user}@localhost/${database}?host=${dir}`
  const end = async (signal: NodeJS.Signals) => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child!.once('exit', resolve))
    child.kill(signal)
    await gone
  }
  const start = async () => {
    child = spawn(join(POSTGRES_BIN!, 'postgres'), args, { ...owner, cwd: dir, stdio: 'ignore' })
    const last = child
    process.once('exit', () => last.kill('SIGQUIT'))
    await untilReady(() => connectDb(url('postgres')))
  }
  await start()
  return {
    dir,
    url,
    connect: (database) => connectDb(url('postgres', database)),
    crash: () => end('SIGQUIT'),
    start,
    async stop() {
      await end('SIGQUIT')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function untilReady(connect: () => Promise<DbClient>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await (await connect()).end()
    } catch (error) {
      if (attempt > 300) throw error
      await sleep(30)
    }
  }
}

/** Postgres refuses to run as root. */
function ownerOfCluster(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function findPrograms(): string | undefined {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(root, version, 'bin')),
    '/usr/local/bin',
    '/opt/homebrew/bin',
    '/usr/bin',
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')))
}
