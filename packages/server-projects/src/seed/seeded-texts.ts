/** Descriptions and comments of seeded tasks. */
import type { SeededKind } from './seeded-project.ts'

/** Descriptions by kind; `{thing}` and `{area}` are filled in. */
export const DESCRIPTIONS: Record<SeededKind, readonly string[]> = {
  bug: [
    'Seen by support in three tickets this week, always around the {thing}.\n\nSteps\n1. Open the {thing} in a fresh session\n2. Repeat the last action twice\n\nExpected: the second time changes nothing.\nActual: see the title.',
    'Found while testing {area} on staging.\n\nIt does not happen every time: about one in five attempts. The logs show nothing unusual, so the cause is probably on our side of the {thing}.',
    'Regression from the last release. Reverting locally makes it go away, so the change to the {thing} is the likely cause.\n\nAcceptance: a failing test first, then the fix.',
    'A customer sent a recording. It happens with the {thing} only, the rest of {area} is fine. Workaround: reload and try again.',
  ],
  feature: [
    'Why: people ask for it in every second interview about {area}.\n\nIn scope: the {thing}. Out of scope: everything that needs a new service.\n\nDone when it is measured and at least a tenth of the visitors have used it.',
    'Small step towards the goal of the quarter. The design for the {thing} is agreed, open questions are in the comments.\n\nAcceptance\n- works with keyboard alone\n- texts are translated\n- switched by a flag',
    'Proposal from the {area} review. Start with the simplest version of the {thing}, look at the numbers after two weeks, then decide.',
  ],
  chore: [
    'Left over from the last milestone of {area}. Nobody notices when it is done, everybody when it is not.',
    'Needed before we can touch the {thing} again without fear. No change that a user can see.\n\nEstimate: two days.',
    'Part of the clean-up of {area}. Keep it small, one pull request, and tell the owners of whatever depends on the {thing}.',
  ],
}

/** Comments by the stage of the work. */
export const COMMENTS = {
  early: [
    'Can somebody reproduce this with the {thing} on staging? I could not.',
    'Related to what we discussed in the {area} meeting. I would not start before that is settled.',
    'Raised by two more customers today, so a little more pressing than it looks.',
    'I have the context for the {thing}, happy to pair on it.',
    'Agreed in triage: worth doing, not this week.',
  ],
  working: [
    'Found it: a value in the {thing} is read before it is written. Draft is up, tests still missing.',
    'Bigger than expected. I split off the part that touches the {thing}.',
    'Half done. Waiting for an answer from the other team about {area}.',
    'First version of the {thing} is on the preview environment, please try it.',
    'Turns out that two places do the same. I removed one of them.',
  ],
  closing: [
    'Reviewed. Two small remarks, otherwise good to go.',
    'Verified on staging with the steps from the description.',
    'Released this morning. No errors around the {thing} since.',
    'Numbers after a week look right, closing.',
    'Support confirms that the customer is happy.',
  ],
} as const
