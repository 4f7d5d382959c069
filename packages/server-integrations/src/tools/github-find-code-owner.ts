/** The tool that says who answers for a part of a repository, and why. */
import { markUntrusted, stripHidden } from '@causeway/shared-contracts/clean-text'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import { findCodeOwner, type OwnerFinding } from '../github/find-code-owner.ts'
import type { GithubClient } from '../github/github-client.ts'
import { repositoryFilePath } from '../github/repository-file-path.ts'
import { repositoryName } from '../github/repository-name.ts'
import type { VendorCall } from '../http/vendor-request.ts'
import { Person } from '../shape/person.ts'
import { integrationTool } from './integration-tool.ts'

const MAX_PROFILES = 3
const Evidence = z.object({
  file: z.string(),
  line: z.number().optional(),
  pattern: z.string().optional(),
  commit: z.string().optional(),
  matched: z.string(),
})
const Owner = Person.extend({ handle: z.string(), login: z.string().optional() })
type Owner = z.output<typeof Owner>

/** `github_find_code_owner` */
export const githubFindCodeOwner = integrationTool({
  name: 'github_find_code_owner',
  title: 'Find a code owner',
  description:
    'Finds who owns a file or module, with evidence: the CODEOWNERS line, else recent commits. Give a path if known (github_get_issue lists those an issue mentions), else keywords.',
  effect: 'read',
  openWorld: true,
  input: z.object({
    repo: repositoryName,
    path: repositoryFilePath.optional().describe('e.g. src/checkout/coupon.ts'),
    keywords: z
      .array(z.string().trim().min(2).max(60))
      .max(8)
      .default([])
      .describe('Module names or words, most telling first'),
  }),
  output: z.object({
    repo: z.string(),
    basis: z.enum(['codeowners', 'commits', 'none']),
    owners: z.array(Owner),
    evidence: Evidence.optional(),
    others: z.array(z.object({ owners: z.array(z.string()), line: z.number(), pattern: z.string() })),
    untrusted: z.boolean(),
  }),
  async run({ repo, path, keywords }, call) {
    if (path === undefined && keywords.length === 0)
      throw new ToolError('invalid_arguments', 'Give a path, keywords, or both.', { field: 'path' })
    const words = keywords
      .flatMap((keyword) => stripHidden(keyword).split(/[\s:"'`]+/))
      .filter((word) => word.length > 1)
    const finding = await findCodeOwner(call.services.github, { repo, path, keywords: words }, call)
    const owners = await describeOwners(call.services.github, finding.owners, call)
    const data = { ...finding, repo, owners, untrusted: true }
    return { text: render(repo, finding, owners), data }
  },
})

async function describeOwners(github: GithubClient, handles: readonly string[], call: VendorCall): Promise<Owner[]> {
  return Promise.all(
    handles.map(async (handle, i): Promise<Owner> => {
      if (!handle.startsWith('@')) return { ref: `email:${handle}`, handle, email: handle }
      if (handle.includes('/')) return { ref: `github:${handle.slice(1)}`, handle }
      const login = handle.slice(1)
      const profile = i < MAX_PROFILES && /^[\w-]{1,39}$/.test(login) ? await github.findUser(login, call) : undefined
      return {
        ref: `github:${login}`,
        handle,
        login,
        ...(profile?.name ? { name: profile.name } : {}),
        ...(profile?.email ? { email: profile.email } : {}),
      }
    }),
  )
}

function render(repo: string, finding: OwnerFinding, owners: readonly Owner[]): string {
  if (owners.length === 0)
    return `Nothing in ${repo} tells an owner: no CODEOWNERS rule and no commit matches.\nNext: other keywords, or a path from github_get_issue.`
  const names = owners.map((owner) => [owner.handle, owner.name, owner.email].filter(Boolean).join(', '))
  const lines = [
    `owner: ${names.join('; ')}`,
    `evidence: ${evidenceText(finding)}`,
    ...finding.others.map((other) => `also: ${other.owners.join(', ')} for ${other.pattern} (line ${other.line})`),
  ]
  const first = owners[0]
  return [
    `${owners.length === 1 ? '1 owner' : `${owners.length} owners`} in ${repo}, from ${finding.basis === 'codeowners' ? 'CODEOWNERS' : 'recent commits'}.`,
    markUntrusted(lines.join('\n'), `github:${repo}`),
    first?.login
      ? `Next: find this person in the project tool by the handle ${first.login}${first.email ? ' or the e-mail address' : ''} and assign the task there.`
      : 'Next: ask which member of that team takes it.',
  ].join('\n')
}

function evidenceText({ evidence }: OwnerFinding): string {
  if (!evidence) return 'none'
  const { file, line, pattern, commit, matched } = evidence
  return pattern
    ? `${file} line ${line}, pattern ${pattern}, by ${matched}`
    : `${matched} of ${file}, latest ${commit?.slice(0, 10)}`
}
