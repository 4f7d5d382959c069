/** What is logged holds no secret, wherever in a line it stands. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { verifies } from '../../test/support/verifies.ts'

it(verifies('audit.secrets', 'a log line loses the secrets that it was given, and stays JSON'), () => {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-log-'))
  const canary = 'cwy_live_k1_CanaryCanaryCanaryCanary'
  const program = `
    import { createLog } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'log.ts')).href)}
    const { log } = createLog({ level: 'info', dataDir: ${JSON.stringify(dir)} })
    log.info({ note: 'a ${canary}', err: new Error('refused "${canary}" at https://u:${canary}@h/') }, 'with ${canary}')
    log.flush()`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' })
  rmSync(dir, { recursive: true, force: true })
  const line = JSON.parse(stderr.trim().split('\n').at(-1) as string) as { msg: string; note: string }
  expect([line.msg, line.note]).toEqual(['with [redacted causeway key]', 'a [redacted causeway key]'])
  expect(stderr).not.toContain('Canary')
})
