/** The figures and bounds, on slices whose ratios are known. */
import { expect, test } from 'vitest'
import { checkResults, type Expected } from './check-results.ts'
import { type Slice, summarize } from './summarize.ts'
import { callTable } from './tables.ts'

const slice = (target: string, cpuUs: number, requests: number, p50Ms: number): Slice => ({
  scenario: 'calls',
  target,
  cpuUs,
  requests,
  seconds: 2,
  p50Ms,
  p99Ms: p50Ms * 4,
})

const SLICES = [
  slice('direct', 20, 8_000, 0.25),
  slice('nginx', 15, 7_000, 0.5),
  slice('sdk', 900, 1_000, 9),
  slice('causeway', 90, 3_000, 1),
  slice('direct', 30, 6_000, 0.5),
  slice('nginx', 10, 6_000, 0.75),
  slice('sdk', 600, 900, 8),
  slice('causeway', 60, 4_000, 0.75),
]

const EXPECTED: Expected = {
  cpuRatio: { calls: { nginx: 6, sdk: 0.1 } },
  listP99Ms: 10,
  mergeMs: 50,
  hungRatio: 1.5,
  floodP99Ms: 20,
  compiledUs: 1,
  conditionUs: 5,
  twoProcessesRatio: 1.2,
  startMs: 1_000,
  idleRssMiB: 150,
  rssKiBPerStream: 30,
}

test('A figure is the best slice of its target, and its ratios are of best to best', () => {
  const causeway = summarize(SLICES).find(({ target }) => target === 'causeway')
  expect(causeway).toEqual({
    scenario: 'calls',
    target: 'causeway',
    slices: 2,
    cpuUs: 60,
    requestsPerSecond: 2_000,
    p50Ms: 0.75,
    p99Ms: 3,
    cpuRatio: { nginx: 6, sdk: 0.1 },
    rateToDirect: 0.5,
    addedP50Ms: 0.5,
  })
})

test('The direct way has no CPU ratio, and without nginx there is none to it', () => {
  const figures = summarize(SLICES.filter(({ target }) => target !== 'nginx'))
  expect(figures.map(({ target, cpuRatio }) => [target, cpuRatio])).toEqual([
    ['direct', {}],
    ['sdk', { sdk: 1 }],
    ['causeway', { sdk: 0.1 }],
  ])
})

test('The table has a row for each way', () => {
  const rows = callTable(summarize(SLICES)).split('\n')
  expect(rows).toHaveLength(6)
  expect(rows[5]?.split('|').map((cell) => cell.trim())).toEqual([
    '',
    'calls',
    'causeway',
    '60.0',
    '6.00',
    '0.100',
    '2000',
    '0.50',
    '0.75',
    '0.50',
    '3.00',
    '',
  ])
})

const NOTHING = {
  lists: [],
  many: undefined,
  neighbors: undefined,
  flood: undefined,
  decisions: undefined,
  rest: undefined,
}

test('Only what is worse than its bound is told', () => {
  const calls = summarize(SLICES)
  expect(checkResults({ ...NOTHING, calls }, EXPECTED)).toEqual([])
  const strict = { ...EXPECTED, cpuRatio: { calls: { nginx: 5.5 } } }
  const rest = { starts: 1, startMs: 900, idleRssMiB: 151, streams: 10, rssKiBPerStream: 12 }
  expect(checkResults({ ...NOTHING, calls, rest }, strict)).toEqual([
    'CPU × nginx of calls: 6.00, expected at most 5.5',
    'MiB RSS idle: 151.00, expected at most 150',
  ])
})
