// A signer who changes one claim of evidence that verifies, and signs it again. No rule of the verifier is asked: only what
// nothing in the evidence could show may change.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { packEvidence } from '../../../src/evidence/pack/pack-evidence.ts';
import { propertyRuns } from '../../property-runs.ts';
import { DEMO, contentsOf, validateDemo, type Contents } from '../demo.ts';
import { commitDemo, judge, remade, reveal } from './committed.ts';

const COMMITTED = await commitDemo();
const WHOLE = await contentsOf(
  (await packEvidence({ validation: validateDemo(), redact: 'none' })).files,
);

/** As AICR's program redacts it: without labels, and without a value that a constraint reads. */
function byAicr(version: string): Contents {
  const cut = DEMO.snapshot
    .replace(/^ {6}- subtype: label\n(?: {8}.*\n?)+/m, '')
    .replace(/^ {10}\/proc\/sys\/kernel\/osrelease: .*\n/m, '');
  return remade(WHOLE, { 'snapshot.yaml': cut }, (predicate) =>
    Object.assign(predicate, { redaction: { policy: 'minimal', version, applied: ['a'] } }),
  );
}

const silent = (contents: Contents): Contents =>
  remade(contents, {}, (predicate) => Reflect.deleteProperty(predicate, 'affidavit'));

interface Base {
  readonly contents: Contents;
  readonly revealed?: string;
  /** What of the statement is the signer's word and nothing else. */
  readonly open: readonly RegExp[];
}

const TOOL = [/^\/validatorCatalogVersion$/, /^\/affidavit\/tool\//];
const OF_AICR = [/^\/validatorCatalogVersion$/, /^\/aicrVersion$/];
const COUNTS = /^\/affidavit\/redaction\/withheld\//;
const REGION = /^\/fingerprint\/region\/value$/;
const LABELS = [REGION, /^\/fingerprint\/gpuNodeCount\/value$/, /^\/redaction\/applied\//];
const ACTUAL = /^\/affidavit\/constraints\/3\/actual$/;

const BASES: Readonly<Record<string, Base>> = {
  whole: { contents: WHOLE, open: TOOL },
  'whole, by aicr': { contents: silent(WHOLE), open: OF_AICR },
  minimal: { contents: COMMITTED.contents, open: [...TOOL, REGION, COUNTS] },
  revealed: {
    contents: COMMITTED.contents,
    revealed: JSON.stringify(
      reveal(COMMITTED.openings, 'NodeTopology.label.topology.kubernetes.io/region', 'K8s.image'),
    ),
    open: [...TOOL, COUNTS],
  },
  'minimal v1': { contents: byAicr('v1'), open: [...TOOL, ...LABELS, ACTUAL] },
  'minimal v4, by aicr': { contents: silent(byAicr('v4')), open: [...OF_AICR, ...LABELS] },
};

type Scalar = string | number | boolean | null;

/** Every scalar in it, with its pointer. */
function scalarsIn(json: unknown, at = ''): readonly (readonly [string, Scalar])[] {
  if (typeof json === 'object' && json !== null) {
    return Object.entries(json).flatMap(([key, part]) => scalarsIn(part, `${at}/${key}`));
  }
  return [[at, json as Scalar]];
}

function predicateIn(contents: Contents): unknown {
  return (JSON.parse(String(contents.get('statement.intoto.json'))) as { predicate: unknown })
    .predicate;
}

/** Other values in its place; undefined: nothing. */
function othersOf(value: Scalar): readonly (Scalar | undefined)[] {
  if (typeof value === 'boolean') return [!value, undefined];
  if (typeof value === 'number') return [value + 1, value - 1, 0, value + 0.5, undefined];
  if (value === null) return ['x', 0];
  return ['', 'x', `${value} `, value.toUpperCase(), undefined];
}

function set(json: object, pointer: string, value: Scalar | undefined): void {
  const keys = pointer.split('/').slice(1);
  const last = keys.pop() ?? '';
  const parent = keys.reduce<object>((part, key) => Reflect.get(part, key) as object, json);
  if (value !== undefined) Reflect.set(parent, last, value);
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
}

const RULES = [{}, { acceptClaimed: true }, { requireRecomputed: true }];

describe('one claim that is changed', () => {
  it.each(Object.entries(BASES))('is found out, or nothing could show it: %s', (_, base) => {
    const { contents, revealed, open } = base;
    expect(judge(contents, revealed, { acceptClaimed: true }).exitCode).toBe(0);
    const changes = scalarsIn(predicateIn(contents)).flatMap(([pointer, value]) =>
      othersOf(value)
        .filter((other) => other !== value && !open.some((claim) => claim.test(pointer)))
        .map((other) => ({ pointer, other })),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.constantFrom(...RULES),
        ({ pointer, other }, rules) => {
          const lie = remade(contents, {}, (predicate) => {
            set(predicate, pointer, other);
          });
          expect(judge(lie, revealed, rules).exitCode).not.toBe(0);
        },
      ),
      { numRuns: propertyRuns(20, 150) },
    );
  });
});
