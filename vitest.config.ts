/** How the tests run: everything hermetic, no build step, one file after the other in each of few processes. */
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// Stories start hundreds of processes, which start in half the time when they do not compile what was compiled before: what the gateway keeps for itself.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/causeway')

/** Tests that replace a module, for whoever imports it. */
const REPLACING = ['apps/gateway/test/failing-thread.test.ts']

export default defineConfig({
  test: {
    env: { CAUSEWAY_LOG_LEVEL: 'warn' },
    pool: 'forks',
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      // What they import is loaded once, which is two fifths of the CPU of the stories.
      {
        extends: true,
        test: { name: 'stories', include: ['apps/*/test/**/*.test.ts'], exclude: REPLACING, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            '{apps,packages}/*/{src,bench}/**/*.test.ts',
            'packages/*/test/**/*.test.ts',
            'toolchain/test/*.test.ts',
          ],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: REPLACING } },
    ],
  },
})
