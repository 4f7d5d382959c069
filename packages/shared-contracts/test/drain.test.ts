/** SIGTERM: what runs is answered, nothing new is taken, and the process ends by itself. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '@causeway/shared-contracts/contract/trusting-place'
import { startHttp } from '@causeway/shared-contracts/start-http'
import { expect, it } from 'vitest'
import { NOTE_CONTRACT } from './fixture/note-contract.ts'

it('answers the call that runs, and refuses the one that comes', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-drain-'))
  const running = await startHttp(NOTE_CONTRACT, dir)
  const call = (ms: number) => fetch(running.url, messageOf('tools/call', { name: 'wait_long', arguments: { ms } }))
  const metrics = async () => (await fetch(new URL('/metrics', running.url))).text()
  const slow = call(1_000)
  while (!/calls_in_flight\{tool="wait_long"\} 1/.test(await metrics())) await new Promise(setImmediate)
  const ended = running.stop()
  const version = new URL('/version', running.url)
  const refused = async () =>
    fetch(version).then(
      () => false,
      () => true,
    )
  while (!(await refused())) await new Promise(setImmediate)
  expect(await (await slow).text()).toContain('"waited":true')
  expect(await ended).toBe(0)
  rmSync(dir, { recursive: true, force: true })
})
