/** Writes the helpdesk's employees and customers. */
import { CITIES, COMPANY_FIRST, COMPANY_SECOND, FIRST_NAMES, LAST_NAMES, STREETS, TEAMS } from './helpdesk-words.ts'
import { NORDWIND_BIKES } from './nordwind-bikes.ts'
import { dayBefore, inserter, momentBefore, type Seeding } from './seeding.ts'

/** How many employees there are. */
export const EMPLOYEES = 60

/** Longest that a customer has been one. */
const CUSTOMER_DAYS = 900

/** One head, who leads the first of each team, who lead the rest; some have left. */
export function writeEmployees({ db, random, today }: Seeding): void {
  const insert = inserter(db, 'employees', 'id name email phone title team manager_id hired_on salary_cents active')
  insert(
    1,
    'Ingrid Solberg',
    'ingrid.solberg@helpdesk.example',
    phone(1),
    'Managing Director',
    'management',
    null,
    dayBefore(today, 3_000),
    24_000_000,
    1,
  )
  for (let id = 2; id <= EMPLOYEES; id++) {
    const [team, titles] = TEAMS[(id - 2) % TEAMS.length]!
    const isLead = id - 2 < TEAMS.length
    const title = isLead ? titles[0]! : random.pick(titles.slice(1))
    const leadId = 2 + ((id - 2) % TEAMS.length)
    const name = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`
    const hiredOn = dayBefore(today, random.between(40, 2_800))
    const salaryCents = random.between(isLead ? 90 : 38, isLead ? 140 : 88) * 100_000
    insert(
      id,
      name,
      `${mailName(name)}.${id}@helpdesk.example`,
      phone(id),
      title,
      team,
      isLead ? 1 : leadId,
      hiredOn,
      salaryCents,
      isLead || random.chance(0.85) ? 1 : 0,
    )
  }
}

/** @returns for each customer id - 1, how many days ago the account was made */
export function writeCustomers(seeding: Seeding): number[] {
  const { db, random, today, customers } = seeding
  const insert = inserter(
    db,
    'customers',
    'id company name email phone ssn birth_date street city country plan marketing_opt_in created_at',
  )
  const ages: number[] = []
  for (let id = 1; id <= customers; id++) {
    const made = id === NORDWIND_BIKES.id ? NORDWIND_BIKES : makeCustomer(seeding, id)
    const { company, name, email, street, city, country, plan, ageDays } = made
    // Area numbers from 900 are never issued.
    const ssn = `${random.between(900, 999)}-${two(random.between(1, 99))}-${String(random.between(1, 9_999)).padStart(4, '0')}`
    const birthDate = dayBefore(today, random.between(7_000, 26_000))
    insert(
      id,
      company,
      name,
      email,
      phone(1_000 + id),
      ssn,
      birthDate,
      street,
      city,
      country,
      plan,
      random.chance(0.4) ? 1 : 0,
      momentBefore(today, ageDays + random.below(1_000) / 1_000),
    )
    ages.push(ageDays)
  }
  return ages
}

function makeCustomer({ random }: Seeding, id: number) {
  const name = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`
  const isBusiness = random.chance(0.45)
  const company = isBusiness ? `${random.pick(COMPANY_FIRST)} ${random.pick(COMPANY_SECOND)}` : null
  const [city, country] = random.pick(CITIES)
  return {
    company,
    name,
    email: company
      ? `${mailName(name)}@${company.toLowerCase().replace(' ', '-')}-${id}.example`
      : `${mailName(name)}.${id}@mail.example`,
    street: `${random.pick(STREETS)} ${random.between(1, 180)}`,
    city,
    country,
    ageDays: random.between(20, CUSTOMER_DAYS),
    plan: isBusiness
      ? random.pick(['starter', 'business', 'business', 'enterprise'])
      : random.pick(['free', 'free', 'starter']),
  }
}

function mailName(name: string): string {
  return name.toLowerCase().replace(' ', '.')
}

// 555 numbers belong to nobody.
function phone(number: number): string {
  return `+1 555 ${String(1_000_000 + number * 37).slice(0, 3)} ${String(number * 7_919)
    .slice(-4)
    .padStart(4, '0')}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
