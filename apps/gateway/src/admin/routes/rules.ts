/** Routes about the rules that are made here, and the versions that they have had. Those of the file are read-only. */
import { z } from 'zod'
import { type Rule, ruleSchema } from '../../config/policy-schema.ts'
import { GatewayError } from '../../errors.ts'
import { activateRules, storedRules } from '../candidate-policy.ts'
import { requireMatch } from '../entity-tag.ts'
import { pageOf, pageQuery, paginate } from '../page.ts'
import { type AdminParts, type Asked, defineRoute } from '../route.ts'
import { makerOf } from './keys.ts'

const ruleAnswer = z
  .looseObject({
    id: z.string(),
    effect: z.string(),
    source: z.string().describe('file:line, or `api`.'),
    readOnly: z.boolean(),
  })
  .meta({ id: 'Rule' })
const policy = z
  .strictObject({
    version: z.int().describe('Of the rules that are made here; 0 before the first.'),
    rules: z.array(ruleAnswer).describe('In order: those of the file, then those made here.'),
    tests: z.array(z.looseObject({ as: z.string(), call: z.string(), expect: z.string() })),
  })
  .meta({ id: 'Policy' })
const versionAnswer = z
  .strictObject({ version: z.int(), author: z.string(), createdAt: z.iso.datetime() })
  .meta({ id: 'PolicyVersion' })
const wholeVersion = z
  .strictObject({ ...versionAnswer.shape, rules: z.array(z.looseObject({ id: z.string(), effect: z.string() })) })
  .meta({ id: 'WholePolicyVersion' })

/** A rule as it is sent. */
const ruleBody = ruleSchema
const MAX_RULES = 2_000
/** A whole set of rules as it is sent. */
export const rulesBody = z.array(ruleBody).max(MAX_RULES)

const ofRule = z.strictObject({ id: z.string() })
const tagOf = (version: number) => `rules-${version}`

function describe(parts: AdminParts): { data: z.output<typeof policy>; etag: string } {
  const { config } = parts.gateway.live
  const stored = storedRules(parts)
  const told = (rule: Rule, readOnly: boolean) => ({ ...rule, readOnly })
  const rules = [...config.rules.map((rule) => told(rule, true)), ...stored.rules.map((rule) => told(rule, false))]
  return { data: { version: stored.version, rules, tests: config.tests }, etag: tagOf(stored.version) }
}

function change(
  { admin, ifMatch }: Pick<Asked, 'admin' | 'ifMatch'>,
  parts: AdminParts,
  next: (rules: readonly Rule[]) => readonly unknown[],
) {
  const { version, rules } = storedRules(parts)
  requireMatch(ifMatch, tagOf(version))
  const written = next(rules).map((rule) => ({ ...(rule as Rule), source: undefined }))
  activateRules(written, { author: makerOf(admin), after: version }, parts)
  return describe(parts)
}

function refuseFileRule(id: string, { gateway }: AdminParts): void {
  const own = gateway.live.config.rules.find((rule) => rule.id === id)
  if (own) throw new GatewayError('managed_by_file', `Cannot change rule "${id}": it stands in ${own.source}`)
}

/** The policy, its versions, and the writes. */
export const ruleRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/policy',
    id: 'getPolicy',
    summary: 'The rules that are in force, and the tests that they must pass',
    tag: 'policy',
    access: 'read',
    status: 200,
    answer: policy,
    hasEtag: true,
    failures: [],
    handle: (_, parts) => describe(parts),
  }),
  defineRoute({
    method: 'PUT',
    path: '/api/v1/policy/rules',
    id: 'replaceRules',
    summary: 'Put a whole set in place of the rules that were made here',
    tag: 'policy',
    access: 'write',
    body: z.strictObject({ rules: rulesBody }),
    status: 200,
    answer: policy,
    hasEtag: true,
    match: 'always',
    failures: ['managed_by_file', 'policy_refused'],
    handle(asked, parts) {
      for (const { id } of asked.body.rules) refuseFileRule(id, parts)
      return change(asked, parts, () => asked.body.rules)
    },
  }),
  defineRoute({
    method: 'PUT',
    path: '/api/v1/policy/rules/{id}',
    id: 'putRule',
    summary: 'Add a rule behind the others, or replace it where it stands',
    tag: 'policy',
    access: 'write',
    params: ofRule,
    body: ruleBody,
    status: 200,
    answer: policy,
    hasEtag: true,
    match: 'always',
    failures: ['managed_by_file', 'policy_refused'],
    handle(asked, parts) {
      const { params, body } = asked
      if (body.id !== params.id)
        throw new GatewayError('input_invalid', `Cannot put rule "${params.id}": the body has the id "${body.id}"`)
      refuseFileRule(params.id, parts)
      return change(asked, parts, (rules) =>
        rules.some(({ id }) => id === body.id)
          ? rules.map((rule) => (rule.id === body.id ? body : rule))
          : [...rules, body],
      )
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/policy/rules/{id}',
    id: 'removeRule',
    summary: 'Remove a rule that was made here',
    tag: 'policy',
    access: 'write',
    params: ofRule,
    status: 200,
    answer: policy,
    hasEtag: true,
    match: 'always',
    failures: ['item_unknown', 'managed_by_file', 'policy_refused'],
    handle(asked, parts) {
      const { id } = asked.params
      refuseFileRule(id, parts)
      if (!storedRules(parts).rules.some((rule) => rule.id === id))
        throw new GatewayError('item_unknown', `Cannot remove rule "${id}": there is none`)
      return change(asked, parts, (rules) => rules.filter((rule) => rule.id !== id))
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/policy/versions',
    id: 'listPolicyVersions',
    summary: 'The last 200 versions of the rules that are made here',
    tag: 'policy',
    access: 'read',
    query: pageQuery,
    status: 200,
    answer: pageOf(versionAnswer),
    failures: [],
    handle({ query }, { store }) {
      const all = store.policyVersions.list().map(({ version, author, createdMs }) => ({
        ...{ version, author },
        createdAt: new Date(createdMs).toISOString(),
      }))
      return { data: paginate(all, query, ({ version }) => String(1e9 - version)) }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/policy/versions/{version}',
    id: 'getPolicyVersion',
    summary: 'One version, whole: to compare, or to put back',
    tag: 'policy',
    access: 'read',
    params: z.strictObject({ version: z.coerce.number().int().min(1) }),
    status: 200,
    answer: wholeVersion,
    failures: ['item_unknown'],
    handle({ params }, { store }) {
      const found = store.policyVersions.get(params.version)
      if (!found) throw new GatewayError('item_unknown', `Cannot find version ${params.version}: it is not kept`)
      const { version, author, createdMs, rules } = found
      return { data: { version, author, createdAt: new Date(createdMs).toISOString(), rules } }
    },
  }),
]
