/** The store on disk: modes, secrets, migrations, many processes, and what other processes see. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openDatabase } from './database.ts'
import { migrate } from './migrations.ts'
import { openStore, type Store } from './open-store.ts'

let parent: string
let dir: string
const open: Store[] = []

function opened(env: NodeJS.ProcessEnv = {}): Store {
  const store = openStore(dir, env)
  open.push(store)
  return store
}

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'causeway-store-'))
  dir = join(parent, 'data')
})

afterEach(() => {
  for (const store of open.splice(0)) store.close()
  rmSync(parent, { recursive: true, force: true })
})

test('directory and files belong to their owner alone', () => {
  opened().agents.insert({ name: 'a', roles: [], createdMs: 1 })
  expect(statSync(dir).mode & 0o777).toBe(0o700)
  const files = readdirSync(dir)
  expect(files).toContain('causeway.db-wal')
  for (const file of files) expect([file, statSync(join(dir, file)).mode & 0o777]).toEqual([file, 0o600])
})

test('what was written is there after a restart', () => {
  const first = openStore(dir, {})
  first.agents.insert({ name: 'bot', roles: ['support', 'viewer'], createdMs: 5 })
  first.close()
  expect(opened().agents.list()).toEqual([{ name: 'bot', roles: ['support', 'viewer'], createdMs: 5 }])
})

test('says whether it can be read', () => {
  const store = openStore(dir, {})
  expect(store.isReadable()).toBe(true)
  store.close()
  expect(store.isReadable()).toBe(false)
})

test('secrets are sealed in the file', () => {
  const store = opened()
  const secret = Buffer.alloc(32, 'canary')
  store.sealingKeys.succeed({ id: 'k', secret, createdMs: 1 })
  const privateJwk = { kty: 'OKP', crv: 'Ed25519', d: 'canary-of-a-private-key', x: 'x' }
  store.signingKeys.succeed({ kid: 's', privateJwk, publicJwk: { kty: 'OKP' }, createdMs: 1 })
  expect(store.signingKeys.list()[0]?.privateJwk).toEqual(privateJwk)
  for (const file of readdirSync(dir)) {
    const bytes = readFileSync(join(dir, file))
    for (const clear of [secret, secret.toString('base64url'), 'canary-of-a-private-key'])
      expect([file, bytes.includes(clear)]).toEqual([file, false])
  }
})

test('a database of a newer Causeway is refused and left alone', () => {
  openStore(dir, {}).close()
  const raw = new DatabaseSync(join(dir, 'causeway.db'))
  raw.exec('PRAGMA user_version = 99')
  expect(() => openStore(dir, {})).toThrow(/Cannot open store .*: it has schema 99, and this Causeway knows \d+$/)
  expect(raw.prepare('PRAGMA user_version').get()?.user_version).toBe(99)
  raw.close()
})

test('migrations run once, in order, and a failing one leaves nothing', () => {
  const db = openDatabase(join(parent, 'm.db'))
  const steps = ['CREATE TABLE a (x TEXT) STRICT', "INSERT INTO a VALUES ('1')"]
  migrate(db, 'm.db', steps.slice(0, 1))
  expect(() => migrate(db, 'm.db', [...steps, 'CREATE NONSENSE'])).toThrow()
  expect(db.prepare('SELECT count(*) AS n FROM a').get()?.n).toBe(0)
  migrate(db, 'm.db', steps)
  migrate(db, 'm.db', steps)
  expect(db.prepare('SELECT count(*) AS n FROM a').get()?.n).toBe(1)
  db.close()
})

test('the secret comes from the environment when it is there, and must be the one the store was made with', () => {
  const secret = 'ab'.repeat(32)
  openStore(dir, { CAUSEWAY_SECRET: secret }).close()
  expect(readdirSync(dir)).not.toContain('secret.key')
  opened({ CAUSEWAY_SECRET: secret.toUpperCase() })
  expect(() => openStore(dir, { CAUSEWAY_SECRET: 'cd'.repeat(32) })).toThrow(/its secret is not the one/)
  expect(() => openStore(dir, {})).toThrow(/its secret is not the one/)
  expect(() => openStore(dir, { CAUSEWAY_SECRET: 'short' })).toThrow('it must hold 64 hex digits')
})

test('a damaged secret file is named', () => {
  openStore(dir, {}).close()
  writeFileSync(join(dir, 'secret.key'), 'oops')
  expect(() => openStore(dir, {})).toThrow(/secret\.key: it must hold 64 hex digits/)
})

test('a file that is no database, or a folder that cannot be made, is refused by name', () => {
  openStore(dir, {}).close()
  writeFileSync(join(dir, 'causeway.db'), 'not a database, but long enough to be looked at as one'.repeat(100))
  expect(() => openStore(dir, {})).toThrow(/^Cannot open store ".*causeway\.db": file is not a database$/)
  expect(() => openStore(join(dir, 'causeway.db', 'below'), {})).toThrow(/^Cannot open store ".*": ENOTDIR/)
})

test('secrets of the store are encrypted on disk', () => {
  const store = opened()
  const secret = Buffer.alloc(32, 7)
  const privateJwk = { kty: 'OKP', crv: 'Ed25519', d: 'private-half-in-clear', x: 'public-half' }
  store.sealingKeys.succeed({ id: 'k1', secret, createdMs: 1 })
  store.signingKeys.succeed({ kid: 's1', privateJwk, publicJwk: { kty: 'OKP', x: 'public-half' }, createdMs: 1 })
  const bytes = readdirSync(dir).map((file) => readFileSync(join(dir, file)))
  const holds = (part: string | Buffer) => bytes.some((each) => each.includes(part))
  expect(holds('public-half')).toBe(true)
  expect(holds('private-half-in-clear')).toBe(false)
  expect(holds(secret) || holds(secret.toString('hex')) || holds(secret.toString('base64url'))).toBe(false)
  expect(store.sealingKeys.current()?.secret).toEqual(secret)
  expect(store.signingKeys.list()[0]?.privateJwk).toEqual(privateJwk)
})

test('listeners hear of other processes within a second, at once when they ask, and of own writes after commit', async () => {
  const mine = opened()
  const theirs = opened()
  const heard = vi.fn()
  mine.onChange(heard)
  theirs.agents.insert({ name: 'a', roles: [], createdMs: 1 })
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1), { timeout: 1_000, interval: 20 })
  theirs.agents.insert({ name: 'b', roles: [], createdMs: 1 })
  mine.checkForChanges()
  expect(heard).toHaveBeenCalledTimes(2)
  mine.checkForChanges()
  expect(heard).toHaveBeenCalledTimes(2)
  mine.transaction(() => {
    mine.agents.insert({ name: 'c', roles: [], createdMs: 1 })
    expect(heard).toHaveBeenCalledTimes(2)
  })
  expect(heard).toHaveBeenCalledTimes(3)
})

test('a transaction that throws leaves nothing', () => {
  const store = opened()
  const work = () =>
    store.transaction(() => {
      store.agents.insert({ name: 'a', roles: [], createdMs: 1 })
      throw new Error('no')
    })
  expect(work).toThrow('no')
  expect(store.agents.get('a')).toBeUndefined()
})

test('processes that start together make one store and all write to it', async () => {
  const script = join(parent, 'writer.mjs')
  const source = `import { openStore } from ${JSON.stringify(new URL('./open-store.ts', import.meta.url).href)}
    const store = openStore(${JSON.stringify(dir)}, {})
    for (let i = 0; i < 20; i++) store.agents.insert({ name: process.argv[2] + '-' + i, roles: [], createdMs: 1 })
    store.close()`
  writeFileSync(script, source)
  const children = ['p', 'q', 'r', 's'].map((name) => fork(script, [name], { execArgv: [] }))
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))
  expect(codes).toEqual([0, 0, 0, 0])
  expect(opened().agents.list()).toHaveLength(80)
})
