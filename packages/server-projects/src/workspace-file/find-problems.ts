/** Finds what in a workspace file does not fit together: names that nothing has, and names that two things have. */
import { findClashes } from './find-clashes.ts'
import type { WorkspaceFile } from './workspace-file.ts'

/** Most problems that are told. */
const MAX_TOLD = 20

/** Problems as `path: what`, in the order of the file; none when it can be stored. */
export function findProblems(file: WorkspaceFile): string[] {
  const problems: string[] = []
  const people = namesOf(file.people, 'handle', { at: 'people', problems })
  const projects = namesOf(file.projects, 'key', { at: 'projects', problems })
  const tasks = namesOf(file.tasks, 'key', { at: 'tasks', problems })
  const labels = namesOf(
    file.labels.map((name) => ({ name })),
    'name',
    { at: 'labels', problems },
  )
  const refer = (known: ReadonlySet<string>, value: string | null, at: string) => {
    if (value !== null && !known.has(value)) problems.push(`${at}: nothing in the file is called "${value}"`)
  }
  const placesOf = new Map(
    file.projects.map((project, i) => [
      project.key,
      checkProject(project, `projects.${i}`, { people, refer, problems }),
    ]),
  )
  for (const [i, task] of file.tasks.entries()) {
    const at = `tasks.${i}`
    const places = placesOf.get(task.key.replace(/-\d+$/, ''))
    if (!places) problems.push(`${at}.key: no project of the file has this key`)
    refer(people, task.assignee, `${at}.assignee`)
    for (const [j, label] of task.labels.entries()) refer(labels, label, `${at}.labels.${j}`)
    if (!places) continue
    refer(places.states, task.status, `${at}.status`)
    refer(places.sprints, task.sprint, `${at}.sprint`)
    refer(places.milestones, task.milestone, `${at}.milestone`)
  }
  for (const [i, { from, to }] of file.relations.entries()) {
    refer(tasks, from, `relations.${i}.from`)
    refer(tasks, to, `relations.${i}.to`)
  }
  for (const [i, { task }] of file.comments.entries()) refer(tasks, task, `comments.${i}.task`)
  for (const [i, { project, task }] of file.activity.entries()) {
    refer(projects, project, `activity.${i}.project`)
    refer(tasks, task, `activity.${i}.task`)
  }
  for (const [i, { person, task }] of file.notifications.entries()) {
    refer(people, person, `notifications.${i}.person`)
    refer(tasks, task, `notifications.${i}.task`)
  }
  return [...problems, ...findClashes(file)].slice(0, MAX_TOLD)
}

interface Checking {
  people: ReadonlySet<string>
  refer(known: ReadonlySet<string>, value: string | null, at: string): void
  problems: string[]
}

function checkProject(project: WorkspaceFile['projects'][number], at: string, { people, refer, problems }: Checking) {
  refer(people, project.lead, `${at}.lead`)
  for (const [i, { person }] of project.members.entries()) refer(people, person, `${at}.members.${i}.person`)
  const states = namesOf(project.states, 'name', { at: `${at}.states`, problems })
  for (const [i, { next }] of project.states.entries())
    for (const [j, name] of next.entries()) refer(states, name, `${at}.states.${i}.next.${j}`)
  const sprints = namesOf(project.sprints, 'name', { at: `${at}.sprints`, problems })
  const milestones = namesOf(project.milestones, 'name', { at: `${at}.milestones`, problems })
  if (project.sprints.filter(({ state }) => state === 'active').length > 1)
    problems.push(`${at}.sprints: at most one can be active`)
  return { states, sprints, milestones }
}

function namesOf<Name extends string>(
  rows: readonly Record<Name, string>[],
  field: Name,
  { at, problems }: { at: string; problems: string[] },
): Set<string> {
  const names = new Set<string>()
  for (const [i, row] of rows.entries()) {
    if (names.has(row[field])) problems.push(`${at}.${i}.${field}: "${row[field]}" is there twice`)
    names.add(row[field])
  }
  return names
}
