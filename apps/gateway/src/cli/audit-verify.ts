/** `causeway audit verify`: whether the record is what was written; works on the files alone, while a gateway runs or not. */
import type { JsonWebKey } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { auditFolder, checkpointFolder } from '../audit/audit-folders.ts'
import { type AuditReport, verifyAudit } from '../audit/verify-audit.ts'
import type { ChainReport } from '../audit/verify-chain.ts'
import { CliError } from './cli-error.ts'
import { formatTable } from './table.ts'
import type { Workspace } from './workspace.ts'

export interface VerifyOptions {
  records?: string
  checkpoints?: string
  keys?: string
}

/**
 * Prints what was verified.
 * @throws CliError that names the first bad record of each chain
 */
export function auditVerify(workspace: Workspace, options: VerifyOptions): void {
  const { config, printer, terminal } = workspace
  const at = (path: string) => resolve(terminal.folder, path)
  const folderAt = (path: string) => requireFolder(at(path))
  const keys = options.keys === undefined ? storedKeys(workspace) : readKeys(at(options.keys))
  const report = verifyAudit({
    folder: options.records === undefined ? auditFolder(config.dataDir) : folderAt(options.records),
    checkpoints:
      options.checkpoints === undefined
        ? checkpointFolder(config.audit, config.dataDir)
        : folderAt(options.checkpoints),
    ...(keys ? { keys } : {}),
  })
  if (report.checkpoints === 0 && report.records > 0)
    printer.note('there are no checkpoints, so records that were cut off at the end, or all written anew, are not seen')
  else if (!report.isKeyTrusted)
    printer.note('there are no keys at hand but those that the checkpoints bring along: name better ones with --keys')
  else noteUnsigned(workspace, report)
  const bad = report.chains.filter(({ problem }) => problem)
  if (bad.length > 0) throw broken(report, bad)
  printer.answer(report, () => formatReport(report))
}

// Such as one that ended by kill -9 at its very start, or that somebody made up.
function noteUnsigned({ printer }: Workspace, { chains }: AuditReport): void {
  const names = chains.filter(({ isSigned }) => !isSigned).map(({ instance }) => instance)
  if (names.length > 0) printer.note(`no checkpoint says that a gateway wrote these chains: ${names.join(', ')}`)
}

function broken(report: AuditReport, bad: readonly ChainReport[]): CliError {
  const texts = bad.map(({ instance, problem }) => {
    const { seq, message, at } = problem as NonNullable<ChainReport['problem']>
    return `record ${seq} of chain ${instance}${at === undefined ? '' : ` (${at})`} ${message}`
  })
  return new CliError('drift', `Cannot trust the audit record: ${texts.join('; ')}`, {
    code: 'audit_broken',
    hint: 'Keep the files as they are, and compare them with a backup or with what was exported',
    data: report,
  })
}

function formatReport({ chains, records, checkpoints }: AuditReport): string {
  const rows = chains.map(({ instance, firstSeq, lastSeq, sightings, tornBytes }) => [
    instance,
    `${firstSeq}-${lastSeq}`,
    String(sightings),
    tornBytes > 0 ? `its last record was cut off after ${tornBytes} bytes` : '',
  ])
  const counted = [`${records} records`, `${chains.length} chains`, `${checkpoints} checkpoints`]
  const [what, where, seen] = counted.map((each) => each.replace(/^1 (.*)s$/, '1 $1'))
  const summary = `Found as written: ${what} in ${where}, ${seen}.`
  return chains.length === 0
    ? 'There are no records.'
    : `${formatTable(['CHAIN', 'RECORDS', 'SEEN', ''], rows)}\n${summary}`
}

// A misspelled one would be found good, because nothing in it is bad.
function requireFolder(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path
  throw new CliError('usage', `Cannot verify "${path}": no such folder`, {
    code: 'folder_unknown',
    hint: 'Name the folder with the .jsonl files',
  })
}

function storedKeys(workspace: Workspace): Map<string, JsonWebKey> | undefined {
  const published = workspace.existingStore()?.auditKeys.published() ?? []
  return published.length === 0 ? undefined : new Map(published.map(({ kid, publicJwk }) => [kid, publicJwk]))
}

function readKeys(path: string): Map<string, JsonWebKey> {
  const hint =
    'Want lines such as {"kid":"…","publicJwk":{"kty":"OKP","crv":"Ed25519","x":"…"}}, as checkpoint files begin'
  try {
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
    const keys = lines.map((line) => JSON.parse(line) as { kid: string; publicJwk: JsonWebKey } | null)
    return new Map(keys.flatMap((key) => (key?.publicJwk ? [[key.kid, key.publicJwk]] : [])))
  } catch (error) {
    throw new CliError('usage', `Cannot read keys "${path}": ${(error as Error).message}`, {
      code: 'keys_unreadable',
      hint,
    })
  }
}
