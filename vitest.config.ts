/** How the tests run: one process per file, everything hermetic, no build step. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{apps,packages}/*/{src,test,bench}/**/*.test.ts', 'toolchain/test/*.test.ts'],
    env: { CAUSEWAY_LOG_LEVEL: 'warn' },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
