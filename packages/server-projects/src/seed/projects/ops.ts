/** OPS: what keeps it all running. */
import type { SeededProject } from '../seeded-project.ts'
import { REQUEST_WORKFLOW } from '../seeded-workflows.ts'

/** Operations, with its areas and what tasks in them are called. */
export const ops: SeededProject = {
  key: 'OPS',
  name: 'Operations',
  description: 'Infrastructure, deployments, on-call and cost.',
  repository: 'acme/infra',
  lead: 'arjun',
  members: ['arjun', 'priya', 'devon', 'grace'],
  workflow: REQUEST_WORKFLOW,
  taskCount: 210,
  hasSprints: false,
  milestones: ['Second region', 'Cost down by a fifth', 'Backups tested monthly'],
  areas: [
    {
      label: 'deploy',
      owner: 'dreyes',
      things: ['release pipeline', 'canary runner', 'preview cluster', 'build cache'],
    },
    { label: 'observability', owner: 'olga', things: ['metrics store', 'alert router', 'log store', 'trace store'] },
    { label: 'database', owner: 'arjun', things: ['order database', 'reporting replica', 'backup job'] },
    { label: 'network', owner: 'olga', things: ['edge cache', 'staging cluster', 'load balancer', 'mail relay'] },
  ],
  titles: {
    bug: [
      'Alert storm from the {thing} on Sunday night',
      '{thing}: disk fills up in nine days',
      'Certificate of the {thing} expires unnoticed',
      'Flaky health check in the {thing}',
      '{thing} is slow after the kernel update',
    ],
    feature: [
      'Self-service access to the {thing}',
      'Error budget for the {thing}',
      'One-click rollback for the {thing}',
      'Cost report for the {thing}',
    ],
    chore: [
      'Runbook for the {thing}',
      'Restore drill for the {thing}',
      'Rotate credentials of the {thing}',
      'Upgrade the {thing} to the current LTS',
      'Postmortem actions: {thing}',
      'Move the {thing} to the new region',
    ],
  },
}
