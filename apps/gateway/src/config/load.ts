/** Loads the configuration: files, environment and secrets in, one complete value out; or every problem at once. */
import { dirname, resolve } from 'node:path'
import { readConfigFiles } from './config-files.ts'
import { type ConfigNode, nodeAt, plainOf } from './config-node.ts'
import { findContradictions, findOddities, type Surroundings } from './cross-checks.ts'
import { describeIssues } from './describe-issues.ts'
import { applyEnvironment } from './environment-overrides.ts'
import { mergeSources } from './merge-sources.ts'
import { findNotYet, type NotYetFindings } from './not-yet.ts'
import { ConfigError, type Path, type Problem } from './problem.ts'
import { readSource } from './read-source.ts'
import { type Config, configSchema } from './schema.ts'
import { resolveSecrets } from './secret-references.ts'

/** A configuration that can be used. */
export interface LoadedConfig {
  config: Config
  /** What is accepted but does not do what one may think. */
  warnings: Problem[]
  /** Absolute paths of the files it came from, the main one first. */
  sources: string[]
  /** Agents and rules as canonical JSON: the policy has changed when this text has. */
  policySource: string
}

type Written = ReturnType<typeof configSchema.parse>

/**
 * Loads `causeway.yaml` and the `conf.d` beside it.
 * @param env variables that override settings and that secrets refer to
 * @throws ConfigError with all problems
 */
export function loadConfig(path: string, env: Surroundings['env']): LoadedConfig {
  const main = resolve(path)
  const folder = dirname(main)
  const { files, warnings } = readConfigFiles(main)
  const read = files.map(readSource)
  const { root, problems: mergeProblems } = mergeSources(read.map((source) => source.root))
  applyEnvironment(root, env)
  const notYet = findNotYet(root)
  const problems = [
    ...read.flatMap((source) => source.problems),
    ...mergeProblems,
    ...notYet.problems,
    ...findContradictions(root, { env, folder }),
    ...resolveSecrets(root, { env, folder }),
  ]
  const parsed = configSchema.safeParse(plainOf(root))
  if (!parsed.success) problems.push(...describeIssues(root, withoutRefused(parsed.error.issues, notYet)))
  const order = files.map(({ name }) => name)
  if (!parsed.success || problems.length > 0) throw new ConfigError(inOrder(problems, order))
  const config = complete(parsed.data, root, folder)
  return {
    config,
    warnings: inOrder([...warnings, ...findOddities(root)], order),
    sources: order.map((name) => resolve(folder, name)),
    policySource: JSON.stringify({ agents: config.agents, rules: parsed.data.rules }),
  }
}

function complete(written: Written, root: ConfigNode, folder: string): Config {
  for (const upstream of Object.values(written.upstreams))
    if (upstream.run !== undefined) upstream.run = resolve(folder, upstream.run)
  const sourceOf = (...path: Path) => {
    const { file, line } = nodeAt(root, path)!.at
    return `${file}:${line}`
  }
  const { checkpoints } = written.audit
  return {
    ...written,
    dataDir: resolve(folder, written.dataDir),
    audit: { ...written.audit, checkpoints: checkpoints === null ? null : resolve(folder, checkpoints) },
    rules: written.rules.map((rule, i) => ({ ...rule, source: sourceOf('rules', i) })),
    tests: written.tests.map((test, i) => ({ ...test, source: sourceOf('tests', i) })),
  }
}

function withoutRefused<Issue extends { path: PropertyKey[]; keys?: string[] }>(
  issues: readonly Issue[],
  { refused }: NotYetFindings,
): Issue[] {
  const isRefused = (path: readonly PropertyKey[]) =>
    refused.some((above) => above.every((step, i) => path[i] === step))
  return issues.flatMap((issue) => {
    if (!issue.keys) return isRefused(issue.path) ? [] : [issue]
    const keys = issue.keys.filter((key) => !isRefused([...issue.path, key]))
    return keys.length === 0 ? [] : [{ ...issue, keys }]
  })
}

// The order of reading: file by file, from top to bottom; the environment last.
function inOrder(problems: readonly Problem[], files: readonly string[]): Problem[] {
  const rank = ({ file }: Problem) => (files.includes(file) ? files.indexOf(file) : files.length)
  return problems.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column)
}
