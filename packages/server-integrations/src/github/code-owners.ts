/** A CODEOWNERS file as rules, and the rule that answers for a path or for a word. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { ownerPatternCovers } from './owner-pattern.ts'

/** Where GitHub looks for the file, in its order. */
export const CODEOWNERS_PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const

/** One line of the file that names a pattern; no owners means that nobody owns it, on purpose. */
export interface OwnerRule {
  /** 1-based. */
  line: number
  pattern: string
  /** As written: `@login`, `@org/team` or an e-mail address. */
  owners: string[]
}

/** Reads the rules; comments and blank lines are left out. */
export function parseCodeOwners(text: string): OwnerRule[] {
  return stripHidden(text)
    .split('\n')
    .map((raw, index) => ({
      line: index + 1,
      words: raw
        .replace(/(^|\s)#.*$/, '')
        .trim()
        .split(/\s+/),
    }))
    .filter(({ words }) => words[0] !== '')
    .map(({ line, words: [pattern = '', ...owners] }) => ({ line, pattern, owners }))
}

/** The rule for a path: the last that covers it, as GitHub has it. */
export function ruleForPath(rules: readonly OwnerRule[], path: string): OwnerRule | undefined {
  return rules.findLast((rule) => ownerPatternCovers(rule.pattern, path))
}

/** The rules whose pattern names a word, best first: a whole folder name before a part of one, then the shorter pattern. */
export function rulesForWords(
  rules: readonly OwnerRule[],
  words: readonly string[],
): { rule: OwnerRule; word: string }[] {
  return rules
    .filter((rule) => rule.owners.length > 0)
    .map((rule) => ({ rule, ...bestWord(rule.pattern, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.rule.pattern.length - b.rule.pattern.length)
    .map(({ rule, word }) => ({ rule, word }))
}

function bestWord(pattern: string, words: readonly string[]): { score: number; word: string } {
  const segments = pattern.toLowerCase().split('/').filter(Boolean)
  const scored = words.map((word) => {
    const wanted = word.toLowerCase()
    const isWhole = segments.some((segment) => segment === wanted || segment.split('.')[0] === wanted)
    const isPart = segments.some((segment) => segment.includes(wanted))
    return { score: isWhole ? 2 : isPart ? 1 : 0, word }
  })
  return scored.reduce((best, next) => (next.score > best.score ? next : best), { score: 0, word: '' })
}
