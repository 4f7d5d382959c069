/** A person as every connector tells one. */
import { z } from 'zod'

export const Person = z.object({
  /** `{vendor}:{id}`, the same in every answer. */
  ref: z.string(),
  /** What other people call them there, without `@`. */
  handle: z.string().optional(),
  name: z.string().optional(),
  email: z.string().optional(),
})
export type Person = z.output<typeof Person>

/** How a line of text names them. */
export function personLabel(person: Person): string {
  return person.handle ?? person.name ?? person.email ?? person.ref
}
