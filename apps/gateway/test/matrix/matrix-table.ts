/** The matrix as text for people: which cell has a passed story of which feature, and why the others have none. */
import { ABSENCES, CELLS, type Cell, FEATURES, type Feature, type Proof, TRANSPORTS } from './cells.ts'

/** The table, and what is wrong with it. */
export interface MatrixTable {
  text: string
  /** Cells without a story and without a reason, and stories of cells that have a reason for none. */
  problems: string[]
}

const CELL_WIDTH = 18
const MAX_TOLD = 10
const nameOf = ({ agent, upstream }: Cell) => `${agent} → ${upstream}`

/** Makes it from what the passed stories declared. */
export function matrixTable(proofs: readonly Proof[]): MatrixTable {
  const proved = new Set(proofs.map((proof) => keyOf(proof.feature, proof)))
  const width = Math.max(...FEATURES.map((feature) => feature.length)) + 2
  const row = (title: string, cells: string[]) =>
    [title.padEnd(width), ...cells.map((cell) => cell.padEnd(CELL_WIDTH))].join('').trimEnd()
  const problems: string[] = []
  const mark = (feature: Feature, cell: Cell): string => {
    const absence = ABSENCES.findIndex((each) => each.features.includes(feature) && each.isOf(cell))
    const isProved = proved.has(keyOf(feature, cell))
    if (isProved === absence < 0) return isProved ? '✓' : `– ${absence + 1}`
    const place = `${feature}, ${nameOf(cell)} over ${cell.transport}`
    problems.push(isProved ? `There is a story of what has reason ${absence + 1}: ${place}` : `No story: ${place}`)
    return '✗'
  }
  const tables = TRANSPORTS.map((transport) => {
    const cells = CELLS.filter((cell) => cell.transport === transport)
    const rows = FEATURES.map((feature) =>
      row(
        feature,
        cells.map((cell) => mark(feature, cell)),
      ),
    )
    return [row(`over ${transport}`, cells.map(nameOf)), ...rows].join('\n')
  })
  const reasons = ABSENCES.map(({ reason }, index) => `– ${index + 1}: ${reason}`)
  const told = problems.slice(0, MAX_TOLD).map((problem) => `✗ ${problem}`)
  return {
    text: ['Agents → upstreams', ...tables, [...reasons, ...told].join('\n')].join('\n\n'),
    problems,
  }
}

function keyOf(feature: Feature, { agent, upstream, transport }: Cell): string {
  return [feature, agent, upstream, transport].join(' ')
}
