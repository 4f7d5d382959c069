/** DATA: what the company knows about itself. */
import type { SeededProject } from '../seeded-project.ts'
import { REQUEST_WORKFLOW } from '../seeded-workflows.ts'

/** Data and Analytics, with its areas and what tasks in them are called. */
export const data: SeededProject = {
  key: 'DATA',
  name: 'Data and Analytics',
  description: 'Pipelines, the warehouse, dashboards and the questions that people ask of them.',
  repository: 'acme/data',
  lead: 'wei',
  members: ['wei', 'rachel', 'ben', 'fatima'],
  workflow: REQUEST_WORKFLOW,
  taskCount: 120,
  hasSprints: false,
  milestones: ['Warehouse on the new engine', 'Self-service dashboards', 'Forecasts in planning'],
  areas: [
    {
      label: 'pipeline',
      owner: 'lucia',
      things: ['order events', 'clickstream', 'refund facts', 'stock snapshots', 'delivery facts'],
    },
    {
      label: 'reporting',
      owner: 'wei',
      things: ['weekly revenue', 'checkout funnel', 'customer cohorts', 'support load', 'basket size', 'return rate'],
    },
  ],
  titles: {
    bug: [
      'Late rows are dropped from {thing}',
      '{thing}: totals differ from the ledger',
      'Duplicate keys in {thing} since the replay',
      'Daylight saving shifts {thing} by an hour',
    ],
    feature: [
      'Break {thing} down by country',
      'Hourly refresh of {thing}',
      'Anomaly alerts on {thing}',
      'Forecast for {thing}',
    ],
    chore: [
      'Document the meaning of {thing}',
      'Freshness test for {thing}',
      'Archive {thing} older than two years',
      'Mask personal data in {thing}',
    ],
  },
}
