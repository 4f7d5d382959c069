/** A record that somebody deletes or moves away under a running gateway: nothing that may write is run unrecorded, and what is missing is found. */
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { verifyAudit } from '../src/audit/verify-audit.ts'
import { failureOf } from './support/failure-of.ts'
import { type Audited, startAudited } from './support/start-audited.ts'
import { until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

let on: Audited
beforeEach(async () => {
  on = await startAudited()
})
afterEach(() => on.close())

const folder = () => join(on.gateway.dir, 'data/audit')
const sent = () => on.upstream.received.length
const write = () => on.call('up__drop', { arguments: { n: 1 } })

it.each<[string, () => void]>([
  ['deleted', () => rmSync(folder(), { recursive: true })],
  ['moved away', () => renameSync(folder(), join(on.gateway.dir, 'data/audit-before'))],
])(verifies('audit.complete', 'a call whose intent would go to a file that was %s is not run'), async (_, lose) => {
  expect((await write()).status).toBe(200)
  await on.audit().flush()
  lose()
  const before = sent()
  expect(failureOf(await write())).toMatchObject({ status: 503, code: 'audit_unavailable' })
  expect(sent()).toBe(before)
  await until(() => on.audit().isWriting, 'records can be written again')
  const served = await write()
  expect(served.status).toBe(200)
  expect((await on.recordsOf(served)).map(({ kind }) => kind)).toEqual(['intent', 'result'])
  const { chains } = verifyAudit({ folder: folder(), checkpoints: join(on.gateway.dir, 'data/audit-checkpoints') })
  expect(chains[0]?.problem?.kind).toBe('removed')
})
