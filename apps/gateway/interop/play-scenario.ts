/** Puts one client through the steps and says what came of each, by what the client shows and by what the recorder saw. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, type OpenClient, STEPS, type Step } from './client.ts'
import { LATER_TOOL } from './gateway-process.ts'
import { type Observed, observe } from './observe.ts'
import type { Exchange } from './recorder.ts'
import { openStage, type Stage } from './stage.ts'
import { until } from './until.ts'

/** How a step ended; `not` where the client cannot do it by its nature, which its note explains. */
export interface Outcome {
  verdict: 'yes' | 'no' | 'not'
  /** What to know of it: how it was done, why it cannot be done, or what went wrong. */
  note?: string
}

/** What was found out about one client. */
export interface Findings extends Pick<Observed, 'agent' | 'revision' | 'tools'> {
  id: string
  /** Of the result of a call: what the model sees. */
  sees: 'text' | 'structuredContent' | 'both' | 'unknown'
  steps: Record<Step, Outcome>
  seconds: number
}

const CALLED_TOOL = 'projects__list_tasks'
const CALL_ARGUMENTS = { limit: 2 }
const TEXT_MARK = 'shown here'
const STRUCTURED_MARK = 'updated_at'
const READ_URI = 'project://status'
const READ_MARK = 'Projects on'
const STEP_MS = 20_000
/** How long a client that is not expected to act on a notification has for it. */
const GRACE_MS = 3_000
const RETRY_MS = 500

/** Plays it on a stage of its own for at most `limitMs`; a client that cannot even be opened fails its first step. */
export async function playScenario(client: Client, limitMs: number): Promise<Findings> {
  const startedMs = Date.now()
  const stage = await openStage()
  const steps = Object.fromEntries(STEPS.map((step) => [step, notReached])) as Record<Step, Outcome>
  const seen = { text: '' }
  let open: OpenClient | undefined
  const play = async () => {
    open = await client.open(stage)
    for (const step of STEPS) steps[step] = await playStep(client, step, { stage, open, seen })
  }
  try {
    await withinTime(play(), Math.max(0, limitMs))
  } catch (error) {
    const step = STEPS.find((each) => steps[each] === notReached) ?? 'restart'
    steps[step] = { verdict: 'no', note: messageOf(error) }
  } finally {
    await open?.close().catch(() => {})
    await stage.close()
  }
  const seconds = Math.round((Date.now() - startedMs) / 1_000)
  const { agent, revision, tools } = observe(stage.recorder.exchanges)
  return { id: client.id, agent, revision, tools, sees: seesOf(seen.text), steps, seconds }
}

const notReached: Outcome = { verdict: 'no', note: 'not reached' }

interface Play {
  stage: Stage
  open: OpenClient
  seen: { text: string }
}

async function playStep(client: Client, step: Step, play: Play): Promise<Outcome> {
  try {
    const outcome = await ACTS[step](play, client)
    return { verdict: 'yes', note: client.notes?.[step], ...outcome }
  } catch (error) {
    return { verdict: 'no', note: messageOf(error) }
  }
}

type Act = (play: Play, client: Client) => Promise<Partial<Outcome> | undefined>

const ACTS: Record<Step, Act> = {
  async list({ open }) {
    const names = await open.list()
    if (!has(names, CALLED_TOOL)) throw new Error(`${CALLED_TOOL} is not among ${names.length} tools`)
    if (has(names, LATER_TOOL)) throw new Error(`${LATER_TOOL} is listed although no rule allows it`)
    return undefined
  },
  async call({ open, seen }) {
    seen.text = await callListed(open)
    return undefined
  },
  async read({ open }) {
    if (!open.read) return { verdict: 'not' }
    const text = await open.read(READ_URI)
    if (!text.includes(READ_MARK)) throw new Error(`the resource reads ${JSON.stringify(text.slice(0, 200))}`)
    return undefined
  },
  async change(play, { learns }) {
    const { stage, open } = play
    const tell = await watchNotice(play)
    stage.gateway.show(true)
    if (learns === 'told') await tell.isActedOn()
    if (learns === 'not at all') {
      await tell.isSent()
      await sleep(GRACE_MS)
      return has(await open.list(), LATER_TOOL) ? undefined : { verdict: 'not' }
    }
    await until(async () => has(await open.list(), LATER_TOOL), {
      what: () => `the client lists ${LATER_TOOL}`,
      withinMs: STEP_MS,
    })
    return learns === 'each run' ? { verdict: 'not' } : undefined
  },
  async restart({ stage, open }, { learns, reconnectsWithinMs }) {
    const before = stage.recorder.exchanges.length
    await stage.restart()
    if (reconnectsWithinMs) await callUntilConnected(open, reconnectsWithinMs)
    else await callListed(open)
    if (learns === 'each run') return { verdict: 'not' }
    const { initializations } = observe(stage.recorder.exchanges.slice(before))
    return initializations > 0 ? { note: 'after a new `initialize`' } : undefined
  },
}

async function callListed(open: OpenClient): Promise<string> {
  const text = await open.call(CALLED_TOOL, CALL_ARGUMENTS)
  if (seesOf(text) === 'unknown') throw new Error(`the call answered ${JSON.stringify(text.slice(0, 300))}`)
  return text
}

async function callUntilConnected(open: OpenClient, withinMs: number): Promise<void> {
  let answer = ''
  const isAnswered = async () => {
    answer = await open.call(CALLED_TOOL, CALL_ARGUMENTS)
    if (seesOf(answer) !== 'unknown') return true
    await sleep(RETRY_MS)
    return false
  }
  await until(isAnswered, { what: () => `a call succeeds: ${answer.slice(0, 300)}`, withinMs })
}

/** Watches whether the client is told of a change from now on, and what it does then. */
async function watchNotice({ stage, open }: Play): Promise<{ isSent(): Promise<void>; isActedOn(): Promise<void> }> {
  const { exchanges } = stage.recorder
  const before = { exchanges: exchanges.length, notices: observe(exchanges).notices, told: await timesTold(open) }
  return {
    isSent: () =>
      until(() => observe(exchanges).notices > before.notices, {
        what: () => 'the gateway tells the client that its list changed',
        withinMs: STEP_MS,
      }),
    // Where the client says nothing of it, a list that it asks for by itself is the proof.
    isActedOn: () =>
      until(
        async () => (await timesTold(open)) > before.told || listsByItself(open, exchanges.slice(before.exchanges)),
        { what: () => 'the client acts on being told that its list changed', withinMs: STEP_MS },
      ),
  }
}

async function timesTold(open: OpenClient): Promise<number> {
  return (await open.timesTold?.()) ?? 0
}

function listsByItself({ timesTold }: OpenClient, since: readonly Exchange[]): boolean {
  return timesTold === undefined && observe(since).lists > 0
}

function has(names: readonly string[], tool: string): boolean {
  return names.some((name) => name.endsWith(tool))
}

function seesOf(text: string): Findings['sees'] {
  const isText = text.includes(TEXT_MARK)
  const isStructured = text.includes(STRUCTURED_MARK)
  if (isText && isStructured) return 'both'
  return isText ? 'text' : isStructured ? 'structuredContent' : 'unknown'
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 1_500)
}

async function withinTime(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${limitMs / 1_000} s`)), limitMs)
  })
  work.catch(() => {})
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
