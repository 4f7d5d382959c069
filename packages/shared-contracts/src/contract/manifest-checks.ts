/** The part of the contract about promises: the manifest is current, lists carry it, and the last release still holds. */
import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { breakingChanges, type Served } from '../breaking-changes.ts'
import { manifestText, readManifestFiles } from '../manifest-files.ts'
import { TOOL_META_KEY } from '../wire-names.ts'
import type { CellCheck } from './cell.ts'
import type { DomainContract } from './domain-contract.ts'

const run = promisify(execFile)

/** One thing that does not need a running domain server. */
export interface PackageCheck {
  title: string
  /** Throws when it does not hold. */
  run(contract: DomainContract): Promise<void>
}

const manifestIsCurrent: PackageCheck = {
  title: 'has a current domain.manifest.json',
  async run(contract) {
    const { manifest } = readManifestFiles(folderOf(contract))
    const { manifest: served } = await describedBy(contract)
    expect(manifest, 'domain.manifest.json is stale: write it anew with npm run manifests').toBe(manifestText(served))
  },
}

const keepsPromises: PackageCheck = {
  title: 'breaks nobody who relies on its last release',
  async run(contract) {
    const { release } = readManifestFiles(folderOf(contract))
    const served = await describedBy(contract)
    if (!release) {
      expect(served.manifest.stability, 'what is stable has a domain.released.json').not.toBe('stable')
      return
    }
    expect(breakingChanges(release, served).join('\n')).toBe('')
  },
}

const listsManifest: CellCheck = {
  title: 'tells of each tool in its list what its manifest says',
  async run(contract, { client }) {
    const { manifest } = await describedBy(contract)
    for (const { name, _meta } of (await client.listTools()).tools)
      expect(_meta?.[TOOL_META_KEY], name).toMatchObject({
        owner: manifest.owner,
        stability: manifest.stability,
        ...manifest.tools[name],
      })
  },
}

const described = new WeakMap<DomainContract, Promise<Served>>()

function describedBy(contract: DomainContract): Promise<Served> {
  const { main, env } = contract
  const known =
    described.get(contract) ??
    run(process.execPath, [main, '--describe'], { env: { ...process.env, ...env } }).then(
      ({ stdout }) => JSON.parse(stdout) as Served,
    )
  described.set(contract, known)
  return known
}

function folderOf({ main, folder }: DomainContract): string {
  return folder ?? join(dirname(main), '..')
}

/** Those that need no running domain server. */
export const PACKAGE_CHECKS = [manifestIsCurrent, keepsPromises]
/** Those that do. */
export const MANIFEST_CHECKS = [listsManifest]
