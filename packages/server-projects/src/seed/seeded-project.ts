/** What the seed needs to know of a project to fill it with tasks that read as if people had written them. */
import type { SeededWorkflow } from './seeded-workflows.ts'

/** A part of a project, who answers for it, and the things in it that tasks are about. */
export interface SeededArea {
  label: string
  owner: string
  things: readonly string[]
}

/** Titles contain `{thing}`; every title fits every thing of the project. */
export interface SeededProject {
  key: string
  name: string
  description: string
  repository: string | null
  lead: string
  /** Handles of those who work in it, besides the owners of its areas. */
  members: readonly string[]
  workflow: SeededWorkflow
  taskCount: number
  /** Works in sprints, and not on what comes. */
  hasSprints: boolean
  /** What was reached last, what is next, and what comes after. */
  milestones: readonly [reached: string, next: string, later: string]
  areas: readonly SeededArea[]
  titles: { bug: readonly string[]; feature: readonly string[]; chore: readonly string[] }
}

/** The kind of a task, which is its first label. */
export type SeededKind = keyof SeededProject['titles']
