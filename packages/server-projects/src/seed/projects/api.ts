/** API: the services behind the shop. */
import type { SeededProject } from '../seeded-project.ts'
import { SOFTWARE_WORKFLOW } from '../seeded-workflows.ts'

/** Commerce API, with its areas and what tasks in them are called. */
export const api: SeededProject = {
  key: 'API',
  name: 'Commerce API',
  description: 'The services behind the shop and its partners: orders, payments, catalog, identity.',
  repository: 'acme/api',
  lead: 'priya',
  members: ['priya', 'ben', 'grace', 'olga'],
  workflow: SOFTWARE_WORKFLOW,
  taskCount: 340,
  hasSprints: true,
  milestones: ['Partner API 2', 'Settlement automation', 'Event streams for partners'],
  areas: [
    {
      label: 'orders',
      owner: 'emeka',
      things: ['order endpoint', 'cart merge', 'returns endpoint', 'shipping quotes'],
    },
    {
      label: 'payments',
      owner: 'sofia',
      things: ['payment intents', 'refund endpoint', 'settlement import', 'chargeback import', 'invoice export'],
    },
    {
      label: 'identity',
      owner: 'dokafor',
      things: ['token endpoint', 'session store', 'partner API keys', 'consent records', 'account merge'],
    },
    {
      label: 'catalog',
      owner: 'hanna',
      things: ['price lookup', 'stock reservations', 'product feed', 'category tree', 'image service'],
    },
  ],
  titles: {
    bug: [
      'Deadlock in {thing} under parallel updates',
      '{thing}: 500 instead of 422 on an empty body',
      'Duplicates across pages of {thing}',
      'Rounding error of one cent in {thing}',
      'Timeout in {thing} when the replica lags',
      'Personal data in the debug log of {thing}',
      'Time zone is lost in {thing}',
    ],
    feature: [
      'Idempotency keys for {thing}',
      'Cursor pagination for {thing}',
      'Webhook for changes in {thing}',
      'Rate limits per partner on {thing}',
      'Bulk variant of {thing}',
      'Audit trail for {thing}',
    ],
    chore: [
      'Contract tests for {thing}',
      'Document errors of {thing} in the OpenAPI file',
      'Remove version 1 of {thing}',
      'Load test {thing} at twice the peak',
      'Trace {thing} end to end',
      'Upgrade the database driver used by {thing}',
    ],
  },
}
