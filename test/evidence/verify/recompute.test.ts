import { describe, expect, it } from 'vitest';

import { CheckLog } from '../../../src/attestation/check-log.ts';
import type { ReceivedEvidence } from '../../../src/evidence/dialect/read-statement.ts';
import { CHECK_NAMES, type CheckName } from '../../../src/evidence/verify/checks.ts';
import { recompute } from '../../../src/evidence/verify/recompute.ts';
import { changed, contentsOf, packDemo, predicateIn, receivedOf, type Contents } from '../demo.ts';

const CONTENTS = await contentsOf((await packDemo()).files);
const PREDICATE = predicateIn(CONTENTS);

const RECOMPUTED = [
  'recipe-matches-digest',
  'redaction-matches-policy',
  'fingerprint-matches-snapshot',
  'constraints-match-claims',
  'phases-match-results',
  'bom-matches-claims',
  'run-is-coherent',
  'cluster-fits-recipe',
  'constraints-hold',
  'phases-are-green',
] as const satisfies readonly CheckName[];

type Recomputed = (typeof RECOMPUTED)[number];

function judge(contents: Contents = CONTENTS, predicate: ReceivedEvidence = PREDICATE) {
  const log = new CheckLog(CHECK_NAMES);
  const judgement = recompute(log, { files: receivedOf(contents), predicate });
  const made = log.results().filter(({ outcome }) => outcome !== 'not-reached');
  const faults = made.flatMap(({ name, faults: found }) =>
    found.map(({ code, at }) => `${name}: ${code} ${at}`),
  );
  return { judgement, made: made.map(({ name }) => name), faults };
}

/** Every check of this part but these. */
function allBut(...names: readonly Recomputed[]): readonly CheckName[] {
  return RECOMPUTED.filter((name) => !names.includes(name));
}

describe('recompute', () => {
  it('makes each of its checks, and none of another part', () => {
    const { made, faults, judgement } = judge();
    expect([made, faults]).toEqual([RECOMPUTED, []]);
    expect(Object.keys(judgement.facts)).toEqual([
      ...['recipe', 'fingerprint', 'match', 'constraints', 'phaseConstraints', 'phases', 'bom'],
      'lastStop',
    ]);
  });

  it('without the recipe does not judge what the recipe demands', () => {
    const { made, faults, judgement } = judge(changed(CONTENTS, { 'recipe.yaml': undefined }));
    expect(faults).toEqual(['recipe-matches-digest: BUNDLE_INCOMPLETE recipe.yaml']);
    expect(made).toEqual(['recipe-matches-digest', 'bom-matches-claims', 'run-is-coherent']);
    expect(Object.keys(judgement.facts)).toEqual(['bom', 'lastStop']);
  });

  it('without the snapshot does not judge the cluster', () => {
    const { made, faults, judgement } = judge(changed(CONTENTS, { 'snapshot.yaml': undefined }));
    expect(faults).toEqual(['fingerprint-matches-snapshot: BUNDLE_INCOMPLETE snapshot.yaml']);
    expect(made).toEqual(
      allBut(
        ...(['constraints-match-claims', 'run-is-coherent'] as const),
        ...(['cluster-fits-recipe', 'constraints-hold'] as const),
      ),
    );
    expect(judgement.facts).not.toHaveProperty('fingerprint');
  });

  it('without both says it of the recipe', () => {
    const without = { 'recipe.yaml': undefined, 'snapshot.yaml': undefined };
    const { made, faults } = judge(changed(CONTENTS, without));
    expect(faults).toEqual(['recipe-matches-digest: BUNDLE_INCOMPLETE recipe.yaml']);
    expect(made).toEqual(['recipe-matches-digest', 'bom-matches-claims']);
  });

  it('without the bill of materials judges everything else', () => {
    const { made, faults, judgement } = judge(changed(CONTENTS, { 'bom.cdx.json': undefined }));
    expect(faults).toEqual(['bom-matches-claims: BUNDLE_INCOMPLETE bom.cdx.json']);
    expect(made).toEqual(RECOMPUTED);
    expect(judgement.facts).not.toHaveProperty('bom');
  });

  it('with a report that cannot be read calls no phase green or red', () => {
    const { made, faults, judgement } = judge(changed(CONTENTS, { 'ctrf/performance.json': '{' }));
    expect(faults[0]).toMatch(/^phases-match-results: DOCUMENT_INVALID ctrf\/performance\.json/);
    expect(made).toEqual(allBut('run-is-coherent', 'phases-are-green'));
    expect(judgement.facts).not.toHaveProperty('phases');
  });

  it('with a report less sees that the phase was not run, in both checks', () => {
    const { made, faults } = judge(changed(CONTENTS, { 'ctrf/performance.json': undefined }));
    expect(made).toEqual(RECOMPUTED);
    expect(new Set(faults.map((fault) => fault.split(' ')[1]))).toEqual(
      new Set(['PHASES_DIFFER', 'MEASURED_DIFFERS', 'PHASE_NOT_GREEN']),
    );
    expect(faults.at(-1)).toBe('phases-are-green: PHASE_NOT_GREEN ctrf/performance.json');
  });

  it('with nothing at all says so of recipe and bill of materials', () => {
    const { made, faults, judgement } = judge(new Map());
    expect(made).toEqual(['recipe-matches-digest', 'bom-matches-claims']);
    expect(faults.every((fault) => fault.includes('BUNDLE_INCOMPLETE'))).toBe(true);
    expect(judgement.facts).toEqual({});
  });
});

