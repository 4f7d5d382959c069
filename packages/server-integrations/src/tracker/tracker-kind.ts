/** Which issue tracker a tool is of: the tools of all trackers are alike, so that a model learns one. */
import { z } from 'zod'

export interface TrackerKind {
  id: 'linear' | 'jira'
  title: string
  /** What it calls the place of an issue, and one as an example. */
  place: string
  example: string
}

/** The trackers that there are. */
export const TRACKERS: readonly TrackerKind[] = [
  { id: 'linear', title: 'Linear', place: 'team', example: 'SHOP' },
  { id: 'jira', title: 'Jira', place: 'project', example: 'OPS' },
]

/** Argument schema of the place of an issue. */
export function projectInput({ place, example }: TrackerKind) {
  return z
    .string()
    .regex(/^[A-Za-z]\w{0,9}$/)
    .describe(`Key of the ${place}, e.g. ${example}`)
}
