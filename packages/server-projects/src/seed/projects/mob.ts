/** MOB: the apps. */
import type { SeededProject } from '../seeded-project.ts'
import { SOFTWARE_WORKFLOW } from '../seeded-workflows.ts'

/** Mobile Apps, with its areas and what tasks in them are called. */
export const mob: SeededProject = {
  key: 'MOB',
  name: 'Mobile Apps',
  description: 'The iOS and Android apps, released every two weeks.',
  repository: 'acme/mobile',
  lead: 'tomas',
  members: ['tomas', 'rachel', 'amara', 'fatima'],
  workflow: SOFTWARE_WORKFLOW,
  taskCount: 250,
  hasSprints: true,
  milestones: ['Release 8', 'Offline shopping', 'Tablet release'],
  areas: [
    {
      label: 'ios',
      owner: 'ingrid',
      things: ['home screen', 'share sheet', 'widget', 'settings screen', 'search screen', 'order tracking'],
    },
    {
      label: 'android',
      owner: 'kwame',
      things: [
        'notification settings',
        'offline cache',
        'deep links',
        'wish list',
        'product page',
        'login screen',
        'store finder',
      ],
    },
    { label: 'checkout', owner: 'chloe', things: ['cart screen', 'saved cards', 'delivery slots', 'barcode scanner'] },
  ],
  titles: {
    bug: [
      'Crash after opening {thing} in landscape',
      '{thing}: text is cut at the largest font size',
      'Battery drain traced to {thing}',
      '{thing}: no recovery after airplane mode',
      'Dark mode leaves {thing} unreadable',
      'Wrong language in {thing} after a system change',
    ],
    feature: [
      'Haptic feedback for {thing}',
      'Tablet layout for {thing}',
      'Onboarding hint for {thing}',
      'Support stylus and keyboard in {thing}',
      'Share analytics events of {thing} with the web',
    ],
    chore: [
      'Screenshot tests for {thing}',
      'Move {thing} to the shared component library',
      'Reduce cold start cost of {thing}',
      'Update permissions text for {thing}',
      'Remove the old navigation code around {thing}',
    ],
  },
}
