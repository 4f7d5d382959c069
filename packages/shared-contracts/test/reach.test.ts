/** Who reaches a domain server that trusts no gateway: programs of this machine, no page of the web, and nobody from elsewhere. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '@causeway/shared-contracts/contract/trusting-place'
import { startHttp } from '@causeway/shared-contracts/start-http'
import { afterAll, expect, it } from 'vitest'
import { NOTE_CONTRACT } from './fixture/note-contract.ts'

const dir = mkdtempSync(join(tmpdir(), 'causeway-reach-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

it.each(['0.0.0.0', '::', '192.0.2.1', '127.0.0.1.example.com'])('does not listen on %s', (host) => {
  const { status, stderr } = spawnSync(process.execPath, [NOTE_CONTRACT.main, '--host', host, '--data', dir], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  expect([status, stderr]).toEqual([1, expect.stringContaining(`Cannot listen on "${host}" without a gateway`)])
})

it('answers programs, and no page of the web', async () => {
  const running = await startHttp(NOTE_CONTRACT, dir)
  const { method, headers, body } = messageOf('tools/list', {}) as { method: string; headers: object; body: string }
  // As a browser would: `fetch` of Node.js keeps these headers to itself.
  const statusFor = (more: Record<string, string>) =>
    new Promise((resolve, reject) => {
      const sent = request(running.url, { method, headers: { ...headers, ...more } }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      sent.once('error', reject).end(body)
    })
  expect(await statusFor({})).toBe(200)
  expect(await statusFor({ origin: 'http://localhost:5173' })).toBe(200)
  expect(await statusFor({ origin: 'https://evil.example' })).toBe(403)
  expect(await statusFor({ origin: 'null' })).toBe(403)
  expect(await statusFor({ host: 'evil.example' })).toBe(403)
  await running.stop()
})
