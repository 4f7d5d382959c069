/** What every source file keeps to: it says what it is for, stays small, and is named after what it exports. */
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { files, sources, textOf } from './repository-files.ts'

const MAX_LINES = 400
const MAX_MEDIAN_LINES = 80
const FORBIDDEN =
  /^(utils?|helpers?|common|types|managers?|misc|index)\.[cm]?[jt]sx?$|-(utils?|helpers?|manager)\.[cm]?[jt]sx?$/
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/

const code = files.filter((path) => /\.([cm]?[jt]s|tsx)$/.test(path))

test('every source file opens with a comment that says what it is for', () => {
  expect(sources.length).toBeGreaterThan(0)
  expect(sources.filter((path) => !/^(#!.*\n)?\/\*\* \S/.test(textOf(path).replace('/**\n *', '/**')))).toEqual([])
})

test(`no source file has more than ${MAX_LINES} lines without a reason in its opening comment`, () => {
  const large = code.filter((path) => linesOf(path) > MAX_LINES && !/because/i.test(opening(path)))
  expect(large.map((path) => `${path}: ${linesOf(path)}`)).toEqual([])
})

test('the median source file is short, and nine of ten are not long', () => {
  const sizes = sources
    .filter((path) => !path.endsWith('.test.ts'))
    .map(linesOf)
    .sort((a, b) => a - b)
  expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(MAX_MEDIAN_LINES)
  expect(sizes[Math.floor(sizes.length * 0.9)]).toBeLessThanOrEqual(320)
})

test('file names are kebab-case and say what is in them', () => {
  expect(code.filter((path) => FORBIDDEN.test(basename(path)) || !KEBAB.test(basename(path)))).toEqual([])
})

test('nothing is left unfinished or switched off', () => {
  const marks = new RegExp(['TO', 'DO|FIX', 'ME|X', 'XX|(test|it|describe)\\.(skip|only|todo)\\('].join(''))
  expect(code.filter((path) => marks.test(textOf(path)))).toEqual([])
})

function linesOf(path: string): number {
  return textOf(path).split('\n').length - 1
}

function opening(path: string): string {
  return textOf(path).split('*/')[0]!
}
