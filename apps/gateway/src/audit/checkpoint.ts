/** A signed word on where a chain stood: kept apart from the records, it shows when their end was cut off or all of them were written anew. */
import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, sign, verify } from 'node:crypto'
import type { Head } from './chain.ts'

/** Where a chain stood, ended, or what of it was deleted because it was old: everything up to `seq`. */
export type CheckpointKind = 'checkpoint' | 'end' | 'retention'

/** What a checkpoint says. */
export interface Checkpoint extends Head {
  kind: CheckpointKind
  instance: string
  time: string
  kid: string
}

/** What signs. */
export interface CheckpointSigner {
  kid: string
  key: KeyObject
  publicJwk: JsonWebKey
}

/** A signer of a key as it is stored. */
export function checkpointSigner(stored: {
  kid: string
  privateJwk: JsonWebKey
  publicJwk: JsonWebKey
}): CheckpointSigner {
  const { kid, privateJwk, publicJwk } = stored
  return { kid, publicJwk, key: createPrivateKey({ key: privateJwk, format: 'jwk' }) }
}

const PURPOSE = 'causeway-audit-checkpoint\n'
const SIGNATURE_MEMBER = ',"signature":"'
const SIGNED = /^(.*),"signature":"([\w-]+)"\}$/
const KIND = /^(checkpoint|end|retention)$/

/** The line of a checkpoint, signed with Ed25519 over its text before the signature. */
export function checkpointLine(
  { kind, instance, seq, hash, time }: Omit<Checkpoint, 'kid'>,
  signer: CheckpointSigner,
): string {
  const covered = JSON.stringify({ v: 1, kind, instance, seq, hash, time, kid: signer.kid }).slice(0, -1)
  const signature = sign(null, Buffer.from(PURPOSE + covered), signer.key).toString('base64url')
  return `${covered}${SIGNATURE_MEMBER}${signature}"}\n`
}

/** The line that tells a key, for readers who have no store at hand. */
export function keyLine({ kid, publicJwk }: Pick<CheckpointSigner, 'kid' | 'publicJwk'>): string {
  return `${JSON.stringify({ v: 1, kind: 'key', kid, publicJwk })}\n`
}

/** A line of a checkpoint file. */
export type CheckpointFileLine =
  | { kid: string; publicJwk: JsonWebKey }
  | { checkpoint: Checkpoint; isSignedBy(publicJwk: JsonWebKey): boolean }

/** Reads a line; `undefined` for what is none. */
export function readCheckpointLine(line: string): CheckpointFileLine | undefined {
  // What is said is read from the text that is signed, and nothing from behind it.
  const [, covered = line.slice(0, -1), signature = ''] = SIGNED.exec(line) ?? []
  const read = readObject(`${covered}}`)
  if (!read) return undefined
  if (read.kind === 'key') return { kid: String(read.kid), publicJwk: read.publicJwk as JsonWebKey }
  if (!KIND.test(String(read.kind)) || !Number.isSafeInteger(read.seq) || typeof read.hash !== 'string')
    return undefined
  return {
    checkpoint: read as unknown as Checkpoint,
    isSignedBy: (publicJwk) => isSignature(signature, covered, publicJwk),
  }
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const read: unknown = JSON.parse(text)
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function isSignature(signature: string, covered: string, publicJwk: JsonWebKey): boolean {
  try {
    const key = createPublicKey({ key: publicJwk, format: 'jwk' })
    return verify(null, Buffer.from(PURPOSE + covered), key, Buffer.from(signature, 'base64url'))
  } catch {
    // Whoever can write to the file can put something there that is no key.
    return false
  }
}
