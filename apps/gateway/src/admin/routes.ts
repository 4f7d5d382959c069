/** All routes of the admin API, in the order in which they are documented. */
import type { Route } from './route.ts'
import { healthRoutes } from './routes/health.ts'

export const ROUTES: readonly Route[] = [...healthRoutes]
