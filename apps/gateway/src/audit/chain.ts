/** The chain that records hang in: each line ends with the hash of the line before it and with its own, so that a change anywhere breaks it from there on. */
import { hash } from 'node:crypto'

/** Where a chain stands. */
export interface Head {
  /** Number of the last record; 0 before the first. */
  seq: number
  /** Its hash: 64 hex digits. */
  hash: string
}

/** Before the first record. */
export const EMPTY_HEAD: Head = { seq: 0, hash: '0'.repeat(64) }

const HASH_MEMBER = ',"hash":"'
const ENDING = /,"prevHash":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}$/
/** Length of what {@link ENDING} matches from the hash on. */
const HASH_LENGTH = HASH_MEMBER.length + 64 + '"}'.length
const BEGINNING = /^\{"v":1,"seq":([1-9]\d{0,15}),"time":"/

/** Most bytes that a line has beside the body of its record. */
export const MAX_FRAME_BYTES = 256

/**
 * Writes a record as the line behind `head`. The hash is SHA-256 over the bytes of the line up to its own member, so that the hash before it is part of
 * what it covers. Bytes and not strings: a record is made for every call, and its text would be put together and encoded once for the hash and once for the file.
 * @param target with room for the body and {@link MAX_FRAME_BYTES}, from `position`
 * @param body the record's members from `time` to `client`, starting with a comma
 * @returns where the line ends, and its place
 */
export function sealInto(target: Buffer, position: number, body: Uint8Array, head: Head): Head & { end: number } {
  const seq = head.seq + 1
  let end = position + target.write(`{"v":1,"seq":${seq}`, position, 'latin1')
  target.set(body, end)
  end += body.length
  end += target.write(`,"prevHash":"${head.hash}"`, end, 'latin1')
  const own = hash('sha256', target.subarray(position, end), 'hex')
  end += target.write(`${HASH_MEMBER}${own}"}\n`, end, 'latin1')
  return { seq, hash: own, end }
}

/** What a line says of its place, and whether its bytes are those that were hashed; `undefined` for what is no record. */
export function readPlace(line: string): (Head & { prevHash: string; isIntact: boolean }) | undefined {
  const [, prevHash, own] = ENDING.exec(line.slice(-200)) ?? []
  const seq = BEGINNING.exec(line.slice(0, 64))?.[1]
  if (prevHash === undefined || own === undefined || seq === undefined) return undefined
  const isIntact = hash('sha256', line.slice(0, -HASH_LENGTH), 'hex') === own
  return { seq: Number(seq), hash: own, prevHash, isIntact }
}
