/** What a child inherits: the way to the registry, and nothing that was meant for another npm or Node.js. */
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { childEnv } from '../child-env.mjs'

const node = join('/opt', 'node', 'bin', 'node')

test('settings of the npm and the Node.js that started us stay behind', () => {
  const env = childEnv(node, {
    HOME: '/home',
    NODE_OPTIONS: '--no-such-flag',
    npm_lifecycle_event: 'start',
    npm_config_omit: 'dev',
    npm_config_global: 'true',
    npm_package_name: 'causeway',
  })
  expect(Object.keys(env).sort()).toEqual(['DO_NOT_TRACK', 'HOME', 'PATH', 'TURBO_TELEMETRY_DISABLED'])
})

test('the way to the registry stays', () => {
  const kept = {
    npm_config_registry: 'https://registry.example',
    npm_config_https_proxy: 'http://proxy.example',
    npm_config_cafile: 'ca.pem',
    'npm_config_//registry.example/:_authToken': 'secret',
  }
  expect(childEnv(node, kept)).toMatchObject(kept)
})

test('the Node.js that runs us comes first on PATH, however the variable is spelled', () => {
  expect(childEnv(node, { PATH: 'x' }).PATH).toBe(`${join('/opt', 'node', 'bin')}${delimiter}x`)
  expect(childEnv(node, { Path: 'x' })).toMatchObject({ Path: `${join('/opt', 'node', 'bin')}${delimiter}x` })
})
