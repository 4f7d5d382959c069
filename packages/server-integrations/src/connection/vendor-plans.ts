/** The vendors that the curated tools talk to: how, configured by which variables, and what stands in for them offline. */
import { z } from 'zod'
import { OFFLINE_REPOSITORY, startGithubEmulator } from '../emulator/github-emulator.ts'
import { OFFLINE_PROJECT, startJiraEmulator } from '../emulator/jira-emulator.ts'
import { OFFLINE_TEAM, startLinearEmulator } from '../emulator/linear-emulator.ts'
import { OFFLINE_CHANNELS, startSlackEmulator } from '../emulator/slack-emulator.ts'
import { OFFLINE_CUSTOMER, startStripeEmulator } from '../emulator/stripe-emulator.ts'
import { githubDialect } from '../github/github-dialect.ts'
import type { VendorDialect } from '../http/vendor-dialect.ts'
import type { VendorRequest } from '../http/vendor-request.ts'
import { jiraDialect } from '../jira/jira-dialect.ts'
import { linearDialect } from '../linear/linear-dialect.ts'
import { slackDialect } from '../slack/slack-dialect.ts'
import { stripeDialect } from '../stripe/stripe-dialect.ts'
import type { OwnEndpoint } from './connection.ts'
import type { EndpointVariables } from './endpoint-from-env.ts'

/** Where a vendor's own authorization service is; scopes are what the tools need. */
export interface OauthPlan {
  authorize: string
  token: string
  revoke?: string
  scopes: string
}

export interface VendorPlan {
  dialect: VendorDialect
  /** Begins the names of the vendor's variables. */
  prefix: string
  variables: EndpointVariables
  startEmulator(signal: AbortSignal): Promise<OwnEndpoint>
  /** What exists offline, in words. */
  samples: string[]
  oauth?: OauthPlan
  /** Says who a token belongs to. */
  whoAmI: VendorRequest<z.ZodType<string>>
}

/** Their ids, as arguments name them. */
export const VENDOR_IDS = ['github', 'slack', 'stripe', 'linear', 'jira'] as const
export type VendorId = (typeof VENDOR_IDS)[number]

const READ = {
  effect: 'read',
  doing: 'ask whose account it is',
  missing: 'The API does not tell whose account it is.',
} as const

/** In the order in which they are told. */
export const VENDOR_PLANS: Record<VendorId, VendorPlan> = {
  github: {
    dialect: githubDialect,
    prefix: 'GITHUB',
    variables: { token: 'GITHUB_TOKEN', url: 'GITHUB_API_URL', defaultUrl: 'https://api.github.com' },
    startEmulator: startGithubEmulator,
    samples: [`repository ${OFFLINE_REPOSITORY}`],
    oauth: {
      authorize: 'https://github.com/login/oauth/authorize',
      token: 'https://github.com/login/oauth/access_token',
      scopes: 'repo read:user',
    },
    whoAmI: {
      ...READ,
      method: 'GET',
      path: ['user'],
      shape: z.object({ login: z.string() }).transform(({ login }) => login),
    },
  },
  slack: {
    dialect: slackDialect,
    prefix: 'SLACK',
    variables: { token: 'SLACK_BOT_TOKEN', url: 'SLACK_API_URL', defaultUrl: 'https://slack.com/api' },
    startEmulator: startSlackEmulator,
    samples: OFFLINE_CHANNELS.map((name) => `channel #${name}`),
    whoAmI: {
      ...READ,
      method: 'POST',
      path: ['auth.test'],
      form: {},
      shape: z.object({ user: z.string(), team: z.string() }).transform(({ user, team }) => `${user} in ${team}`),
    },
  },
  stripe: {
    dialect: stripeDialect,
    prefix: 'STRIPE',
    variables: { token: 'STRIPE_TOKEN', url: 'STRIPE_API_URL', defaultUrl: 'https://api.stripe.com' },
    startEmulator: startStripeEmulator,
    samples: [`customer ${OFFLINE_CUSTOMER}`],
    // A restricted key may not read the account itself; that it may read charges is what matters here.
    whoAmI: {
      ...READ,
      method: 'GET',
      path: ['v1', 'charges'],
      query: { limit: 1 },
      shape: z.object({ data: z.array(z.unknown()) }).transform(() => 'a Stripe account'),
    },
  },
  linear: {
    dialect: linearDialect,
    prefix: 'LINEAR',
    variables: { token: 'LINEAR_TOKEN', url: 'LINEAR_API_URL', defaultUrl: 'https://api.linear.app' },
    startEmulator: startLinearEmulator,
    samples: [`team ${OFFLINE_TEAM}`],
    oauth: {
      authorize: 'https://linear.app/oauth/authorize',
      token: 'https://api.linear.app/oauth/token',
      revoke: 'https://api.linear.app/oauth/revoke',
      scopes: 'read,write',
    },
    whoAmI: {
      ...READ,
      method: 'POST',
      path: ['graphql'],
      json: { query: '{ viewer { name } }' },
      shape: z
        .object({ data: z.object({ viewer: z.object({ name: z.string() }) }) })
        .transform(({ data }) => data.viewer.name),
    },
  },
  jira: {
    dialect: jiraDialect,
    prefix: 'JIRA',
    variables: { token: 'JIRA_TOKEN', url: 'JIRA_API_URL', user: 'JIRA_EMAIL' },
    startEmulator: startJiraEmulator,
    samples: [`project ${OFFLINE_PROJECT}`],
    whoAmI: {
      ...READ,
      method: 'GET',
      path: ['rest', 'api', '3', 'myself'],
      shape: z.object({ displayName: z.string() }).transform(({ displayName }) => displayName),
    },
  },
}
