/** Of what a child asks or says without naming a call it is found out whose it is. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { UpstreamCall } from '../connection.ts'
import { OWN_CALL } from '../own-call.ts'
import { sessionKeyOf } from '../session-key.ts'
import { CallsUnderWay } from './calls-under-way.ts'

const ASK = { method: 'elicitation/create', params: '{}' }
const NO_CALL = { error: expect.stringContaining('no call is under way') }
const open = new AbortController()

/** A call that answers what it is asked with its name, or never. */
function callOf(name: string, session: number | null = null, answers = true): UpstreamCall {
  return {
    ...OWN_CALL,
    method: 'tools/call',
    params: '{}',
    idText: '1',
    sessionKey: sessionKeyOf({ caller: 'ops', session }, '{}'),
    signal: open.signal,
    onRequest: () => (answers ? Promise.resolve({ result: JSON.stringify(name) }) : new Promise(() => {})),
  }
}

function underWay(...calls: UpstreamCall[]): CallsUnderWay {
  const all = new CallsUnderWay()
  for (const call of calls) all.begin(call)
  return all
}

it('is of the only call', async () => {
  const call = callOf('only')
  const calls = underWay(call)
  expect(calls.speaker).toBe(call)
  expect(await calls.ask(ASK)).toEqual({ result: '"only"' })
})

it('is of the call that the child was started for, when it is asked a moment before that', async () => {
  const calls = underWay()
  const asked = calls.ask(ASK)
  expect(calls.speaker).toBeUndefined()
  calls.begin(callOf('first'))
  expect(await asked).toEqual({ result: '"first"' })
  await calls.askedFirst
})

it("is nobody's without a call", async () => {
  const call = callOf('over')
  const calls = underWay(call)
  calls.end(call)
  expect(await calls.ask(ASK)).toEqual(NO_CALL)
})

it('is of the call that is left when the others have ended, and never of one that came later', async () => {
  const [one, two] = [callOf('one'), callOf('two')]
  const calls = underWay(one, two)
  const asked = calls.ask(ASK)
  calls.begin(callOf('later'))
  await sleep(20)
  calls.end(one)
  expect(await asked).toEqual({ result: '"two"' })
})

it("is nobody's, if it is a notification that could be of another client's call", () => {
  const calls = underWay(callOf('one', 1), callOf('two', 2))
  expect(calls.speaker).toBeUndefined()
})

it('is of each call once when all of them ask, in their order', async () => {
  const calls = underWay(callOf('one'), callOf('two'))
  expect(await Promise.all([calls.ask(ASK), calls.ask(ASK)])).toEqual([{ result: '"one"' }, { result: '"two"' }])
})

it('is of the newest call when one asks while another works for long', async () => {
  expect(await underWay(callOf('working', 1), callOf('newest', 2)).ask(ASK)).toEqual({ result: '"newest"' })
})

it('is of the call that is not being asked already', async () => {
  const asking = callOf('asking', null, false)
  const calls = underWay(asking)
  void calls.ask(ASK)
  await sleep(0)
  calls.begin(callOf('free'))
  expect(await calls.ask(ASK)).toEqual({ result: '"free"' })
})

it('is of any call of a client, where all are of one', async () => {
  const newest = callOf('newest', 7)
  const calls = underWay(callOf('one', 7), newest)
  expect(calls.speaker).toBe(newest)
  expect(await calls.ask(ASK)).toEqual({ result: '"newest"' })
})

it('is answered when its call ends before it was, so that what waits for the first answers goes on', async () => {
  const calls = underWay()
  const asked = calls.ask(ASK)
  const givenUp = callOf('given up', null, false)
  calls.begin(givenUp)
  await sleep(20)
  calls.end(givenUp)
  expect(await asked).toEqual(NO_CALL)
  await calls.askedFirst
})
