/** Finds the parameters of a compiled statement: SQLite expands each to NULL when nothing is bound, so the two texts show where they stand. */

const PARAMETER = /\?\d*|[$:@#][\w$\u0080-\uffff]+(?:::[\w$]*)*(?:\([^\s)]*\))?/y

/**
 * @param source the statement as compiled
 * @param expanded the same with every parameter replaced by NULL
 * @returns the parameters in the order of the text, as written
 */
export function statementParameters(source: string, expanded: string): string[] {
  const found: string[] = []
  let from = 0
  let to = 0
  while (from < source.length) {
    if (source[from] === expanded[to]) {
      from++
      to++
      continue
    }
    PARAMETER.lastIndex = from
    const name = PARAMETER.exec(source)?.[0]
    if (name === undefined) throw new Error('Cannot find the parameters: the texts differ elsewhere')
    found.push(name)
    from += name.length
    to += 'NULL'.length
  }
  return found
}
