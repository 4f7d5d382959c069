/** The shape of a skill's entry (Skills extension, "Skill Entries"): clients refuse a whole list for one entry that breaks its rules. */
import { z } from 'zod'

const NAME = /^[0-9a-z]+(?:-[0-9a-z]+)*$/
const MANIFEST = '/SKILL.md'

const text = z.string()
const strings = z.record(text, text)

const entry = z.looseObject({
  uri: text,
  frontmatter: z.looseObject({
    name: text.min(1).max(64).regex(NAME),
    description: text.min(1).refine((said) => [...said].length <= 1_024, 'longer than 1024 characters'),
    compatibility: text
      .min(1)
      .refine((said) => [...said].length <= 500, 'longer than 500 characters')
      .optional(),
    metadata: strings.optional(),
  }),
  resources: z.union([
    z.literal('dynamic'),
    z.array(
      z.looseObject({ uri: text, digest: text.regex(/^sha256:[0-9a-f]{64}$/), size: z.number().int().nonnegative() }),
    ),
  ]),
  _meta: z.looseObject({}).optional(),
})

/** The shape, with what must hold between its fields. */
export const skillShape = entry.superRefine(({ uri, frontmatter, resources }, context) => {
  const root = skillRoot(uri)
  const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
  if (root === undefined) {
    refuse('uri', 'not a SKILL.md in a named folder')
    return
  }
  if (!root.endsWith(`/${frontmatter.name}`)) refuse('uri', 'its folder is not named as the skill is')
  if (resources === 'dynamic') return
  const files = resources.map((each) => each.uri)
  if (!files.includes(uri)) refuse('resources', 'without the SKILL.md itself')
  if (new Set(files).size < files.length) refuse('resources', 'a file stands twice')
  if (!files.every((file) => isWithin(root, file))) refuse('resources', "a file is outside of the skill's folder")
})

/** The folder of a skill, without a slash at its end; `undefined` when the URI is not that of a `SKILL.md` in a named folder. */
export function skillRoot(uri: string): string | undefined {
  if (!uri.endsWith(MANIFEST) || /[?#]/.test(uri) || !URL.canParse(uri)) return undefined
  const root = uri.slice(0, -MANIFEST.length)
  return /^[^:/]+:\/\/.*[^/]$/.test(root) ? root : undefined
}

// Dots and the like are folded first, as whoever reads the file would.
function isWithin(root: string, file: string): boolean {
  if (!URL.canParse(file) || /[?#]/.test(file)) return false
  return file.startsWith(`${root}/`) && new URL(file).href.startsWith(`${new URL(root).href}/`)
}
