/** The files of the offline repository and the commits that brought them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const SEED_DIR = join(import.meta.dirname, '../../seed')

const MARIA = { login: 'maria-l', name: 'Maria Lindqvist', email: 'maria.lindqvist@acme.dev' }
const DEVON = { login: 'devon-k', name: 'Devon Park', email: 'devon.park@acme.dev' }
const PRIYA = { login: 'priya-s', name: 'Priya Raman', email: 'priya.raman@acme.dev' }

/** One commit: who, when, and the files as they are in `seed/acme-web`. */
export interface SeedCommit {
  author: { login: string; name: string; email: string }
  daysAgo: number
  message: string
  files: readonly string[]
}

/** Oldest first. */
export const SEED_COMMITS: readonly SeedCommit[] = [
  {
    author: DEVON,
    daysAgo: 410,
    message: 'Lay out the web shop',
    files: ['README.md', 'CODEOWNERS', '.github/workflows/ci.yml', 'scripts/release.sh', 'src/account/session.ts'],
  },
  { author: PRIYA, daysAgo: 240, message: 'Catalog: search by name and tag', files: ['src/catalog/search.ts'] },
  {
    author: MARIA,
    daysAgo: 120,
    message: 'Checkout: cart and its errors',
    files: ['src/checkout/cart.ts', 'src/checkout/checkout-error.ts'],
  },
  { author: DEVON, daysAgo: 60, message: 'Write down how on call works', files: ['docs/operations/on-call.md'] },
  {
    author: MARIA,
    daysAgo: 9,
    message: 'Checkout: keep the granted amount when a coupon is entered again',
    files: ['src/checkout/coupon.ts', 'src/checkout/routes.ts', 'docs/checkout/coupons.md'],
  },
]

/** The text of a seeded file; kept with `.txt` at the end, so that no tool takes it for this project's code. */
export function seedFile(path: string): string {
  return readFileSync(join(SEED_DIR, 'acme-web', `${path}.txt`), 'utf8')
}

/** The body of a seeded issue. */
export function seedIssueBody(number: number): string {
  return readFileSync(join(SEED_DIR, 'issues', `${number}.md`), 'utf8')
}
