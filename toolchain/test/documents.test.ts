/** The documents hold: their links lead somewhere, their commands exist, and the decisions have one form. */
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { documents, files, root, textOf } from './repository-files.ts'

const scripts = Object.keys(JSON.parse(textOf('package.json')).scripts)
const decisions = files.filter((path) => /^decisions\/.*\.md$/.test(path))

test.each(documents)('the links of %s lead to files that exist', (path) => {
  const text = textOf(path).replace(/^```.*?^```/gms, '')
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!.split('#')[0]!)
  const relative = targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target))
  expect(relative.filter((target) => !existsSync(join(root, dirname(path), target)))).toEqual([])
})

test.each(documents)('the npm commands in %s exist', (path) => {
  const blocks = [...textOf(path).matchAll(/^```(?:sh|bash|console)\n(.*?)^```/gms)].map((match) => match[1]!)
  const commands = blocks.flatMap((block) => [...block.matchAll(/\bnpm (?:run (?:--?\S+ )*)?([a-z][\w:-]*)/g)])
  expect(commands.map((match) => match[1]!).filter((name) => !scripts.includes(name))).toEqual([])
})

test.each(documents)('%s says gateway, upstream or domain server, never only server', (path) => {
  const alone = /\b(the|a|this|that|our|your|each|every|no|one) servers?\b(?![-/`])/gi
  const text = textOf(path)
    .replace(/^```.*?^```/gms, '')
    .replace(/`[^`]*`/g, '')
    .replace(/\s+/g, ' ')
  expect(text.match(alone) ?? []).toEqual([])
})

test('AGENTS.md stays short', () => {
  expect(textOf('AGENTS.md').split('\n').length).toBeLessThan(90)
})

test('decisions are numbered without gap or repeat, and named after what was decided', () => {
  const names = decisions.map((path) => basename(path))
  expect(names.filter((name) => !/^\d{3}-[a-z0-9]+(-[a-z0-9]+)*\.md$/.test(name))).toEqual([])
  expect(names.map((name) => Number(name.slice(0, 3)))).toEqual(names.map((_, index) => index + 1))
})

test.each(decisions)('%s has a title, a context, a decision and its consequences', (path) => {
  const headings = textOf(path)
    .split('\n')
    .filter((line) => line.startsWith('#'))
  expect(headings[0]).toMatch(/^# \S/)
  expect(headings.slice(1)).toEqual(['## Context', '## Decision', '## Consequences'])
})

test.each(decisions)('ARCHITECTURE.md lists %s once, under its title', (path) => {
  const listed = textOf('ARCHITECTURE.md')
    .split('\n')
    .filter((line) => /^\d+\. /.test(line) && line.includes(`(${path})`))
  const title = textOf(path).split('\n')[0]!.slice(2)
  expect(listed).toEqual([`${Number(basename(path).slice(0, 3))}. [${title}](${path})`])
})

test('no file names a path of the machine it was written on', () => {
  const places = ['work', 'farm', 'root', 'home/[a-z]+', 'Users/[a-z]+', 'tmp/bash_jobs'].join('|')
  const machinePath = new RegExp(`(^|[\\s"'\`(=:])/(${places})/`, 'm')
  const texts = files.filter((path) => /\.([cm]?[jt]sx?|json|ya?ml|md|sql|txt|sh)$|^\.ci\//.test(path))
  expect(texts.filter((path) => machinePath.test(textOf(path)))).toEqual([])
})
