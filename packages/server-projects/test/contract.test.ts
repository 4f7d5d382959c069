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
const insert = (n: number) => ({ tool: 'create_task', args: { project: 'OPS', title: `One more order ${n}` } })
const notify = (n: number) => ({
  tool: 'create_and_assign_task',
  args: { project: 'OPS', title: `For Maria ${n}`, assignee: 'maria-l' },
})

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
  creates: [
    { tool: 'create_task', args: { project: 'OPS', title: 'A task' }, other: { title: 'Another' } },
    {
      tool: 'create_and_assign_task',
      args: { project: 'OPS', title: 'A task', assignee: 'maria-l' },
      other: { title: 'Another' },
    },
    { tool: 'add_comment', args: { key: 'OPS-1', body: 'Seen.' }, other: { body: 'Seen twice.' } },
    { tool: 'create_tasks', args: { project: 'OPS', tasks: [{ title: 'One' }] }, other: { tasks: [{ title: 'Two' }] } },
    {
      tool: 'bulk_update_tasks',
      args: { updates: [{ key: 'OPS-4', priority: 'high' }] },
      other: { updates: [{ key: 'OPS-4', priority: 'low' }] },
    },
    {
      tool: 'create_project',
      args: { key: 'LAB', name: 'Labs', lead: 'maria-l' },
      other: { name: 'Other' },
      isUnique: true,
    },
  ],
  writes: [
    { tool: 'update_task', args: { key: 'OPS-2', title: 'A better title' } },
    { tool: 'assign_task', args: { key: 'OPS-2', assignee: 'maria-l' } },
    { tool: 'transition_task', args: { key: 'OPS-2', status: 'Done' } },
    { tool: 'link_task', args: { key: 'OPS-2', url: 'https://example.com/runbook' } },
    // Who calls from this machine is nobody of the workspace, and has no notifications.
    { tool: 'mark_notifications_read', args: { up_to: 1 }, answers: 'unknown_person' },
    {
      tool: 'generate_task_breakdown',
      args: { goal: 'Move the checkout to the new payment provider', project: 'OPS' },
    },
    { tool: 'restore_task', args: { key: 'OPS-3' } },
    { tool: 'plan_sprint', args: { project: 'LAB', name: 'Calm', start: true } },
    { tool: 'close_sprint', args: { project: 'LAB' } },
    { tool: 'update_project', args: { project: 'LAB', description: 'What might be.' } },
  ],
  destroys: [{ tool: 'delete_task', args: { key: 'OPS-3' } }],
  pages: [
    { tool: 'search_tasks', args: { query: 'order', limit: 4 }, rows: 'tasks', id: 'key', insert },
    { tool: 'list_tasks', args: { project: 'OPS', status: 'open', limit: 9 }, rows: 'tasks', id: 'key', insert },
    { tool: 'list_projects', args: { limit: 2 }, rows: 'projects', id: 'key' },
    { tool: 'find_people', args: { query: 'a', limit: 4 }, rows: 'people', id: 'handle' },
    { tool: 'get_activity', args: { key: 'WEB-1', limit: 2 }, rows: 'activity' },
    { tool: 'get_workload', args: { project: 'OPS', limit: 2 }, rows: 'people', id: 'handle' },
    {
      tool: 'list_notifications',
      args: { person: 'maria-l', limit: 2 },
      rows: 'notifications',
      id: 'id',
      prepare: [notify(1), notify(2), notify(3)],
    },
  ],
  resources: [
    'project://status',
    'project://team-workload',
    'project://recent-activity',
    'project://WEB/status',
    'project://WEB/board',
    'project://task/WEB-142',
  ],
  prompts: [
    { name: 'sprint_planning', args: { project: 'WEB', goal: 'a calmer checkout' } },
    { name: 'status_report', args: {} },
    { name: 'task_breakdown', args: { goal: 'WEB-142' } },
  ],
  maxListTokens: 4_000,
})
