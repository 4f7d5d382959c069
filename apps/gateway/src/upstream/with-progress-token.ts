/** The notification with another progress token: what an agent sees instead of the gateway's own. */
import { membersOf, withMembers } from '../wire/json-span.ts'

/** @param tokenText JSON text; everything else of the notification stays as it stood */
export function withProgressToken(text: string, tokenText: string): string {
  const top = membersOf(text, 0)
  // The last one is the one that whoever parses the text reads.
  const params = top.findLast((member) => member.key === 'params')
  if (!params || text[params.start] !== '{') return text
  const replaced = withMembers(text, membersOf(text, params.start), { progressToken: tokenText })
  return withMembers(text, top, { params: replaced })
}
