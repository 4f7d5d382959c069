/** The small shapes that the tools' schemas share, kept short because every agent pays for them in its context. */
import { z } from 'zod'
import { PRIORITIES } from '../store/task.ts'
import { faultOfLine, faultOfText, refusing } from '../text/exact-text.ts'

/** A task as results carry it; more fields than the promised ones come. */
export const taskShape = z.looseObject({ key: z.string(), title: z.string(), status: z.string(), version: z.number() })

/** A page of tasks. */
export const pageShape = z.object({
  tasks: z.array(taskShape),
  total: z.number(),
  truncated: z.boolean(),
  next_cursor: z.string().optional(),
})

/** A task as a write answers it. */
export const writtenTaskShape = z.looseObject({ key: z.string(), status: z.string(), version: z.number() })

/** What a change answers. */
export const changeShape = z.object({ task: writtenTaskShape, changed: z.array(z.string()) })

/** Priority by name. */
export const priorityInput = z.enum(PRIORITIES).describe('Priority')

/** A task key; case does not matter. */
export const keyInput = z.string().max(40).describe('e.g. WEB-142')

/** Whichever project people mean. */
export const projectInput = z.string().max(80).describe('Key, name or repository')

/** Whoever people mean. */
export function personInput(description: string) {
  return z.string().max(120).describe(description)
}

/** The version a change was decided on. */
export const expectedVersionInput = z.int().min(1).optional().describe('Refuse if changed since')

/** One line of text, kept to the byte. */
export function lineInput(maxLength: number, description: string) {
  return z.string().max(maxLength).describe(description).superRefine(refusing(faultOfLine))
}

/** Several lines of text, kept to the byte. */
export function textInput(maxLength: number, description: string) {
  return z.string().max(maxLength).describe(description).superRefine(refusing(faultOfText))
}

/** Label names. */
export function labelsInput(description: string) {
  return z
    .array(z.string().max(40).superRefine(refusing(faultOfLine)))
    .max(10)
    .describe(description)
}

/** Links to the world outside. */
export const linksInput = z
  .array(
    z.object({
      url: z.string().max(1000).superRefine(refusing(faultOfLine)).optional(),
      ref: z.string().max(200).superRefine(refusing(faultOfLine)).optional(),
      title: z.string().max(200).superRefine(refusing(faultOfLine)).optional(),
    }),
  )
  .max(10)
  .describe('url or ref, e.g. gh:acme/web#456')
