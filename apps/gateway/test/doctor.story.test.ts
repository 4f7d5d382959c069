/** `causeway doctor` finds what keeps a gateway from working, by itself and beside a running one. */
import { chmodSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type CliFixture, createCliFixture, runIn } from '../src/cli/cli-fixture.ts'
import { checkClock, checkNode, type Finding } from '../src/cli/doctor-checks.ts'
import { bareTool, startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { freePort } from './support/free-port.ts'
import { startGateway } from './support/start-gateway.ts'

const CONFIGURATION = `version: 1
upstreams: {}
agents: { bot: { roles: [viewer] } }
rules: [{ id: reads, effect: allow, roles: [viewer], tools: ["up__look"] }]
`

let cli: CliFixture | undefined
afterEach(() => {
  cli?.remove()
  cli = undefined
})

const byCheck = (findings: Finding[], wanted: Finding['check']) => findings.filter(({ check }) => check === wanted)
const freePorts = async () => ({
  CAUSEWAY_PORT: String(await freePort()),
  CAUSEWAY_ADMIN_PORT: String(await freePort()),
})

describe('where no gateway runs', () => {
  it('says so, and fails nothing', async () => {
    cli = createCliFixture(CONFIGURATION)
    const { code, stdout } = await cli.run(['doctor'], await freePorts())
    expect(stdout).toMatch(/^STATE +CHECK +FOUND\nok +node +Node\.js 2/)
    expect(stdout).toMatch(/skipped +gateway +nothing runs at http:\/\/127\.0\.0\.1:\d+; the port is free/)
    expect(stdout).toMatch(/skipped +admin/)
    expect(code).toBe(0)
  })

  it('names a port that something else has', async () => {
    cli = createCliFixture(CONFIGURATION)
    const other = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const ended = await cli.run(['doctor', '--json'], { ...(await freePorts()), CAUSEWAY_PORT: String(port) })
    other.close()
    expect(ended.code).toBe(2)
    expect(ended.json()).toMatchObject({
      ok: false,
      error: { code: 'unhealthy', hint: expect.stringContaining('CAUSEWAY_PORT') },
    })
    expect(byCheck(ended.json().data, 'gateway')).toMatchObject([
      { state: 'failed', detail: expect.stringContaining('is no gateway') },
    ])
  })

  it('names rules that fail their tests', async () => {
    cli = createCliFixture(`${CONFIGURATION}tests: [{ as: bot, call: up__other, expect: allow }]\n`)
    const { code, stderr, stdout } = await cli.run(['doctor'], await freePorts())
    expect(stdout).toMatch(/failed +policy +1 test fails/)
    expect(stderr).toMatch(/hint: {2}`causeway policy test`/)
    expect(code).toBe(2)
  })

  it.skipIf(process.platform === 'win32')(
    'names a secret that other users can open (not on Windows, which has no such modes)',
    async () => {
      cli = createCliFixture(CONFIGURATION)
      await cli.run(['agents', 'create', 'one'])
      const env = await freePorts()
      expect((await cli.run(['doctor'], env)).code).toBe(0)
      chmodSync(join(cli.dataDir, 'secret.key'), 0o644)
      const ended = await cli.run(['doctor', '--json'], env)
      expect(byCheck(ended.json().data, 'data')).toContainEqual(expect.objectContaining({ state: 'failed' }))
    },
  )

  it('knows an old Node.js, and a clock that went back', () => {
    expect(['18.20.4', '24.20.0', '24.21.0', '26.0.0'].map((each) => checkNode(each)[0]?.state)).toEqual([
      'failed',
      'failed',
      'ok',
      'ok',
    ])
    const store = { apiKeys: { list: () => [{ createdMs: 1_000_000 }] } }
    const at = (nowMs: number) => checkClock({ existingStore: () => store } as never, nowMs)[0]?.state
    expect([at(1_000_000), at(950_000), at(900_000)]).toEqual(['ok', 'ok', 'failed'])
  })
})

it('asks a running gateway what it reaches', async () => {
  const upstream = await startScriptedUpstream({ tools: [bareTool('look')] })
  const gateway = await startGateway({
    upstreams: { up: { url: upstream.url }, gone: { url: `http://127.0.0.1:${await freePort()}/mcp` } },
  })
  const env = {
    CAUSEWAY_PORT: new URL(gateway.url).port,
    CAUSEWAY_ADMIN_PORT: new URL(gateway.adminUrl).port,
  }
  await gateway.ready('up')
  await expect
    .poll(async () => {
      const ended = await runIn(gateway.dir, ['doctor', '--json'], env)
      return [ended.code, byCheck(ended.json().data, 'upstream').map(({ state }) => state)]
    })
    .toEqual([4, ['ok', 'failed']])
  const findings: Finding[] = (await runIn(gateway.dir, ['doctor', '--json'], env)).json().data
  expect([...byCheck(findings, 'gateway'), ...byCheck(findings, 'admin')]).toMatchObject([
    { state: 'ok', detail: `http://127.0.0.1:${env.CAUSEWAY_PORT} runs` },
    { state: 'ok', detail: `http://127.0.0.1:${env.CAUSEWAY_ADMIN_PORT} answers` },
  ])
  await gateway.close()
  await upstream.close()
})
