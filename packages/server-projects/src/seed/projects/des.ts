/** DES: the design system and research. */
import type { SeededProject } from '../seeded-project.ts'
import { SOFTWARE_WORKFLOW } from '../seeded-workflows.ts'

/** Design System, with its areas and what tasks in them are called. */
export const des: SeededProject = {
  key: 'DES',
  name: 'Design System',
  description: 'Components, tokens and research that every product shares.',
  repository: null,
  lead: 'henrik',
  members: ['henrik', 'yuki', 'maria', 'chloe'],
  workflow: SOFTWARE_WORKFLOW,
  taskCount: 90,
  hasSprints: false,
  milestones: ['Tokens 2', 'Library for mobile', 'Research panel'],
  areas: [
    { label: 'components', owner: 'amara', things: ['date picker', 'data table', 'toast', 'stepper'] },
    {
      label: 'foundations',
      owner: 'henrik',
      things: ['color tokens', 'type scale', 'icon set', 'spacing scale', 'illustrations'],
    },
  ],
  titles: {
    bug: [
      'Contrast of the {thing} fails in dark mode',
      '{thing}: documentation shows the old version',
      'Spacing of the {thing} differs between web and mobile',
    ],
    feature: [
      'Compact variant of the {thing}',
      'Usage guidelines for the {thing}',
      'Motion principles for the {thing}',
      'Localized examples of the {thing}',
    ],
    chore: [
      'Usability test of the {thing} with five people',
      'Audit all uses of the {thing}',
      'Publish the {thing} to the shared library',
      'Align names in the {thing} with the code',
    ],
  },
}
