// The tests of each kind of bundle. A file for each kind, so that they run side by side.

import { describe, expect, it } from 'vitest';

import { propertyRuns } from '../../property-runs.ts';
import { ALL_KINDS, baseOf, proofsOf, type Kind } from './bases.ts';
import { tryOneByteEdits } from './one-byte.ts';
import { checkStructuralEdits } from './structural.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** What `tools/test-run.ts` prints at the end. */
    figure?: string;
  }
}

/** `./dev check` tries 10,000 structural edits in all, `./dev test` a tenth. */
const RUNS = Math.ceil(propertyRuns(1000, 10_000) / ALL_KINDS.length);
/** All offsets of the three kinds that keyless evidence has; fewer of the others, which share their parts. */
const KEYLESS = /^Rekor/;
const TIMEOUT = 600_000;

export function describeEdits(kind: Kind): void {
  describe(`edits of ${kind}`, () => {
    it('start from a bundle that every judge accepts', () => {
      expect(proofsOf(Buffer.from(JSON.stringify(baseOf(kind).bundle)))).not.toContainEqual(
        expect.any(Error),
      );
    });

    it('E-31 none of one byte verifies', { timeout: TIMEOUT }, ({ task }) => {
      const step = KEYLESS.test(kind) ? propertyRuns(19, 1) : propertyRuns(17, 7);
      const { edits, survivors } = tryOneByteEdits(kind, step);
      expect(edits).toBeGreaterThan(300);
      expect(survivors).toEqual([]);
      task.meta.figure = `${kind}: 0 of ${edits} one-byte edits verify`;
    });

    it('E-32 of the structure get the verdict of their class', { timeout: TIMEOUT }, ({ task }) => {
      const classes = checkStructuralEdits(kind, RUNS);
      expect(classes.refused + classes.equal + classes.smaller).toBe(RUNS);
      task.meta.figure =
        `${kind}: of ${RUNS} structural edits ${classes.refused} are refused, ` +
        `${classes.equal} equal, ${classes.smaller} smaller, as expected`;
    });
  });
}
