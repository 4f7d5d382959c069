/** SEC: findings and the work that closes them. */
import type { SeededProject } from '../seeded-project.ts'
import { REQUEST_WORKFLOW } from '../seeded-workflows.ts'

/** Security, with its areas and what tasks in them are called. */
export const sec: SeededProject = {
  key: 'SEC',
  name: 'Security',
  description: 'Findings, reviews and hardening across all products.',
  repository: 'acme/security',
  lead: 'samir',
  members: ['samir', 'priya', 'arjun', 'devon'],
  workflow: REQUEST_WORKFLOW,
  taskCount: 90,
  hasSprints: false,
  milestones: ['Audit passed', 'Second factor everywhere', 'Zero standing access'],
  areas: [
    { label: 'appsec', owner: 'grace', things: ['admin console', 'partner portal', 'upload service', 'login flow'] },
    {
      label: 'compliance',
      owner: 'samir',
      things: ['card data zone', 'vendor portal', 'audit log', 'key store', 'support desk'],
    },
  ],
  titles: {
    bug: [
      'Missing rate limit in the {thing}',
      'Session survives logout in the {thing}',
      'Verbose errors reveal versions in the {thing}',
      'Outdated dependency with a known flaw in the {thing}',
    ],
    feature: ['Second factor for the {thing}', 'Least privilege for the {thing}', 'Signed evidence from the {thing}'],
    chore: [
      'Threat model of the {thing}',
      'Quarterly access review of the {thing}',
      'Retest last year’s findings in the {thing}',
      'Checklist for changes to the {thing}',
    ],
  },
}
