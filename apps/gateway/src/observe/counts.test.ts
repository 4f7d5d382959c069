/** Series are counted by their labels, and what comes after there are too many is counted together and lost to nobody. */
import { expect, it } from 'vitest'
import { Counts } from './counts.ts'

const tellAll = (counts: Counts) => counts.series.map(({ labels, value }) => `${labels.join(',')}=${value}`)

it('counts equal labels together and others apart', () => {
  const counts = new Counts(10, () => ['(other)', ''])
  for (const labels of [
    ['a', 'x'],
    ['a', 'y'],
    ['a', 'x'],
    ['b', 'x'],
  ])
    counts.add(labels)
  expect(tellAll(counts)).toEqual(['a,x=2', 'a,y=1', 'b,x=1'])
})

it('folds new labels once there are too many, and goes on counting those it knows', () => {
  const counts = new Counts(2, ([, kind = '']) => ['(other)', kind])
  for (let each = 0; each < 1_000; each++) counts.add([`agent-${each}`, each % 2 ? 'odd' : 'even'])
  counts.add(['agent-0', 'even'])
  expect(tellAll(counts)).toEqual(['agent-0,even=2', 'agent-1,odd=1', '(other),even=499', '(other),odd=499'])
})
