import { defineConfig } from 'vitest/config';

import { CHECK_ONLY } from './test/check-only.ts';

/** They count the calls of a module that they replace: not if another file of the same worker has loaded that before. */
const ALONE = ['asked-recipes', 'changed-recipes', 'otherwise-since'].map(
  (name) => `test/gate/${name}.test.ts`,
);

export default defineConfig({
  test: {
    setupFiles: ['test/property-seed.ts'],
    // Only against what never ends: the machine may have two cores, and other work besides.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // By default one core is left free, and of two that is half.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text-summary'],
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: [...CHECK_ONLY, ...ALONE],
          // They leave nothing behind, so one worker and its modules serve many files. `runProgram` puts back what the
          // program changes of its process.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
      // Vitest runs projects by name, so those that take longest do not come last, when a core is idle.
      { extends: true, test: { name: 'check-only', include: [...CHECK_ONLY], isolate: false } },
    ],
  },
});
