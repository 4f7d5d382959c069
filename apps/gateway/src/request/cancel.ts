/** Cancellation by message: a legacy client names the request it gives up, a modern one closes its stream instead. */
import type { Gateway } from '../gateway.ts'
import type { Caller } from './caller.ts'
import type { Inbound } from './read.ts'

/** Under which a running call can be found again; another caller's or session's equal id is another call. */
export function cancellationKey(callerId: string, session: number, idText: string): string {
  // A number beyond 2^53 is itself by its text alone; a string may be spelled in more ways than one.
  return JSON.stringify([callerId, session, idText.startsWith('"') ? JSON.parse(idText) : { number: idText }])
}

/** Acts on `notifications/cancelled`; one for a call that has ended or never was changes nothing. */
export function cancel({ message, session }: Inbound, caller: Caller, gateway: Gateway): void {
  const member = message.paramMembers.find(({ key }) => key === 'requestId')
  const { requestId } = message.params
  if (!session || !member || (typeof requestId !== 'string' && typeof requestId !== 'number')) return
  const idText = message.text.slice(member.start, member.end)
  gateway.cancellable.get(cancellationKey(caller.id, session.number, idText))?.()
}
