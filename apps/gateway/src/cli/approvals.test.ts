/** `causeway approvals` without a gateway: what is printed for people, and how each command ends. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createApprovals } from '../approval/approvals.ts'
import { openStore } from '../store/open-store.ts'
import { type CliFixture, createCliFixture } from './cli-fixture.ts'

let cli: CliFixture
beforeEach(() => {
  cli = createCliFixture('version: 1\napprovers: { alice: { roles: [leads] }, support-bot: { roles: [leads] } }\n')
})
afterEach(() => cli.remove())

/** Asks for an approval, some minutes ago. */
function ask(amount: number, { approvers = ['leads'], minutes = 0, user = null as string | null } = {}): string {
  const store = openStore(cli.dataDir, {})
  const approvals = createApprovals(store, () => Date.now() - minutes * 60_000)
  const standing = approvals.standingOf({
    ...{ caller: 'support-bot', agent: 'support-bot', user, tool: 'pay__refund', upstream: 'pay' },
    ...{ definitionHash: 'h', argumentsDigest: String(amount), rule: 'refunds' },
    argumentsShown: JSON.stringify({ amount, note: 'x'.repeat(100) }),
    approvers: JSON.stringify(approvers),
  })
  store.close()
  return standing.kind === 'full' ? '' : standing.approval.id
}

it('says so when nothing waits, even where there is no store yet', async () => {
  expect(await cli.run(['approvals', 'ls'])).toMatchObject({ code: 0, stdout: 'Nothing waits.\n' })
  expect((await cli.run(['approvals', 'approve', 'apr_x', '--json'])).json().error.code).toBe('approval_unknown')
  expect((await cli.run(['approvals', 'show', 'apr_x'])).code).toBe(1)
})

it('lists what waits, newest first, and with --all what is over', async () => {
  const late = ask(7, { minutes: 20 })
  const older = ask(5, { minutes: 5, user: 'ada' })
  const newer = ask(6)
  const { stdout } = await cli.run(['approvals', 'ls'])
  const [head, ...rows] = stdout.trimEnd().split('\n')
  expect(head).toMatch(/^ID +STATE +AGE +AGENT +TOOL +ARGUMENTS$/)
  expect(rows).toEqual([
    expect.stringMatching(`^${newer}  pending  0m   support-bot +pay__refund  {"amount":6,"note":"x+…$`),
    expect.stringMatching(`^${older}  pending  5m   support-bot for ada  pay__refund  {"amount":5,`),
  ])
  const all = (await cli.run(['approvals', 'ls', '--all', '--json'])).json().data
  expect(all.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
    [newer, 'pending'],
    [older, 'pending'],
    [late, 'expired'],
  ])
  expect((await cli.run(['approvals', 'show', older])).stdout).toMatch(
    /^id: +apr_\w+\nstate: +pending\nagent: +support-bot\nuser: +ada\n/,
  )
})

it('takes a verdict once, from those who may give it', async () => {
  const id = ask(1)
  const refused = await cli.run(['approvals', 'approve', id, '--by', 'mallory'])
  expect([refused.code, refused.stderr]).toEqual([
    6,
    `error: Cannot decide approval "${id}" as "mallory": "mallory" has none of the roles that may\n` +
      'hint:  Use --by <name> of somebody who has the role leads under approvers\n',
  ])
  const own = await cli.run(['approvals', 'approve', id, '--by', 'support-bot', '--json'])
  expect([own.code, own.json().error.code]).toEqual([6, 'approval_requester'])
  expect(await cli.run(['approvals', 'approve', id, '--by', 'alice', '--reason', 'fine'])).toMatchObject({
    code: 0,
    stdout: `approved ${id}: pay__refund by support-bot\n`,
  })
  const { data } = (await cli.run(['approvals', 'show', id, '--json'])).json()
  expect(data).toMatchObject({ state: 'approved', decidedBy: 'alice', reason: 'fine' })
  expect(data.decidedThrough).toMatch(/^cli \(.+\)$/)
  expect((await cli.run(['approvals', 'reject', id, '--by', 'alice', '--json'])).json().error.code).toBe(
    'approval_decided',
  )
})

it("names nobody by an object's own members", async () => {
  expect((await cli.run(['approvals', 'approve', ask(2), '--by', 'constructor'])).code).toBe(6)
})
