/** The `pin` step: holds each definition against what was accepted under its name, and takes out what a person has to look at first. */
import type { Logger } from 'pino'
import type { UpstreamConfig } from '../config/schema.ts'
import { suspiciousPhrases } from '../drift/suspicious-phrases.ts'
import type { Store } from '../store/open-store.ts'
import type { PinKey, PinMark } from '../store/pins.ts'
import { type Definition, KINDS, type LeftOut, type PinKind } from './definition.ts'
import { hiddenCharacter, hiddenReason } from './hidden-text.ts'
import { createFormerNames, type Judgment, judgeSighting, type Sighting } from './judge-sighting.ts'
import type { RawDefinition } from './list-all.ts'
import { createPinHashes } from './pin-hashes.ts'
import type { Snapshot } from './snapshot.ts'
import { type Validated, validate } from './validate.ts'

/** The part of the store that pins need. */
export type PinStore = Pick<Store, 'pins' | 'transaction'>

/** What is left when everything was held against its pin. */
export interface Pinned extends Validated {
  /** What has changed, as it was accepted. */
  quarantined: Definition[]
  /** The instructions that were accepted. */
  instructions: string
}

/** Pins the definitions of one upstream. */
export interface Pinner {
  /** Hashes the lists a little at a time, so that {@link pin} need not do it at once. */
  prepare(lists: Snapshot['lists'], signal: AbortSignal): Promise<void>
  pin(validated: Validated, instructions: string): Pinned
}

/** An upstream that always lists something else must not fill the disk. Resources come and go, so those that went make room. */
const MAX_PINS = 10_000
/** An upstream with thousands of odd definitions must not fill the log. */
const MAX_WARNED = 20
const keyText = ({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`

/** @param upstream its id, and its settings as they are in force */
export function createPinner(
  upstream: { readonly id: string; readonly config: UpstreamConfig },
  store: PinStore,
  log: Logger,
): Pinner {
  const hashes = createPinHashes()
  const { pins } = store
  const { id } = upstream
  return {
    prepare: (lists, signal) => hashes.prepare(lists, pins.marks(id), signal),
    pin({ definitions, leftOut }, instructions) {
      const marks = new Map(pins.marks(id).map((mark) => [keyText(mark), mark]))
      const sightingOf = (kind: PinKind, name: string, text: string): Sighting => {
        const key = { upstream: id, kind, name }
        return { key, mark: marks.get(keyText(key)), what: { ...hashes.of(kind, text), text } }
      }
      const sightings = definitions.map((each) => sightingOf(each.kind, each.originalName, each.text))
      const saidText = JSON.stringify(instructions)
      const hidden = hiddenCharacter(instructions, saidText)
      const said = hidden === undefined ? sightingOf('instructions', '', saidText) : undefined
      const all = said ? [...sightings, said] : sightings
      const { judgments, writes } = judgeAll(all, { upstream, marks, pins, log })
      if (writes.length > 0)
        store.transaction(() => {
          for (const write of writes) write()
        })
      const reasonOf = (sighting: Sighting) => {
        const judgment = judgments.get(sighting)
        return judgment && 'reason' in judgment ? judgment.reason : undefined
      }
      const held = all.filter((each) => reasonOf(each) !== undefined)
      return {
        definitions: definitions.flatMap((each, i) => {
          const sighting = sightings[i] as Sighting
          return reasonOf(sighting) === undefined ? [{ ...each, hash: sighting.what.hash }] : []
        }),
        quarantined: formerOf(held, upstream, pins),
        leftOut: [
          ...leftOut,
          ...(hidden ? [{ kind: 'instructions' as const, name: '', reason: hiddenReason(hidden) }] : []),
          ...held.map((each) => leftOutOf(each.key, reasonOf(each))),
        ],
        instructions: said && !held.includes(said) ? instructions : acceptedInstructions(id, pins),
      }
    },
  }
}

interface Judging {
  upstream: { readonly config: UpstreamConfig }
  marks: ReadonlyMap<string, PinMark>
  pins: PinStore['pins']
  log: Logger
}

// What is as it was accepted has no judgment.
function judgeAll(sightings: readonly Sighting[], { upstream, marks, pins, log }: Judging) {
  const judgments = new Map<Sighting, Judgment>()
  const writes: (() => void)[] = []
  const nowMs = Date.now()
  const listed = new Set(sightings.map(({ key }) => keyText(key)))
  const gone = [...marks.values()].filter((mark) => !listed.has(keyText(mark)))
  for (const mark of gone) if (mark.heldHash !== null) writes.push(() => pins.release(mark))
  const former = createFormerNames(function* () {
    for (const mark of gone) {
      const text = pins.get(mark)?.text
      if (text != null) yield { kind: mark.kind, name: mark.name, text }
    }
  })
  let room = MAX_PINS - marks.size
  let warned = 0
  if (room <= 0) {
    const forgotten = gone.filter(({ kind }) => kind === 'resources' || kind === 'skills')
    for (const mark of forgotten) writes.push(() => pins.remove(mark))
    room += forgotten.length
  }
  for (const sighting of sightings) {
    const { key, mark, what } = sighting
    if (mark?.hash === what.hash) {
      if (mark.heldHash !== null) writes.push(() => pins.release(key))
      continue
    }
    const hasRoom = mark !== undefined || room-- > 0
    const judgment = hasRoom
      ? judgeSighting(upstream.config, sighting, { former, accepted: () => pins.get(key)?.text ?? undefined })
      : { reason: `more than ${MAX_PINS} definitions have been seen` }
    judgments.set(sighting, judgment)
    if (mark?.heldHash !== what.hash && warned < MAX_WARNED) warned += warn(sighting, log)
    if ('by' in judgment) {
      writes.push(() => pins.accept(key, what, { by: judgment.by, nowMs }))
      if (mark?.hash) log.info({ kind: key.kind, name: key.name, by: judgment.by }, 'definition has changed')
    } else if (hasRoom && mark?.heldHash !== what.hash)
      writes.push(() => pins.hold(key, what, { reason: judgment.reason, nowMs }))
  }
  return { judgments, writes }
}

function warn({ key, what }: Sighting, log: Logger): 0 | 1 {
  const phrases = suspiciousPhrases(what.text)
  if (phrases.length === 0) return 0
  log.warn({ kind: key.kind, name: key.name, phrases }, 'definition reads suspiciously')
  return 1
}

function formerOf(
  held: readonly Sighting[],
  { id, config }: { readonly id: string; readonly config: UpstreamConfig },
  pins: PinStore['pins'],
): Definition[] {
  const lists = Object.fromEntries(KINDS.map((kind) => [kind, [] as RawDefinition[]])) as Snapshot['lists']
  for (const { key, mark } of held) {
    const text = mark?.hash ? pins.get(key)?.text : undefined
    if (text != null && key.kind !== 'instructions')
      lists[key.kind as keyof Snapshot['lists']].push({ text, value: JSON.parse(text) })
  }
  return validate(id, config, lists).definitions
}

function leftOutOf({ kind, name }: PinKey, reason = ''): LeftOut {
  return { kind: kind as PinKind, name: name.slice(0, 128), reason: `held back: ${reason}` }
}

function acceptedInstructions(upstream: string, pins: PinStore['pins']): string {
  const text = pins.get({ upstream, kind: 'instructions', name: '' })?.text
  return text == null ? '' : (JSON.parse(text) as string)
}
