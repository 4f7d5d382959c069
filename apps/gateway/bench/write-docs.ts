/** Puts the tables of a run into the document that shows them, each between its two marks; a part that was not measured stays as it is. */
import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Replaces what stands between `<!-- bench:name -->` and `<!-- /bench:name -->` for each of the blocks.
 * @throws Error when a mark is missing
 */
export function writeDocs(file: string, blocks: Readonly<Record<string, string>>): void {
  let text = readFileSync(file, 'utf8')
  for (const [name, block] of Object.entries(blocks)) {
    const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`]
    const from = text.indexOf(open)
    const to = text.indexOf(close)
    if (from < 0 || to < from) throw new Error(`Cannot write "${name}" to ${file}: its marks are missing`)
    text = `${text.slice(0, from + open.length)}\n${block}\n${text.slice(to)}`
  }
  writeFileSync(file, text)
}
