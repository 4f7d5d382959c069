/** The tool reference, made from the definitions: what each tool takes and answers. */
import type { DomainServer } from '@causeway/shared-contracts/define-domain-server'
import type { ToolDefinition } from '@causeway/shared-contracts/define-tool'
import { toolSection } from '@causeway/shared-contracts/tool-section'
import type { ProjectServices } from './open-services.ts'

type Tool = ToolDefinition<ProjectServices>
const SETS = [
  {
    title: 'Core',
    note: 'What every client gets, and all that `--tools core` offers.',
    has: (tool: Tool) => !setOf(tool),
  },
  {
    title: 'Planning',
    note: 'Many tasks at once, sprints, workload and reports.',
    has: (tool: Tool) => setOf(tool) === 'planning',
  },
  {
    title: 'Administration',
    note: 'Projects, and what deletes or undoes it.',
    has: (tool: Tool) => setOf(tool) === 'admin',
  },
]

/** Markdown of the whole reference. */
export function toolReference(server: DomainServer<ProjectServices>): string {
  const sections = SETS.flatMap(({ title, note, has }) => [
    `## ${title}`,
    note,
    ...server.tools.filter(has).flatMap(toolSection),
  ])
  const intro = `What the tools of the ${server.id} domain server take and answer, made from their definitions by \`node packages/server-projects/cli/write-tool-reference.ts\`. What they have in common is in the [README](README.md).`
  return `${['# Tools', intro, ...sections].join('\n\n')}\n`
}

function setOf({ tags }: Tool): string | undefined {
  return ['planning', 'admin'].find((set) => tags.includes(set))
}
