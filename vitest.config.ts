/** How the tests run: everything hermetic, no build step; a process for each story, and all other tests one after the other in few. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    env: { CAUSEWAY_LOG_LEVEL: 'warn' },
    pool: 'forks',
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'stories', include: ['apps/*/test/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            '{apps,packages}/*/{src,bench}/**/*.test.ts',
            'packages/*/test/**/*.test.ts',
            'toolchain/test/*.test.ts',
          ],
          // What they import is loaded once; a test that replaces a module belongs to the stories.
          isolate: false,
        },
      },
    ],
  },
})
