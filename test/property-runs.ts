const isFull = process.env['AFFIDAVIT_TEST_RUNS'] === 'full';

/**
 * How often a property is tried: `./dev test` has to be quick, and `./dev check` sets
 * AFFIDAVIT_TEST_RUNS=full and has the time for more.
 */
export function propertyRuns(quick: number, full: number): number {
  return isFull ? full : quick;
}
