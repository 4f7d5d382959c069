/** What all processes of one upstream know of, in a file: so a child that one caller works with changes the lists of all. */
import { appendFileSync, existsSync, readFileSync, watchFile } from 'node:fs'

const INTERVAL_MS = 30

/** Tells of each name once, whoever shared it; returns how to share one. */
export function shareNames(path: string, onName: (name: string) => void): (name: string) => void {
  const known = new Set<string>()
  const read = () => {
    const names = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
    for (const name of names.filter((each) => each !== '' && !known.has(each))) {
      known.add(name)
      onName(name)
    }
  }
  read()
  watchFile(path, { interval: INTERVAL_MS, persistent: false }, read)
  return (name) => {
    appendFileSync(path, `${name}\n`)
    read()
  }
}
