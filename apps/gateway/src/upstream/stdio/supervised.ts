/** A domain server of this installation as a child: started with what it needs to know the gateway, reached over HTTP on a private port. */
import { getCompileCacheDir } from 'node:module'
import { ENV, type ReadyLine } from '@causeway/shared-contracts/wire-names'
import type { Logger } from 'pino'
import { unavailable } from '../answer.ts'
import { type Child, childEnv, startChild } from './child.ts'
import { tellDomainLine } from './domain-log.ts'
import { createLineReader } from './line-reader.ts'

/** What a domain server must know to verify the gateway's tokens. */
export interface GatewayFacts {
  /** Public URL: the issuer of call tokens. */
  issuer: string
  /** Loopback URL of the gateway's published keys. */
  jwksUrl: string
}

export interface SupervisedSpec {
  upstream: string
  /** Absolute path of the package; its `main` is what runs. */
  folder: string
  env: Readonly<Record<string, string>>
  /** Directory that is the domain server's own. */
  dataDir: string
  facts: GatewayFacts
  log: Logger
}

const READY_MS = 30_000
const MAX_LINE_BYTES = 4_000

/**
 * Starts the domain server and waits until it listens.
 * @throws GatewayError upstream_unavailable when it ends or stays silent instead
 */
export async function startSupervised(spec: SupervisedSpec, signal: AbortSignal): Promise<{ child: Child; url: URL }> {
  const child = startChild({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', spec.folder, '--host', '127.0.0.1', '--port', '0'],
    env: childEnv({
      ...compileCache(),
      ...spec.env,
      [ENV.supervised]: '1',
      [ENV.dataDir]: spec.dataDir,
      [ENV.issuer]: spec.facts.issuer,
      [ENV.jwks]: spec.facts.jwksUrl,
      [ENV.audience]: spec.upstream,
    }),
    log: spec.log,
    onStderr: (line) => tellDomainLine(spec.log, line),
  })
  try {
    return { child, url: await readyUrl(child, spec.upstream, signal) }
  } catch (error) {
    await child.stop()
    throw error
  }
}

function readyUrl(child: Child, upstream: string, signal: AbortSignal): Promise<URL> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(unavailable(upstream, reason))
    const timer = setTimeout(() => fail('it did not say that it listens'), READY_MS)
    signal.addEventListener('abort', () => fail('the gateway is ending'), { once: true })
    void child.ended.then(fail).finally(() => clearTimeout(timer))
    const onLine = (line: string) => {
      const url = parseReady(line)
      if (!url) return
      clearTimeout(timer)
      resolve(url)
    }
    child.process.stdout.on('data', createLineReader(MAX_LINE_BYTES, { onLine, onOverflow() {} }))
  })
}

function parseReady(line: string): URL | undefined {
  try {
    const ready = JSON.parse(line) as Partial<ReadyLine>
    return ready.causeway === 'ready' && ready.url ? new URL(ready.url) : undefined
  } catch {
    return undefined
  }
}

// A domain server starts in half the time when it does not compile what it compiled before.
function compileCache(): Record<string, string> {
  const directory = getCompileCacheDir()
  return directory ? { NODE_COMPILE_CACHE: directory } : {}
}
