/** Writes `domain.manifest.json` of every domain server anew; with `--release` also what later versions are held against. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manifestText, releaseText } from '../src/manifest-files.ts'

const packages = join(import.meta.dirname, '../..')
const isRelease = process.argv.includes('--release')

for (const name of readdirSync(packages).sort()) {
  const folder = join(packages, name)
  const main = join(folder, 'src/main.ts')
  if (!existsSync(main)) continue
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, '--describe'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`Cannot describe "${name}": ${stderr}`)
  const { manifest, release } = JSON.parse(stdout)
  writeFileSync(join(folder, 'domain.manifest.json'), manifestText(manifest))
  if (isRelease) writeFileSync(join(folder, 'domain.released.json'), releaseText(release))
  process.stdout.write(`${name}: ${Object.keys(manifest.tools).length} tools\n`)
}
