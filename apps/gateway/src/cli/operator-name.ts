/** Who uses the command line, for the record. */
import { userInfo } from 'node:os'

/** Letters and digits that a record may hold: the name of the user of this machine, or `operator` where there is none. */
export function operatorName(): string {
  try {
    return (
      userInfo()
        .username.replace(/[^\w.@-]/g, '')
        .slice(0, 64) || 'operator'
    )
  } catch {
    return 'operator'
  }
}
