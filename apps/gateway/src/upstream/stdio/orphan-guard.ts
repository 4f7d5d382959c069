/** Ends the children of a gateway that was killed: a small shell outlives it, notices the end of its own input, and ends what is left. */
import { type ChildProcess, spawn } from 'node:child_process'

/** Children that read their input end by themselves; this is for those that do not, once they had the time. */
const SCRIPT = `
groups=
while read -r verb group; do
  case $verb in
    add) groups="$groups $group" ;;
    drop)
      kept=
      for each in $groups; do [ "$each" = "$group" ] || kept="$kept $each"; done
      groups=$kept ;;
  esac
done
sleep 2
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
`

let guard: ChildProcess | undefined

/** Has the process group ended if the gateway ends without having ended it. */
export function guardGroup(pid: number): void {
  if (process.platform !== 'win32') tell(`add ${pid}`)
}

/** The process group is gone. */
export function releaseGroup(pid: number): void {
  if (guard) tell(`drop ${pid}`)
}

function tell(line: string): void {
  guard ??= startGuard()
  guard.stdin?.write(`${line}\n`)
}

function startGuard(): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], env: {} })
  // Without a shell the children's own good manners must do.
  shell.on('error', () => {})
  shell.stdin.on('error', () => {})
  // It must not keep alive the gateway whose end it waits for.
  shell.unref()
  ;(shell.stdin as unknown as { unref(): void }).unref()
  return shell
}
