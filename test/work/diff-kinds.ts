import { diffEvidence, type DiffSide } from '../../src/evidence/diff/diff-evidence.ts';
// What two pieces of evidence that are compared can have many of.
import { readSnapshot } from '../../src/evidence/snapshot/snapshot.ts';
import { listOf, type Kind, type Kinds } from './work.ts';

const SNAPSHOT_HEAD = 'kind: Snapshot\napiVersion: aicr.run/v1\nmeasurements:\n';

/** Each item of the one side is at another place of the other, with another value. */
function both(side: (names: readonly string[], value: string) => Partial<DiffSide>): Kind {
  return (count) => {
    const names = listOf(count, (index) => `n${index}`);
    const head = { verdict: 'verified', facts: { constraints: [] } };
    const one = { ...head, ...side(names, 'passed') };
    const other = { ...head, ...side(names.toReversed(), 'failed') };
    return () => diffEvidence(one, other);
  };
}

export const DIFF_KINDS: Kinds = {
  'constraints of evidence that is compared': both((names, outcome) => ({
    facts: { constraints: names.map((name) => ({ name, outcome })) },
  })),
  'constraints of one name that are compared': both((names, outcome) => ({
    facts: { constraints: names.map(() => ({ name: 'x', outcome })) },
  })),
  'tests of evidence that is compared': both((names, status) => ({
    facts: {
      phases: [
        { phase: 'deployment', state: 'red', tests: names.map((name) => ({ name, status })) },
      ],
    },
  })),
  'images of evidence that is compared': both((names, tag) => ({
    images: names.map((name) => `${name}:${tag}`),
  })),
  'components of recipes that are compared': both((names, version) => ({
    recipe: new Map([
      ['componentRefs', names.map((name) => new Map(Object.entries({ name, version })))],
    ]),
  })),
  'values of snapshots that are compared': both((names, value) => {
    const data = names.map((name) => `      ${name}: ${value}\n`).join('');
    const text = `${SNAPSHOT_HEAD}- type: OS\n  subtypes:\n  - subtype: sysctl\n    data:\n${data}`;
    return { snapshot: readSnapshot(Buffer.from(text), 'snapshot.yaml') };
  }),
};
