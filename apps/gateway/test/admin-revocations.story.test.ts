/** Admins revoke access tokens over the API, by what is known of them. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AskAdmin } from './support/admin-client.ts'
import { type AdminStage, failureOf, startAdminStage } from './support/admin-stage.ts'

let stage: AdminStage
let ask: AskAdmin
beforeAll(async () => {
  stage = await startAdminStage()
  ;({ ask } = stage)
})
afterAll(() => stage.close())

it('tokens are revoked by what is known of them, and the revocations listed', async () => {
  const body = { subject: 'ada', issuer: 'https://idp.example', issuedBefore: '2026-11-21T09:30:00Z' }
  const made = await ask('POST', '/api/v1/revocations', { body })
  expect([made.status, made.json]).toMatchObject([
    201,
    { ...body, issuedBefore: '2026-11-21T09:30:00.000Z', jti: null },
  ])
  expect((await ask('POST', '/api/v1/revocations', { body: { jti: 'one' } })).json.issuedBefore).toBeNull()
  const { json } = await ask('GET', '/api/v1/revocations')
  expect(json.items.map(({ subject, jti }: Record<string, unknown>) => subject ?? jti).toSorted()).toEqual([
    'ada',
    'one',
  ])
  expect(failureOf(await ask('POST', '/api/v1/revocations', { body: {} }))).toEqual([422, 'cannot_revoke'])
  expect((await ask('POST', '/api/v1/revocations', { body: { issuedBefore: 'soon' } })).status).toBe(400)
})
