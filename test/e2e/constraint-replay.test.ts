// A signer who says that constraints hold which, on the snapshot that was signed with them, do not.
import { describe, expect, it } from 'vitest';

import { DEMO_INPUTS, STATEMENT, checkOf, fileIn, makeEvidence, valueAt } from './evidence.ts';

const evidence = await makeEvidence();
const CONSTRAINTS = '/predicate/affidavit/constraints';

interface Row {
  readonly name: string;
  readonly expected: string;
  readonly actual: string | null;
  readonly outcome: string;
}

const honest = valueAt(fileIn(evidence.files, STATEMENT), CONSTRAINTS) as readonly Row[];

/** With which change each constraint no longer holds. The server version is in the results too, so it stays. */
const CHANGES: Readonly<
  Record<string, readonly ['recipe' | 'snapshot', from: string, to: string]>
> = {
  'K8s.server.version': ['recipe', '>= 1.32.4', '>= 1.34'],
  'OS.release.ID': ['snapshot', 'ID: ubuntu', 'ID: debian'],
  'OS.release.VERSION_ID': ['snapshot', 'VERSION_ID: "24.04"', 'VERSION_ID: "22.04"'],
  'OS.sysctl./proc/sys/kernel/osrelease': ['snapshot', 'osrelease: 6.8.0', 'osrelease: 5.4.0'],
};

async function failing(name: string) {
  const [file = 'snapshot', from = '', to = ''] = CHANGES[name] ?? [];
  const text = DEMO_INPUTS[file].toString();
  expect(text).toContain(from);
  return await evidence.emit({ [file]: Buffer.from(text.replaceAll(from, to)) });
}

describe('E-57 a constraint of the recipe', () => {
  it('is tried here whichever it is', () => {
    expect(honest.map(({ name }) => name).toSorted()).toEqual(Object.keys(CHANGES).toSorted());
    expect(honest.map(({ outcome }) => outcome)).toEqual(honest.map(() => 'passed'));
  });

  it.each(honest.map(({ name }, index) => [name, index] as const))(
    'that is claimed to pass and fails when it is evaluated again is invalid: %s',
    async (name, index) => {
      const failed = await failing(name);
      const before = await evidence.judge(failed);
      expect(before.faults).toContain(`CONSTRAINT_FAILED recipe.yaml#/constraints/${index}`);
      const row = `${CONSTRAINTS}/${index}`;
      expect(valueAt(fileIn(failed, STATEMENT), row)).toMatchObject({ outcome: 'failed' });
      const lie = await evidence.rebuild({ statement: { [`${row}/outcome`]: 'passed' } }, failed);
      const judged = await evidence.judge(lie);
      expect(judged.code).toBe(2);
      expect(judged.faults).toContain(`CONSTRAINTS_DIFFER ${STATEMENT}#${row}/outcome`);
      expect(checkOf(judged, 'constraints-hold').outcome).toBe('failed');
    },
  );

  it('that is claimed to pass on another value than the one in the snapshot is invalid', async () => {
    const row = `${CONSTRAINTS}/0/actual`;
    const lie = await evidence.rebuild({ statement: { [row]: 'v1.99.0' } });
    const { code, faults } = await evidence.judge(lie);
    expect([code, faults]).toEqual([2, [`CONSTRAINTS_DIFFER ${STATEMENT}#${row}`]]);
  });

  it('is read from the snapshot that was signed: changed for a better one, it is invalid', async () => {
    const failed = await failing('OS.release.VERSION_ID');
    const better = await evidence.rebuild(
      { files: { 'snapshot.yaml': DEMO_INPUTS.snapshot } },
      failed,
    );
    const { code, faults } = await evidence.judge(better);
    expect(code).toBe(2);
    expect(faults).toContain(`CONSTRAINTS_DIFFER ${STATEMENT}#${CONSTRAINTS}/2/outcome`);
  });
});
