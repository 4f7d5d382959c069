/** The tool reference, made from the definitions: what each tool takes and answers. */
import { toolSection } from '@causeway/shared-contracts/tool-section'
import { dbServer } from './db-server.ts'

/** Markdown of the whole reference. */
export function toolReference(): string {
  const intro =
    'What the tools of the db domain server take and answer, made from their definitions by `node packages/server-db/cli/write-tool-reference.ts`. What they have in common is in the [README](README.md).'
  return `${['# Tools', intro, ...dbServer.tools.flatMap(toolSection)].join('\n\n').replaceAll('\n### ', '\n## ')}\n`
}
