/** `causeway ls tools`: what an agent is offered by the running gateway. */
import { actAs } from './act-as.ts'
import { listTools } from './list-tools.ts'
import { formatTable } from './table.ts'
import type { Workspace } from './workspace.ts'

const MAX_TITLE_LENGTH = 60

/** Prints the tools of `--as`, else of `CAUSEWAY_KEY`, else of the agent that may call the most. */
export async function lsTools(workspace: Workspace, options: { as?: string }): Promise<void> {
  const tools = await actAs(workspace, { as: options.as, onlyLooks: true }, listTools)
  workspace.printer.answer(tools, () => {
    const rows = tools.map(({ name, title, description }) => [name, firstLine(title ?? description ?? '')])
    return formatTable(['TOOL', 'TITLE'], rows)
  })
}

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line.length > MAX_TITLE_LENGTH ? `${line.slice(0, MAX_TITLE_LENGTH - 1)}…` : line
}
