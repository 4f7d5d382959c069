/** The issues of the offline repository: a backlog of plausible ones, and the few that stories name by number. */
import { seedIssueBody } from './seed-files.ts'

/** One issue to create. */
export interface SeedIssue {
  title: string
  body: string
  labels: string[]
  author: string
  closed: boolean
  comments: { author: string; body: string }[]
}

/** The last issue of the backlog; the story's issues follow. */
export const BACKLOG_SIZE = 451

const OPEN_SHARE = 12

const AREAS = [
  { area: 'Product list', label: 'catalog', author: 'priya-s' },
  { area: 'Search box', label: 'catalog', author: 'priya-s' },
  { area: 'Size filter', label: 'catalog', author: 'priya-s' },
  { area: 'Image gallery', label: 'catalog', author: 'priya-s' },
  { area: 'Sign-in form', label: 'account', author: 'devon-k' },
  { area: 'Password reset', label: 'account', author: 'devon-k' },
  { area: 'Address book', label: 'account', author: 'devon-k' },
  { area: 'Order history', label: 'account', author: 'devon-k' },
  { area: 'Payment form', label: 'checkout', author: 'maria-l' },
  { area: 'Shipping options', label: 'checkout', author: 'maria-l' },
  { area: 'Order confirmation mail', label: 'checkout', author: 'maria-l' },
  { area: 'Release pipeline', label: 'build', author: 'devon-k' },
  { area: 'Footer', label: 'design', author: 'priya-s' },
] as const

const FAULTS = [
  { text: 'is slow on the first visit', kind: 'performance' },
  { text: 'shows the wrong currency for Swiss customers', kind: 'bug' },
  { text: 'loses focus after the keyboard closes', kind: 'bug' },
  { text: 'should remember the last choice', kind: 'enhancement' },
  { text: 'overlaps the menu on narrow screens', kind: 'bug' },
  { text: 'is not announced to screen readers', kind: 'accessibility' },
  { text: 'logs a warning on every page', kind: 'chore' },
  { text: 'needs a loading state', kind: 'enhancement' },
  { text: 'breaks when the name contains an apostrophe', kind: 'bug' },
  { text: 'asks twice for the same thing', kind: 'bug' },
  { text: 'should be covered by a browser test', kind: 'chore' },
  { text: 'flickers when going back', kind: 'bug' },
  { text: 'uses an outdated icon', kind: 'chore' },
  { text: 'times out on a slow network', kind: 'performance' },
  { text: 'cannot be used with one hand', kind: 'accessibility' },
  { text: 'hides the error message', kind: 'bug' },
  { text: 'should say how long it takes', kind: 'enhancement' },
  { text: 'keeps old data after signing out', kind: 'bug' },
  { text: 'needs a translation into French', kind: 'enhancement' },
  { text: 'fails in private browsing', kind: 'bug' },
  { text: 'sends the same request twice', kind: 'performance' },
  { text: 'has no empty state', kind: 'enhancement' },
  { text: 'scrolls to the top by itself', kind: 'bug' },
  { text: 'rounds prices differently from the invoice', kind: 'bug' },
  { text: 'should support dark mode', kind: 'enhancement' },
  { text: 'blocks printing', kind: 'bug' },
  { text: 'misses a confirmation', kind: 'enhancement' },
  { text: 'is too small to tap', kind: 'accessibility' },
  { text: 'reloads when the tab is restored', kind: 'bug' },
  { text: 'writes to a deprecated endpoint', kind: 'chore' },
  { text: 'mixes up two time zones', kind: 'bug' },
  { text: 'cuts long words', kind: 'bug' },
  { text: 'ignores the language of the browser', kind: 'bug' },
  { text: 'should be reachable from the menu', kind: 'enhancement' },
  { text: 'costs too many requests', kind: 'performance' },
] as const

/** Issues 1 to 451: every area with every fault in turn, no title twice; most are closed, as in any repository of that age. */
export function backlogIssues(): SeedIssue[] {
  return Array.from({ length: BACKLOG_SIZE }, (_, index) => {
    const { area, label, author } = AREAS[index % AREAS.length] as (typeof AREAS)[number]
    const { text, kind } = FAULTS[index % FAULTS.length] as (typeof FAULTS)[number]
    return {
      title: `${area} ${text}`,
      body: `Seen in version ${Math.floor(index / 40) + 1}.${index % 40}.0. ${area} ${text}; it can be repeated every time.`,
      labels: [kind, label],
      author,
      closed: index % OPEN_SHARE !== 0,
      comments: [],
    }
  })
}

/** Issues 452 to 456. */
export const STORY_ISSUES: readonly SeedIssue[] = [
  {
    title: 'Size filter forgets my choice',
    body: seedIssueBody(452),
    labels: ['catalog'],
    author: 'priya-s',
    closed: false,
    comments: [],
  },
  {
    title: 'Show the delivery date before payment',
    body: 'Customers ask for it by mail every day.',
    labels: ['enhancement', 'checkout'],
    author: 'priya-s',
    closed: false,
    comments: [],
  },
  {
    title: 'Document the limits of coupons',
    body: 'docs/checkout/coupons.md does not say how many coupons a cart may hold.',
    labels: ['documentation', 'checkout'],
    author: 'maria-l',
    closed: false,
    comments: [],
  },
  {
    title: 'Session ends while the shopper types',
    body: 'src/account/session.ts only extends a session on navigation.',
    labels: ['bug', 'account'],
    author: 'devon-k',
    closed: false,
    comments: [],
  },
  {
    title: 'Checkout fails with 500 when coupon is applied twice',
    body: seedIssueBody(456),
    labels: ['bug', 'checkout'],
    author: 'priya-s',
    closed: false,
    comments: [
      {
        author: 'devon-k',
        body: 'Confirmed on staging with `SPRING25`. The error rate of `POST /api/checkout/:cartId/coupons` went up with 4.18.0.',
      },
      { author: 'priya-s', body: 'Jana Keller of Nordwind Bikes asks for an answer today; I told her we are on it.' },
    ],
  },
]
