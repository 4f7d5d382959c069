/** `causeway admin code`: makes a code to sign in with, in place of the one before. */
import { CODE_LIFE_MS, issueCode } from '../admin/sign-in-code.ts'
import { adminName } from './operator-name.ts'
import type { Workspace } from './workspace.ts'

/** Prints the code; it works once. */
export function adminCode({ store, printer }: Workspace, { name }: { name?: string }): void {
  const code = issueCode(store(), Date.now(), adminName(name))
  const expires = new Date(Date.now() + CODE_LIFE_MS).toISOString()
  printer.answer({ code, expires }, () => code)
  if (!printer.isJson) printer.note(`works once, until ${expires.slice(11, 16)} UTC`)
}
