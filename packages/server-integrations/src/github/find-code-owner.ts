/** Finds who answers for a part of a repository, and on what evidence: CODEOWNERS first, else who changed it lately. */
import type { VendorCall } from '../http/vendor-request.ts'
import { CODEOWNERS_PLACES, type OwnerRule, parseCodeOwners, ruleForPath, rulesForWords } from './code-owners.ts'
import { type GithubClient, orUndefinedIfMissing } from './github-client.ts'

/** What is asked: a path, words, or both. */
export interface OwnerQuestion {
  repo: string
  path?: string | undefined
  /** Module names, labels or other words, most telling first. */
  keywords: readonly string[]
}

/** Where an owner was found. */
export interface OwnerEvidence {
  /** The CODEOWNERS file, or the path whose commits were counted. */
  file: string
  line?: number
  pattern?: string
  commit?: string
  /** What of the question led here, in words. */
  matched: string
}

/** The answer; `owners` is empty when nothing points to anyone. */
export interface OwnerFinding {
  basis: 'codeowners' | 'commits' | 'none'
  /** As written in CODEOWNERS, or `@login` of the authors. */
  owners: string[]
  evidence?: OwnerEvidence
  /** Other rules that the words name. */
  others: { owners: string[]; line: number; pattern: string }[]
}

const MAX_OTHERS = 4
const MAX_SEARCHED_WORDS = 3
const MAX_CODE_HITS = 10
const MAX_COMMITS = 30

/** Answers the question with as few requests as it takes. */
export async function findCodeOwner(
  github: GithubClient,
  question: OwnerQuestion,
  call: VendorCall,
): Promise<OwnerFinding> {
  const found = await readCodeOwners(github, question.repo, call)
  const direct = found && fromRules(found, question)
  if (direct) return direct
  const hits = question.path ? [] : await searchPaths(github, question, call)
  const searched = found && fromSearch(found, hits)
  if (searched) return searched
  const path = question.path ?? hits[0]?.path
  return (
    (path && (await fromCommits(github, { repo: question.repo, path }, call))) || {
      basis: 'none',
      owners: [],
      others: [],
    }
  )
}

interface CodeOwnersFile {
  file: string
  rules: OwnerRule[]
}

async function readCodeOwners(
  github: GithubClient,
  repo: string,
  call: VendorCall,
): Promise<CodeOwnersFile | undefined> {
  for (const file of CODEOWNERS_PLACES) {
    const content = await orUndefinedIfMissing(github.getContent({ repo, path: file }, call))
    if (content && !Array.isArray(content) && content.encoding === 'base64') {
      return { file, rules: parseCodeOwners(Buffer.from(content.content ?? '', 'base64').toString('utf8')) }
    }
  }
  // Three missing files look the same as a missing repository; only the latter is an error.
  await github.getRepository(repo, call)
  return undefined
}

function fromRules({ file, rules }: CodeOwnersFile, question: OwnerQuestion): OwnerFinding | undefined {
  const named = rulesForWords(rules, question.keywords).map(({ rule, word }) =>
    toFinding(file, rule, `keyword "${word}"`),
  )
  const rule = question.path ? ruleForPath(rules, question.path) : undefined
  const best = rule && rule.owners.length > 0 ? toFinding(file, rule, `path ${question.path}`) : named[0]
  if (!best) return undefined
  const others = named
    .filter(({ evidence }) => evidence.line !== best.evidence.line)
    .slice(0, MAX_OTHERS)
    .map(({ owners, evidence }) => ({ owners, line: evidence.line, pattern: evidence.pattern }))
  return { basis: 'codeowners', ...best, others }
}

function fromSearch({ file, rules }: CodeOwnersFile, hits: readonly CodeHit[]): OwnerFinding | undefined {
  for (const { path, word } of hits) {
    const rule = ruleForPath(rules, path)
    if (rule && rule.owners.length > 0) {
      return { basis: 'codeowners', ...toFinding(file, rule, `"${word}" is in ${path}`), others: [] }
    }
  }
  return undefined
}

function toFinding(file: string, rule: OwnerRule, matched: string) {
  return { owners: rule.owners, evidence: { file, line: rule.line, pattern: rule.pattern, matched } }
}

interface CodeHit {
  path: string
  word: string
}

async function searchPaths(github: GithubClient, question: OwnerQuestion, call: VendorCall): Promise<CodeHit[]> {
  for (const word of question.keywords.slice(0, MAX_SEARCHED_WORDS)) {
    const { items } = await github.searchCode({ repo: question.repo, word, perPage: MAX_CODE_HITS }, call)
    const paths = items.map((item) => item.path).filter((path) => !path.endsWith('CODEOWNERS'))
    if (paths.length > 0) return paths.map((path) => ({ path, word }))
  }
  return []
}

async function fromCommits(
  github: GithubClient,
  at: { repo: string; path: string },
  call: VendorCall,
): Promise<OwnerFinding | undefined> {
  const commits = await orUndefinedIfMissing(github.listCommits({ ...at, perPage: MAX_COMMITS }, call))
  const counts = new Map<string, number>()
  for (const commit of commits ?? []) {
    const author = commit.author ? `@${commit.author.login}` : commit.commit.author.email
    if (author) counts.set(author, (counts.get(author) ?? 0) + 1)
  }
  const [latest] = commits ?? []
  if (!latest || counts.size === 0) return undefined
  const owners = [...counts].sort((a, b) => b[1] - a[1]).map(([author]) => author)
  const matched = `${counts.get(owners[0] as string)} of the last ${commits?.length} commits`
  return {
    basis: 'commits',
    owners: owners.slice(0, 3),
    evidence: { file: at.path, commit: latest.sha, matched },
    others: [],
  }
}
