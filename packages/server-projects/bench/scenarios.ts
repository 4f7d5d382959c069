/** What is asked of the large workspace: every kind of question of agents and people, from the cheapest to the widest. */

/** One kind of question; `args` makes the arguments of its `i`-th call. */
export interface Scenario {
  name: string
  tool: string
  args(i: number): Record<string, unknown>
  /** Pages to walk beyond the first with each call. */
  depth?: number
}

const WORDS = ['checkout', 'login', 'invoice', 'flaky test', 'order summary', 'memory leak', 'gift card', 'timeout']
const PEOPLE = ['maria', 'devon', 'priya', 'yuki', 'hanna', 'noor']
const PROJECTS = ['WEB', 'API', 'MOB', 'OPS', 'DATA', 'SEC', 'DES']
const of = <T>(list: readonly T[], i: number) => list[i % list.length] as T
const keys = (i: number, count: number) =>
  Array.from({ length: count }, (_, j) => `${of(PROJECTS, i + j)}-${((i * 37 + j * 11) % 60) + 1}`)

/** All of them. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'search: one or two words', tool: 'search_tasks', args: (i) => ({ query: of(WORDS, i) }) },
  {
    name: 'search: a whole sentence',
    tool: 'search_tasks',
    args: (i) => ({ query: `the ${of(WORDS, i)} of the ${of(WORDS, i + 3)} is slow in the ${of(WORDS, i + 5)}` }),
  },
  { name: 'search: a key', tool: 'search_tasks', args: (i) => ({ query: of(keys(i, 1), 0) }) },
  {
    name: 'search: words and filters',
    tool: 'search_tasks',
    args: (i) => ({ query: of(WORDS, i), project: of(PROJECTS, i), status: 'open', sort: 'updated' }),
  },
  { name: 'search: the third page', tool: 'search_tasks', args: (i) => ({ query: of(WORDS, i) }), depth: 2 },
  { name: 'list: all open tasks', tool: 'list_tasks', args: () => ({}) },
  { name: 'list: everything there is', tool: 'list_tasks', args: () => ({ status: 'any', limit: 50 }) },
  { name: 'list: the sixth page', tool: 'list_tasks', args: () => ({ limit: 50 }), depth: 5 },
  { name: 'list: of one person', tool: 'list_tasks', args: (i) => ({ assignee: of(PEOPLE, i) }) },
  {
    name: 'list: of a project, by label',
    tool: 'list_tasks',
    args: (i) => ({ project: of(PROJECTS, i), labels: ['bug'] }),
  },
  { name: 'list: overdue', tool: 'list_tasks', args: () => ({ overdue: true }) },
  { name: 'list: blocked', tool: 'list_tasks', args: () => ({ blocked: true }) },
  { name: 'details: one task', tool: 'get_task_details', args: (i) => ({ keys: keys(i, 1) }) },
  {
    name: 'details: ten tasks, all sections',
    tool: 'get_task_details',
    args: (i) => ({ keys: keys(i, 10), sections: ['description', 'links', 'comments', 'activity'] }),
  },
]
