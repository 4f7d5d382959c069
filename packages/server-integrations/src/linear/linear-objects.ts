/** Linear's people, issues and comments → ours. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { z } from 'zod'
import type { Person } from '../shape/person.ts'
import type { WorkItem } from '../shape/work-item.ts'

const text = z.string().transform(stripHidden)

/** The fields that {@link LinearIssue} reads, as GraphQL. */
export const LINEAR_ISSUE_FIELDS =
  'identifier title url createdAt updatedAt state { name type } assignee { id name email displayName } creator { id name displayName } labels { nodes { name } }'

export const LinearUser = z
  .object({ id: z.string(), name: text, displayName: text.nullish(), email: z.string().nullish() })
  .transform(
    ({ id, name, displayName, email }): Person => ({
      ref: `linear:${id}`,
      name,
      ...(displayName ? { handle: displayName } : {}),
      ...(email ? { email } : {}),
    }),
  )

const STATUS: Record<string, WorkItem['status']> = {
  started: 'started',
  completed: 'done',
  canceled: 'canceled',
  duplicate: 'canceled',
}

/** Linear's issue → ours. */
export const LinearIssue = z
  .object({
    identifier: z.string(),
    title: text,
    url: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
    state: z.object({ name: text, type: z.string() }).nullish(),
    assignee: LinearUser.nullish(),
    creator: LinearUser.nullish(),
    labels: z.object({ nodes: z.array(z.object({ name: text })) }),
  })
  .transform(
    (issue): WorkItem => ({
      ref: `linear:${issue.identifier}`,
      title: issue.title,
      state: issue.state?.name ?? 'unknown',
      status: STATUS[issue.state?.type ?? ''] ?? 'open',
      labels: issue.labels.nodes.map(({ name }) => name),
      ...(issue.creator ? { author: issue.creator } : {}),
      assignees: issue.assignee ? [issue.assignee] : [],
      created_at: issue.createdAt,
      updated_at: issue.updatedAt,
      url: issue.url,
    }),
  )

export const LinearComment = z.object({ id: z.string(), body: text, createdAt: z.string(), user: LinearUser.nullish() })
