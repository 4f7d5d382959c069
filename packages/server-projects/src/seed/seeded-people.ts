/** The people of the seeded workspace. */

/** A person before the database has numbered them. */
export interface SeededPerson {
  handle: string
  name: string
  email: string
  team: string
  title: string
  github: string
  slack: string
}

type Row = readonly [handle: string, name: string, team: string, title: string, github: string]

const ROWS: readonly Row[] = [
  ['maria', 'Maria Lindqvist', 'Web', 'Front-end engineer, checkout and payments', 'maria-l'],
  ['devon', 'Devon Park', 'Web', 'Engineering lead, web', 'devon-k'],
  ['noor', 'Noor Haddad', 'Web', 'Front-end engineer, catalog and search', 'noor-h'],
  ['lukas', 'Lukas Brandt', 'Web', 'Front-end engineer, account', 'lbrandt'],
  ['yuki', 'Yuki Tanabe', 'Web', 'Accessibility engineer', 'yuki-tanabe'],
  ['priya', 'Priya Raman', 'Platform', 'Engineering lead, API', 'priya-s'],
  ['emeka', 'Emeka Obi', 'Platform', 'Back-end engineer, orders', 'emeka-o'],
  ['sofia', 'Sofia Marchetti', 'Platform', 'Back-end engineer, payments', 'sofiam'],
  ['dokafor', 'Daniel Okafor', 'Platform', 'Back-end engineer, identity', 'dokafor'],
  ['hanna', 'Hanna Virtanen', 'Platform', 'Back-end engineer, catalog', 'hvirtanen'],
  ['tomas', 'Tomás Herrera', 'Mobile', 'Engineering lead, mobile', 'tomas-h'],
  ['ingrid', 'Ingrid Solberg', 'Mobile', 'iOS engineer', 'isolberg'],
  ['kwame', 'Kwame Asante', 'Mobile', 'Android engineer', 'kwame-a'],
  ['chloe', 'Chloé Dubois', 'Mobile', 'Mobile engineer, checkout', 'chloe-d'],
  ['arjun', 'Arjun Mehta', 'Operations', 'Site reliability lead', 'arjun-sre'],
  ['dreyes', 'Daniel Reyes', 'Operations', 'Site reliability engineer', 'dreyes-ops'],
  ['olga', 'Olga Petrenko', 'Operations', 'Site reliability engineer', 'opetrenko'],
  ['samir', 'Samir Benali', 'Security', 'Security lead', 'samir-b'],
  ['grace', 'Grace Whitfield', 'Security', 'Application security engineer', 'gwhitfield'],
  ['wei', 'Wei Zhang', 'Data', 'Analytics lead', 'wei-z'],
  ['lucia', 'Lucía Ortega', 'Data', 'Data engineer', 'lucia-ortega'],
  ['henrik', 'Henrik Dahl', 'Design', 'Design lead', 'henrikdahl'],
  ['amara', 'Amara Diallo', 'Design', 'Product designer', 'amara-d'],
  ['rachel', 'Rachel Stein', 'Product', 'Product manager, commerce', 'rstein'],
  ['ben', 'Ben Calloway', 'Product', 'Product manager, platform', 'bcalloway'],
  ['fatima', 'Fatima Zahra', 'Support', 'Support lead', 'fatima-z'],
]

/** Everybody, in the order they are numbered; a Slack handle is `first.last`. */
export const SEEDED_PEOPLE: readonly SeededPerson[] = ROWS.map(([handle, name, team, title, github]) => {
  const slack = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll(' ', '.')
  return { handle, name, email: `${slack}@acme.dev`, team, title, github, slack }
})
