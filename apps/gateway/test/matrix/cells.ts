/** The matrix of what must work between every agent and every upstream, and why some of it does not exist. */

/** Agents and upstreams of both eras. */
export const ERAS = ['legacy', 'modern'] as const

/** How upstreams are reached: by URL, on the pipes of a child that all callers share, and of one that is the caller's own. */
export const TRANSPORTS = ['http', 'stdio', 'own stdio'] as const

/** What a cell has to carry. */
export const FEATURES = [
  'tools',
  'prompts',
  'resources',
  'templates',
  'completion',
  'progress',
  'cancellation',
  'logging',
  'elicitation form',
  'elicitation URL',
  'sampling',
  'roots',
  'list changes',
  'resource subscriptions',
  'listen',
  'Tasks',
  'Apps',
  'Skills',
] as const

/** One of the eras. */
export type Era = (typeof ERAS)[number]

/** One of the features. */
export type Feature = (typeof FEATURES)[number]

/** One combination of an agent and an upstream. */
export interface Cell {
  agent: Era
  upstream: Era
  transport: (typeof TRANSPORTS)[number]
}

/** What a story proves. */
export interface Proof extends Cell {
  feature: Feature
}

/** Why some cells have no story of a feature. */
export interface Absence {
  features: readonly Feature[]
  isOf(cell: Cell): boolean
  reason: string
}

/** All combinations, in the order of the printed matrix. */
export const CELLS: readonly Cell[] = TRANSPORTS.flatMap((transport) =>
  ERAS.flatMap((agent) => ERAS.map((upstream) => ({ agent, upstream, transport }))),
)

/** What is not there; a story of such a cell fails the run, so that no reason outlives its cause. */
export const ABSENCES: readonly Absence[] = [
  {
    features: ['listen'],
    isOf: ({ agent }) => agent === 'legacy',
    reason: 'subscriptions/listen is of the modern revision; legacy agents have the GET stream and resources/subscribe',
  },
  {
    features: ['Tasks'],
    isOf: ({ agent, upstream }) => agent === 'legacy' || upstream === 'legacy',
    reason: 'the extension is of the modern revision; a legacy peer knows no task results',
  },
  {
    features: ['elicitation form', 'elicitation URL', 'sampling', 'roots'],
    isOf: ({ upstream, transport }) => upstream === 'legacy' && transport === 'stdio',
    reason:
      'nobody could tell to which call the request of a shared legacy child belongs; perCaller: true has no such doubt',
  },
  {
    features: ['logging'],
    isOf: ({ transport }) => transport === 'stdio',
    reason: "a log message on the pipes of a shared child names no call, and may be another caller's",
  },
]
