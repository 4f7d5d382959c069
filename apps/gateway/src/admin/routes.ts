/** All routes of the admin API, in the order in which they are documented. */
import type { Route } from './route.ts'
import { agentRoutes } from './routes/agents.ts'
import { approvalRoutes } from './routes/approvals.ts'
import { auditRoutes } from './routes/audit.ts'
import { catalogRoutes } from './routes/catalog.ts'
import { driftRoutes } from './routes/drift.ts'
import { eventRoutes } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { keyRoutes } from './routes/keys.ts'
import { policyRoutes } from './routes/policy.ts'
import { revocationRoutes } from './routes/revocations.ts'
import { ruleRoutes } from './routes/rules.ts'
import { sessionRoutes } from './routes/session.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { upstreamRoutes } from './routes/upstreams.ts'

export const ROUTES: readonly Route[] = [
  ...sessionRoutes,
  ...tokenRoutes,
  ...upstreamRoutes,
  ...catalogRoutes,
  ...agentRoutes,
  ...keyRoutes,
  ...revocationRoutes,
  ...ruleRoutes,
  ...policyRoutes,
  ...driftRoutes,
  ...approvalRoutes,
  ...auditRoutes,
  ...eventRoutes,
  ...healthRoutes,
]
