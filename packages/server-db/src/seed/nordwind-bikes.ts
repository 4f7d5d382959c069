/** The customer whom the shipped federation story concerns: she reported what became GitHub issue acme/web#456. */

/** Her row in `customers`, made `ageDays` ago. */
export const NORDWIND_BIKES = {
  id: 77,
  company: 'Nordwind Bikes',
  name: 'Jana Keller',
  email: 'jana.keller@nordwind-bikes.example',
  street: 'Hafenstrasse 12',
  city: 'Hamburg',
  country: 'DE',
  plan: 'business',
  ageDays: 410,
} as const

/** Where her ticket is tracked by the developers. */
export const NORDWIND_ISSUE = 'gh:acme/web#456'
