/** Loading: what comes from where, and that a configuration anywhere on the disk works. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { verifies } from '../../test/support/verifies.ts'
import { loadConfig } from './load.ts'
import { ConfigError } from './problem.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-config-'))
  path = join(folder, 'causeway.yaml')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(text: string, name = 'causeway.yaml'): void {
  mkdirSync(resolve(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), text)
}

function problemsOf(env: Record<string, string> = {}): readonly unknown[] {
  try {
    loadConfig(path, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('loadConfig', () => {
  it('resolves paths from the folder of the file, wherever the process runs', () => {
    mkdirSync(join(folder, 'servers/crm'), { recursive: true })
    write('{ version: 1, dataDir: state, upstreams: { crm: { run: servers/crm } } }')
    const { config, sources } = loadConfig(relative(process.cwd(), path), {})
    expect(config.dataDir).toBe(join(folder, 'state'))
    expect(config.upstreams.crm?.run).toBe(join(folder, 'servers/crm'))
    expect(sources).toEqual([path])
  })

  it('lets the environment decide over the file', () => {
    write('{ version: 1, listen: { host: 127.0.0.1, port: 1 }, publicUrl: "http://127.0.0.1:1" }')
    const env = {
      CAUSEWAY_HOST: '::1',
      CAUSEWAY_PORT: '0',
      CAUSEWAY_ADMIN_PORT: '2',
      CAUSEWAY_HOME: 'somewhere',
      CAUSEWAY_PUBLIC_URL: 'https://mcp.example',
    }
    const { config, warnings } = loadConfig(path, env)
    expect(config).toMatchObject({
      listen: { host: '::1', port: 0 },
      admin: { host: '127.0.0.1', port: 2 },
      dataDir: resolve('somewhere'),
      publicUrl: 'https://mcp.example',
    })
    expect(warnings).toEqual([])
  })

  it('warns of an admin listener that other machines can reach', () => {
    write('{ version: 1, admin: { host: 0.0.0.0 } }')
    expect(loadConfig(path, {}).warnings).toMatchObject([
      { path: 'admin.host', message: expect.stringContaining('TLS') },
    ])
    write('{ version: 1, admin: { host: "::1" } }')
    expect(loadConfig(path, {}).warnings).toEqual([])
  })

  it('leaves the admin listener off when only its port is set', () => {
    write('{ version: 1, admin: false }')
    expect(loadConfig(path, { CAUSEWAY_ADMIN_PORT: '2' }).config.admin).toBe(false)
  })

  it('leaves the public URL open, because the port is not known yet', () => {
    write('{ version: 1, listen: { port: 0 } }')
    expect(loadConfig(path, {}).config.publicUrl).toBeUndefined()
  })

  it('keeps rules and tests in the order of the files, each with its place', () => {
    write('version: 1\nrules:\n  - { id: a, effect: allow, roles: ["*"], tools: ["*"] }\n')
    write('rules:\n  - { id: c, effect: deny, roles: ["*"], tools: [x] }\n', 'conf.d/20.yaml')
    write(
      'rules:\n\n  - { id: b, effect: deny, roles: ["*"], tools: [y] }\ntests:\n  - { as: a, call: x, expect: deny }\n',
      'conf.d/10.yaml',
    )
    const { config, sources } = loadConfig(path, {})
    expect(config.rules.map(({ id, source }) => [id, source])).toEqual([
      ['a', 'causeway.yaml:3'],
      ['b', 'conf.d/10.yaml:3'],
      ['c', 'conf.d/20.yaml:2'],
    ])
    expect(config.tests[0]?.source).toBe('conf.d/10.yaml:5')
    expect(sources).toEqual([path, join(folder, 'conf.d/10.yaml'), join(folder, 'conf.d/20.yaml')])
  })

  it('reads secrets from the environment and from files beside the configuration', () => {
    write('from-file\n', 'token.txt')
    write(`version: 1
upstreams:
  crm:
    url: https://crm.example/mcp
    auth: { mode: bearer, token: "\${env:TOKEN}" }
    headers: { X-Both: "a \${env:TOKEN} b \${file:token.txt} c", X-Plain: plain }
`)
    const { config } = loadConfig(path, { TOKEN: 'from-env' })
    const { auth, headers } = config.upstreams.crm!
    expect(auth.mode === 'bearer' && auth.token.reveal()).toBe('from-env')
    expect(headers['X-Both']?.reveal()).toBe('a from-env b from-file c')
    expect(headers['X-Plain']?.reveal()).toBe('plain')
    expect(JSON.stringify(config)).not.toContain('from-')
  })

  it('knows no upstream and no tool that is not configured', () => {
    write('{ version: 1, upstreams: { crm: { command: [crm] } } }')
    const { upstreams } = loadConfig(path, {}).config
    expect(upstreams.constructor).toBeUndefined()
    expect(upstreams.crm?.tools.constructor).toBeUndefined()
  })

  it('changes the policy source when the policy changes, and not when it only moves', () => {
    const rule = '- { id: a, effect: allow, roles: ["*"], tools: ["*"] }'
    write(`version: 1\nrules:\n  ${rule}\n`)
    const { policySource } = loadConfig(path, {})
    write(`version: 1\n# Moved.\nlisten: { port: 5 }\nrules:\n  ${rule}\n`)
    expect(loadConfig(path, {}).policySource).toBe(policySource)
    write(`version: 1\nrules:\n  ${rule.replace('allow', 'deny')}\n`)
    expect(loadConfig(path, {}).policySource).not.toBe(policySource)
  })

  it('says which file it cannot read', () => {
    expect(problemsOf()).toEqual([
      { file: 'causeway.yaml', line: 0, column: 0, path: '', message: `Cannot read "${path}": no such file` },
    ])
    write('{ version: 1 }')
    mkdirSync(join(folder, 'conf.d/folder.yaml'), { recursive: true })
    expect(problemsOf()).toMatchObject([{ file: 'conf.d/folder.yaml', message: expect.stringContaining('EISDIR') }])
  })

  it('warns about a listener that refuses everyone who can reach it', () => {
    write('{ version: 1, listen: { host: 0.0.0.0 } }')
    expect(loadConfig(path, {}).warnings).toMatchObject([{ line: 1, path: 'listen.host' }])
    expect(loadConfig(path, { CAUSEWAY_PUBLIC_URL: 'https://mcp.example' }).warnings).toEqual([])
  })

  it.each(['auth.anonymous', 'auth.development'])(verifies('auth.dev', 'refuses %s where others are'), (setting) => {
    const what = setting === 'auth.anonymous' ? 'anonymous: visitor' : 'development: {}'
    write(`{ version: 1, auth: { ${what} } }`)
    expect(loadConfig(path, { CAUSEWAY_HOST: '::1', CAUSEWAY_PUBLIC_URL: 'http://localhost:1' }).warnings).toEqual([])
    const places: Record<string, string>[] = [
      { CAUSEWAY_HOST: '0.0.0.0' },
      { CAUSEWAY_HOST: '192.168.1.5' },
      { CAUSEWAY_HOST: 'gateway.internal' },
      { CAUSEWAY_PUBLIC_URL: 'https://mcp.example' },
      { NODE_ENV: 'production' },
    ]
    for (const env of places) expect(problemsOf(env)).toMatchObject([{ line: 1, path: setting }])
  })

  it('asks one issuer at most about opaque tokens, with a secret that is not in the file', () => {
    const issuer = (name: string, secret: string) =>
      `{ issuer: "https://${name}.example", introspection: { url: "https://${name}.example/i", clientId: a, clientSecret: "${secret}" } }`
    const reference = ['$', '{env:S}'].join('')
    const auth = (...issuers: string[]) =>
      `{ version: 1, publicUrl: "https://mcp.example", auth: { issuers: [${issuers}] } }`
    write(auth(issuer('a', reference), issuer('b', reference)))
    expect(problemsOf({ S: 'secret' })).toMatchObject([{ path: 'auth.issuers[1].introspection' }])
    write(auth(issuer('a', 'secret')))
    expect(problemsOf()).toMatchObject([{ path: 'auth.issuers[0].introspection.clientSecret' }])
    write(auth(issuer('a', reference)))
    expect(JSON.stringify(loadConfig(path, { S: 'secret' }).config)).not.toContain('secret"')
  })

  it('refuses anonymous callers beside issuers, the development issuer included', () => {
    for (const more of ['development: {}', 'issuers: [{ issuer: "https://idp.example" }]']) {
      write(`{ version: 1, auth: { anonymous: visitor, ${more} } }`)
      expect(problemsOf()).toMatchObject([{ line: 1, path: 'auth.anonymous' }])
    }
  })

  it('refuses anonymous callers when the environment opens the listener', () => {
    write('{ version: 1, auth: { anonymous: visitor } }')
    expect(loadConfig(path, {}).config.auth.anonymous).toBe('visitor')
    expect(problemsOf({ CAUSEWAY_HOST: '0.0.0.0' })).toMatchObject([{ line: 1, path: 'auth.anonymous' }])
    expect(problemsOf({ NODE_ENV: 'production' })).toMatchObject([{ line: 1, path: 'auth.anonymous' }])
  })
})
