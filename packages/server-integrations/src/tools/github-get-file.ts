/** The tool that reads one text file of a repository, or lists a folder. */
import { markUntrusted, stripHidden } from '@causeway/shared-contracts/clean-text'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { GithubContent } from '../github/github-content.ts'
import { repositoryFilePath } from '../github/repository-file-path.ts'
import { repositoryName } from '../github/repository-name.ts'
import { integrationTool } from './integration-tool.ts'

const MAX_TEXT_BYTES = 14_000
const MAX_ENTRIES = 200

const Input = z.object({
  repo: repositoryName,
  path: repositoryFilePath.describe('e.g. docs/checkout/coupons.md'),
  ref: z
    .string()
    .max(200)
    .regex(/^(?!\.{1,2}$)[\w./-]+$/)
    .optional()
    .describe('Branch, tag or commit'),
  start_line: z.number().int().min(1).max(1_000_000).default(1),
  max_lines: z.number().int().min(1).max(500).default(200),
})
type Input = z.output<typeof Input>

/** `github_get_file` */
export const githubGetFile = integrationTool({
  name: 'github_get_file',
  title: 'Get a GitHub file',
  description: 'Reads lines of a text file, or lists a folder. For owners use github_find_code_owner, not CODEOWNERS.',
  effect: 'read',
  openWorld: true,
  input: Input,
  output: z.object({
    kind: z.enum(['file', 'folder']),
    path: z.string(),
    url: z.string().optional(),
    text: z.string().optional(),
    start_line: z.number().optional(),
    end_line: z.number().optional(),
    total_lines: z.number().optional(),
    entries: z.array(z.object({ path: z.string(), type: z.string() })).optional(),
    truncated: z.boolean(),
    untrusted: z.boolean(),
  }),
  async run(args, call) {
    const content = await call.services.github.getContent(args, call)
    return Array.isArray(content) ? folderAnswer(args, content) : fileAnswer(args, content)
  },
})

function folderAnswer(args: Input, found: Extract<GithubContent, unknown[]>) {
  const entries = found
    .slice(0, MAX_ENTRIES)
    .map(({ path, type }) => ({ path, type: type === 'dir' ? 'folder' : type }))
  const lines = entries.map(({ path, type }) => (type === 'folder' ? `${path}/` : path))
  return {
    text: [
      `${found.length} entries in ${args.repo}/${args.path}${entries.length < found.length ? `, ${entries.length} shown` : ''}.`,
      markUntrusted(lines.join('\n'), `github:${args.repo}/${args.path}`),
      'Next: github_get_file with one of these paths.',
    ].join('\n'),
    data: {
      kind: 'folder' as const,
      path: args.path,
      entries,
      truncated: entries.length < found.length,
      untrusted: true,
    },
  }
}

function fileAnswer(args: Input, file: Exclude<GithubContent, unknown[]>) {
  const lines = fileLines(args, file)
  const shown = fitLines(lines.slice(args.start_line - 1, args.start_line - 1 + args.max_lines))
  const end_line = args.start_line - 1 + shown.length
  const text = shown.join('\n')
  const truncated = end_line < lines.length
  return {
    text: [
      `${args.repo}/${file.path}, lines ${args.start_line}–${end_line} of ${lines.length}${file.html_url ? `: ${file.html_url}` : ''}`,
      markUntrusted(text, `github:${args.repo}/${file.path}`),
      truncated
        ? `Next: github_get_file with start_line=${end_line + 1} for the rest.`
        : `Next: github_find_code_owner(repo="${args.repo}", path="${file.path}") for who owns it.`,
    ].join('\n'),
    data: {
      kind: 'file' as const,
      path: file.path,
      ...(file.html_url ? { url: file.html_url } : {}),
      text,
      start_line: args.start_line,
      end_line,
      total_lines: lines.length,
      truncated,
      untrusted: true,
    },
  }
}

function fileLines(args: Input, file: Exclude<GithubContent, unknown[]>): string[] {
  const refuse = (reason: string) =>
    new ToolError('unsupported_content', `Cannot read ${args.path} in ${args.repo}: ${reason}. Choose another file.`)
  if (file.type !== 'file') throw refuse(`it is a ${file.type}`)
  if (file.encoding !== 'base64') throw refuse('it is larger than GitHub hands out this way')
  const bytes = Buffer.from(file.content ?? '', 'base64')
  if (bytes.includes(0)) throw refuse('it is not text')
  const lines = stripHidden(bytes.toString('utf8')).split(/\r?\n/)
  if (lines.length > 1 && lines.at(-1) === '') lines.pop()
  if (args.start_line > lines.length)
    throw new ToolError('invalid_arguments', `${args.path} has ${lines.length} lines. Start at one of them.`, {
      field: 'start_line',
    })
  return lines
}

function fitLines(lines: readonly string[]): string[] {
  let bytes = 0
  const shown: string[] = []
  for (const line of lines) {
    bytes += Buffer.byteLength(line) + 1
    if (bytes > MAX_TEXT_BYTES) break
    shown.push(line)
  }
  // A single line longer than the whole budget is shown in part, or the file could never be read past it.
  return shown.length > 0 || lines.length === 0 ? shown : [(lines[0] as string).slice(0, MAX_TEXT_BYTES / 4)]
}
