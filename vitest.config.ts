import { defineConfig } from 'vitest/config';

/** Tests of the whole, from outside: the program changes what belongs to its process. */
const OUTSIDE = ['test/{commands,docs,e2e,library,memory,work}/**/*.test.ts', 'test/*.test.ts'];

export default defineConfig({
  test: {
    // Command-line tests start processes, and the machine may have two cores only.
    testTimeout: 60_000,
    hookTimeout: 60_000,
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
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: OUTSIDE,
          // They leave nothing behind, so one worker and its modules serve many files.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'outside', include: OUTSIDE } },
    ],
  },
});
