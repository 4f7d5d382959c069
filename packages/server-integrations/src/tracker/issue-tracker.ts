/** What an issue tracker can do here, whichever it is. */
import { z } from 'zod'
import type { VendorCall } from '../http/vendor-request.ts'
import { Message } from '../shape/message.ts'
import { WorkItem } from '../shape/work-item.ts'

/** One page of a search. */
export interface TrackerSearch {
  /** Key of the project or team. */
  project: string
  /** Words of the title; none lists all. */
  query?: string | undefined
  /** How the last page told to go on. */
  after?: string | undefined
  limit: number
}

/** An issue with its text and its latest comments. */
export const TrackerIssue = WorkItem.extend({ body: z.string(), comments: z.array(Message) })
export type TrackerIssue = z.output<typeof TrackerIssue>

/** What a new issue consists of. */
export interface NewTrackerIssue {
  project: string
  title: string
  body: string
  /** E-mail address of somebody there. */
  assignee?: string | undefined
}

/** Each function throws ToolError. */
export interface IssueTracker {
  /** The newest first or last, as the tracker has it, and always in the same order. */
  search(search: TrackerSearch, by: VendorCall): Promise<{ items: WorkItem[]; next: string | undefined }>
  get(key: string, by: VendorCall): Promise<TrackerIssue>
  create(issue: NewTrackerIssue, by: VendorCall): Promise<WorkItem>
}
