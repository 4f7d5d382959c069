/** How the tests run: everything hermetic, no build step; a process for each story, and all other tests one after the other in few. */
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Stories start hundreds of processes, which start in half the time when they do not compile what was compiled before: what the gateway keeps for itself.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/causeway')

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
