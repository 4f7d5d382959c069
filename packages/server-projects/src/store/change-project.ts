/** Makes and changes projects; each act is recorded. Call these inside a transaction. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { ProjectCall } from '../open-services.ts'
import { callerName } from '../people/caller-name.ts'
import type { Person } from '../people/person.ts'
import { folded } from '../text/clean-input.ts'
import { recordProjectActivity } from './activity.ts'
import type { Parameters } from './database.ts'
import { addMember, removeMember } from './members.ts'
import { type MilestoneWish, saveMilestone } from './milestone.ts'
import { type Project, readProjects, resolveProject } from './project.ts'
import { type PlannedState, storeWorkflow } from './workflows.ts'

/** A new project, its names resolved. */
export interface NewProject {
  key: string
  name: string
  description: string
  repository: string | null
  lead: Person
  members: readonly Person[]
  states: readonly PlannedState[]
}

/** What may change of a project; absent fields stay. */
export interface ProjectChanges {
  name?: string
  description?: string
  repository?: string | null
  lead?: Person
  archived?: boolean
  addMembers?: readonly Person[]
  removeMembers?: readonly Person[]
  milestones?: readonly MilestoneWish[]
}

/** @throws ToolError `already_exists` when the key, name or repository is another project's */
export function storeNewProject(call: ProjectCall, wanted: NewProject): Project {
  const { db, now } = call.services
  requireFree(call, wanted, undefined)
  const at = now().toISOString()
  const { key, name, description, repository, lead } = wanted
  const projectId = db.run(
    `INSERT INTO projects (key, name, description, repository, lead_id, created_at)
     VALUES (:key, :name, :description, :repository, :leadId, :at)`,
    { key, name, description, repository, leadId: lead.id, at },
  )
  for (const { id: userId } of [lead, ...wanted.members]) addMember(db, { projectId, userId, at })
  storeWorkflow(db, projectId, wanted.states)
  recordProjectActivity(
    db,
    { id: projectId, version: 1 },
    { actor: callerName(call.caller), kind: 'project', field: 'created', after: name, at },
  )
  return resolveProject(db, key)
}

/** One change as the record tells it. */
interface Told {
  field: string
  before: string | null
  after: string | null
}

/** @throws ToolError `already_exists` */
export function changeProject(
  call: ProjectCall,
  project: Project,
  changes: ProjectChanges,
): { project: Project; changed: string[] } {
  const { db, now } = call.services
  requireFree(call, { key: project.key, ...changes }, project.id)
  const at = now().toISOString()
  const columns = columnsOf(project, changes, at)
  const told = [
    ...columns.map(({ told: each }) => each).filter(({ before, after }) => before !== after),
    ...changeMembers(call, project, { ...changes, at }),
    ...(changes.milestones ?? []).flatMap((wish) => saveMilestone(db, project, wish)),
  ]
  if (told.length === 0) return { project, changed: [] }
  const parameters: Parameters = Object.fromEntries(columns.map(({ column, value }) => [column, value]))
  db.run(
    `UPDATE projects SET ${columns.map(({ column }) => `${column} = :${column}, `).join('')} version = version + 1 WHERE id = :id`,
    { ...parameters, id: project.id },
  )
  const after = { id: project.id, version: project.version + 1 }
  for (const each of told)
    recordProjectActivity(db, after, { actor: callerName(call.caller), kind: 'project', ...each, at })
  return { project: resolveProject(db, project.key), changed: [...new Set(told.map(({ field }) => field))] }
}

function columnsOf(project: Project, changes: ProjectChanges, at: string) {
  const { name, description, repository, lead, archived } = changes
  const isArchived = project.archived_at !== null
  const all = [
    name !== undefined && { column: 'name', value: name, told: { field: 'name', before: project.name, after: name } },
    description !== undefined && {
      column: 'description',
      value: description,
      told: { field: 'description', before: project.description, after: description },
    },
    repository !== undefined && {
      column: 'repository',
      value: repository,
      told: { field: 'repository', before: project.repository, after: repository },
    },
    lead && { column: 'lead_id', value: lead.id, told: { field: 'lead', before: project.lead, after: lead.handle } },
    archived !== undefined &&
      archived !== isArchived && {
        column: 'archived_at',
        value: archived ? at : null,
        told: { field: 'archived', before: String(isArchived), after: String(archived) },
      },
  ]
  return all.filter((each) => typeof each === 'object')
}

function changeMembers(call: ProjectCall, project: Project, changes: ProjectChanges & { at: string }): Told[] {
  const { db } = call.services
  const of = (person: Person) => ({ projectId: project.id, userId: person.id, at: changes.at })
  const leader = (changes.removeMembers ?? []).find(({ handle }) => handle === (changes.lead?.handle ?? project.lead))
  if (leader)
    throw new ToolError(
      'invalid_arguments',
      `${leader.handle} leads ${project.key} and stays a member. Give it another lead first.`,
      { field: 'remove_members' },
    )
  const added = [...(changes.lead ? [changes.lead] : []), ...(changes.addMembers ?? [])].filter((person) =>
    addMember(db, of(person)),
  )
  const removed = (changes.removeMembers ?? []).filter((person) => removeMember(db, of(person)))
  const told = (people: readonly Person[]) => people.map(({ handle }) => handle).join(', ') || null
  return added.length + removed.length > 0 ? [{ field: 'members', before: told(removed), after: told(added) }] : []
}

// A key, a name and a repository each stand for one project, so none may be another's.
function requireFree(
  call: ProjectCall,
  wanted: { key: string; name?: string; repository?: string | null },
  ownId: number | undefined,
): void {
  const others = readProjects(call.services.db).filter(({ id }) => id !== ownId)
  const fields = ['key', 'name', 'repository'] as const
  for (const field of fields) {
    const value = wanted[field]
    const taken = value
      ? others.find((each) => fields.some((name) => each[name] && folded(each[name]) === folded(value)))
      : undefined
    if (taken)
      throw new ToolError(
        'already_exists',
        `The ${field} "${folded(value ?? '')}" is taken by ${taken.key} (${taken.name})${taken.archived_at ? ', which is archived' : ''}. Use another one, or change that project with update_project.`,
        { field, existing_key: taken.key },
      )
  }
}
