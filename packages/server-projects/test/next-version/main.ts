/** server-projects as its next version could be: a tool has a better name, and answers to its former one. */
import { serve } from '@causeway/shared-contracts/serve'
import { projectsServer } from '../../src/projects-server.ts'

await serve({
  ...projectsServer,
  version: '1.2.0',
  tools: projectsServer.tools.map((tool) =>
    tool.name === 'add_comment' ? { ...tool, name: 'comment_on_task', aliases: ['add_comment'] } : tool,
  ),
})
