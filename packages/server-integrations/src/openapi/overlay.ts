/** What we say about a vendor's document: which of its operations are offered, under which names, and how they behave. */
import { z } from 'zod'

const text = (maxChars: number) => z.string().min(1).max(maxChars)
const fieldPath = z
  .string()
  .regex(/^[^.\s]+(\.[^.\s]+)*$/, 'want property names joined by dots, like items.owner.login')

const Pages = z
  .strictObject({
    style: z.enum(['cursor', 'last_id', 'page', 'offset']).describe('How the next page is named.'),
    param: text(100).describe('The argument that chooses the page.'),
    items: z
      .string()
      .max(200)
      .default('')
      .describe('Where the list is in the answer; empty when the answer is the list.'),
    next: z
      .string()
      .max(200)
      .default('id')
      .describe('cursor: where the next value is; last_id: the property of an item.'),
    more: text(200).optional().describe('Where the answer says whether there is more.'),
    size: text(100).optional().describe('The argument that chooses the size of a page.'),
    first: z.number().int().min(0).max(1).optional().describe('First page number or offset; 1 for page, 0 for offset.'),
  })
  .describe('How the pages of a list follow each other.')

const Change = z.strictObject({
  rename: z
    .string()
    .regex(/^[\w./-]{1,100}$/)
    .optional()
    .describe('The name it is called with.'),
  describe: text(400).optional().describe('What it does, in place of the words of the document.'),
  hide: z.array(text(200)).max(100).optional().describe('Parameters and body properties that are not offered.'),
  files: z
    .array(text(200))
    .max(20)
    .optional()
    .describe('Properties of a multipart form that are files, where the document calls them text.'),
  headers: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,60}$/), z.string().regex(/^[\x20-\x7e]{0,200}$/))
    .optional()
    .describe('Headers that every call sends; never those of the connection.'),
  project: z
    .array(fieldPath)
    .min(1)
    .max(100)
    .optional()
    .describe('The fields that a result keeps; lists are passed through.'),
  paginate: Pages.optional(),
  scope: z.array(text(100)).max(10).optional().describe('Scopes that a caller needs beside those of the tool.'),
  risk: z
    .enum(['read', 'write', 'destroy'])
    .optional()
    .describe('What a call may do, where the method does not say it.'),
  promote: z.boolean().optional().describe('List it as a tool of its own.'),
})

const Auth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('bearer') }),
  z.strictObject({ kind: z.literal('basic') }).describe('The token is user:password.'),
  z.strictObject({ kind: z.literal('header'), name: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,60}$/) }),
])

/** The overlay of one connector. */
export const Overlay = z.strictObject({
  title: text(60).optional().describe('The name of the vendor.'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('In place of the first address in the document.'),
  auth: Auth.default({ kind: 'bearer' }).describe('How the token travels.'),
  queries: z
    .enum(['query', 'form'])
    .default('query')
    .describe('form: the API takes the query of a GET as a form by POST as well, and so it is sent.'),
  include: z
    .array(text(200))
    .min(1)
    .max(500)
    .optional()
    .describe('Operation ids, with * for any text; all without it.'),
  hide: z.array(text(200)).max(100).default([]).describe('Parameters that no operation offers.'),
  scope: z.array(text(100)).max(10).default([]).describe('Scopes for every operation.'),
  operations: z.record(z.string(), Change).default({}).describe('What changes, by operation id of the document.'),
})
export type Overlay = z.output<typeof Overlay>

/** What an overlay says about one operation. */
export type OperationChange = z.output<typeof Change>

/** An overlay that changes nothing. */
export const NO_OVERLAY: Overlay = Overlay.parse({})
