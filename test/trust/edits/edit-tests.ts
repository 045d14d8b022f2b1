// The tests of each kind of bundle. A file for each kind, so that they run side by side.

import { describe, expect, it } from 'vitest';

import { propertyRuns } from '../../property-runs.ts';
import { baseOf, proofsOf, type Kind } from './bases.ts';
import { tryOneByteEdits } from './one-byte.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** What `tools/test-run.ts` prints at the end. */
    figure?: string;
  }
}

const STEP = propertyRuns(7, 1);
const TIMEOUT = 600_000;

export function describeEdits(kind: Kind): void {
  describe(`edits of ${kind}`, () => {
    it('start from a bundle that every judge accepts', () => {
      expect(proofsOf(Buffer.from(JSON.stringify(baseOf(kind).bundle)))).not.toContainEqual(
        expect.any(Error),
      );
    });

    it('E-31 none of one byte verifies', { timeout: TIMEOUT }, ({ task }) => {
      const { edits, survivors } = tryOneByteEdits(kind, STEP);
      expect(edits).toBeGreaterThan(1000);
      expect(survivors).toEqual([]);
      task.meta.figure = `${kind}: 0 of ${edits} one-byte edits verify`;
    });
  });
}
