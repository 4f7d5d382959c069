/** WEB: the shop's front end. */
import type { SeededProject } from '../seeded-project.ts'
import { SOFTWARE_WORKFLOW } from '../seeded-workflows.ts'

/** Web Storefront, with its areas and what tasks in them are called. */
export const web: SeededProject = {
  key: 'WEB',
  name: 'Web Storefront',
  description: 'The shop in the browser: catalog, search, cart, checkout, account.',
  repository: 'acme/web',
  lead: 'devon',
  members: ['devon', 'fatima', 'rachel', 'amara'],
  workflow: SOFTWARE_WORKFLOW,
  taskCount: 420,
  hasSprints: true,
  milestones: ['Spring relaunch', 'One-page checkout', 'Right-to-left launch'],
  areas: [
    { label: 'checkout', owner: 'maria', things: ['address form', 'shipping step', 'order summary', 'guest checkout'] },
    {
      label: 'payments',
      owner: 'maria',
      things: ['card form', 'wallet buttons', 'gift card field', 'payment error page'],
    },
    { label: 'catalog', owner: 'noor', things: ['product gallery', 'size picker', 'category page', 'review list'] },
    { label: 'search', owner: 'noor', things: ['search suggestions', 'filter panel', 'empty result page'] },
    { label: 'account', owner: 'lukas', things: ['order history', 'address book', 'password reset page', 'wish list'] },
    { label: 'shell', owner: 'yuki', things: ['header menu', 'cookie banner', 'language switch', 'mini cart'] },
  ],
  titles: {
    bug: [
      'Focus is lost in the {thing} after a validation error',
      '{thing}: blank area on Safari 17',
      'Stale data in the {thing} after the back button',
      'Layout jump in the {thing} while images load',
      'Double click in the {thing} sends two requests',
      'Raw translation keys in the German {thing}',
      'Screen reader announces no change in the {thing}',
      'Overflow in the {thing} on 320 px screens',
      'Console error from the {thing} when the session has expired',
      'Currency of the visitor is ignored in the {thing}',
    ],
    feature: [
      'Remember the last choice in the {thing}',
      'Show a skeleton while the {thing} loads',
      'Keyboard shortcuts for the {thing}',
      'Right-to-left layout of the {thing}',
      'Measure abandonment in the {thing}',
      'Offer help from the {thing} after two failed attempts',
      'A/B test: shorter copy in the {thing}',
    ],
    chore: [
      'Move the {thing} to the new design tokens',
      'End-to-end test for the {thing}',
      'Drop the legacy feature flag of the {thing}',
      'Split the bundle of the {thing}',
      'Replace the deprecated form library in the {thing}',
      'Write a story for every state of the {thing}',
    ],
  },
}
