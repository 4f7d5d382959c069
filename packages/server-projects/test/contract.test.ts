/** The contract of every domain server, for the projects domain. */
import { join } from 'node:path'
import { runDomainContract } from '@causeway/shared-contracts/run-domain-contract'

/** What every client gets; planning and administration are beside it. */
const CORE_TOOLS = [
  'search_tasks',
  'list_tasks',
  'get_task_details',
  'create_task',
  'create_and_assign_task',
  'update_task',
  'assign_task',
  'transition_task',
  'link_task',
  'add_comment',
  'list_projects',
  'get_project',
  'find_people',
  'get_activity',
  'list_notifications',
  'mark_notifications_read',
]

runDomainContract({
  main: join(import.meta.dirname, '../src/main.ts'),
  tools: [
    ...CORE_TOOLS,
    'create_tasks',
    'bulk_update_tasks',
    'generate_task_breakdown',
    'get_workload',
    'get_status_report',
    'plan_sprint',
    'close_sprint',
    'delete_task',
    'restore_task',
    'create_project',
    'update_project',
  ],
  core: CORE_TOOLS,
  reads: [
    { tool: 'search_tasks', args: { query: 'order summary' } },
    { tool: 'search_tasks', args: { query: 'WEB-142', status: 'any', sort: 'updated', limit: 3 } },
    // A next_cursor is sealed anew each time, so the samples fit one page; paging has its own test.
    { tool: 'list_tasks', args: { project: 'web storefront', assignee: 'maria-l', limit: 50 } },
    { tool: 'list_tasks', args: { assignee: 'none', status: 'open', overdue: false, limit: 50 } },
    { tool: 'list_notifications', args: { person: 'maria' } },
    { tool: 'get_task_details', args: { keys: ['WEB-1'] } },
    {
      tool: 'get_task_details',
      args: { keys: ['WEB-2', 'OPS-3'], sections: ['description', 'links', 'comments', 'activity'] },
    },
    { tool: 'list_projects', args: { archived: true, limit: 50 } },
    { tool: 'get_project', args: { project: 'acme/web' } },
    { tool: 'find_people', args: { query: 'payments' } },
    { tool: 'get_activity', args: { key: 'WEB-1' } },
    { tool: 'get_workload', args: { project: 'WEB', limit: 50 } },
    { tool: 'get_status_report', args: { project: 'WEB', days: 30 } },
  ],
  resources: ['project://status', 'project://team-workload', 'project://recent-activity', 'project://WEB/status'],
  prompts: [
    { name: 'sprint_planning', args: { project: 'WEB', goal: 'a calmer checkout' } },
    { name: 'status_report', args: {} },
    { name: 'task_breakdown', args: { goal: 'WEB-142' } },
  ],
  maxListTokens: 4_000,
})