describe('each claim is compared in its own check', () => {
  const AT = 'statement.intoto.json#/predicate';
  const { affidavit } = PREDICATE;
  if (affidavit === undefined) throw new Error('no claims of affidavit');

  it.each<[string, Partial<ReceivedEvidence>, string]>([
    [
      'recipe-matches-digest',
      { recipe: { ...PREDICATE.recipe, name: 'x' } },
      'RECIPE_DIFFERS /recipe/name',
    ],
    [
      'recipe-matches-digest',
      { recipe: { ...PREDICATE.recipe, digest: PREDICATE.recipe.digest.toUpperCase() } },
      'RECIPE_DIFFERS /recipe/digest',
    ],
    ['fingerprint-matches-snapshot', { fingerprint: 'x' }, 'FINGERPRINT_DIFFERS /fingerprint'],
    ['fingerprint-matches-snapshot', { criteriaMatch: 'x' }, 'MATCH_DIFFERS /criteriaMatch'],
    [
      'constraints-match-claims',
      { affidavit: { ...affidavit, constraints: 'x' } },
      'CONSTRAINTS_DIFFER /affidavit/constraints',
    ],
    ['phases-match-results', { phases: 'x' }, 'PHASES_DIFFER /phases'],
    ['phases-match-results', { aicrVersion: 'v1.0.1' }, 'PHASES_DIFFER /aicrVersion'],
    [
      'phases-match-results',
      { affidavit: { ...affidavit, phases: 'x' } },
      'PHASES_DIFFER /affidavit/phases',
    ],
    ['bom-matches-claims', { bom: 'x' }, 'BOM_DIFFERS /bom'],
  ])('%s: %j', (name, change, fault) => {
    const { faults } = judge(CONTENTS, { ...PREDICATE, ...change });
    const [code = '', pointer = ''] = fault.split(' ');
    expect(faults).toContain(`${name}: ${code} ${AT}${pointer}`);
    expect(faults.every((other) => other.startsWith(`${name}: ${code} ${AT}${pointer}`))).toBe(
      true,
    );
  });

  it('of another tool has no claims of ours, and its version is its own', () => {
    const other = { ...PREDICATE, affidavit: undefined, aicrVersion: 'v9' };
    const { made, faults } = judge(CONTENTS, other);
    expect([made, faults]).toEqual([RECOMPUTED, []]);
  });

  it('of a newer version of ours may mean something else by its version, and by nothing else', () => {
    const newer = { ...affidavit, newer: true };
    expect(judge(CONTENTS, { ...PREDICATE, affidavit: newer, aicrVersion: 'v9' }).faults).toEqual(
      [],
    );
    const { faults } = judge(CONTENTS, {
      ...PREDICATE,
      affidavit: { ...newer, constraints: 'x' },
    });
    expect(faults).not.toEqual([]);
  });

  it('is not where a fourth report lies: nobody judges that', () => {
    const report = CONTENTS.get('ctrf/deployment.json');
    const { faults } = judge(changed(CONTENTS, { 'ctrf/burn-in.json': report, 'ctrf/a.log': 'x' }));
    expect(faults).toEqual([
      'phases-match-results: RESULTS_PHASE_UNKNOWN ctrf/burn-in.json',
      'phases-match-results: RESULTS_PHASE_UNKNOWN ctrf/a.log',
    ]);
  });
});
