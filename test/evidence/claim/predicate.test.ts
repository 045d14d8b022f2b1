import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compareBytes } from '../../../src/compare-bytes.ts';
import { digestOf, hexOf } from '../../../src/digest.ts';
import type { Json } from '../../../src/document/data.ts';
import { decodeJson } from '../../../src/document/json.ts';
import { ObjectReader } from '../../../src/document/object-reader.ts';
import { CLAIM_RULES, claimFaults } from '../../../src/evidence/claim/compare-claim.ts';
import {
  bomClaim,
  buildPredicate,
  constraintsClaim,
  fingerprintClaim,
  matchClaim,
  parsePredicate,
  phaseDetailsClaim,
  phasesClaim,
} from '../../../src/evidence/claim/predicate.ts';
import type { PredicateFacts, ReceivedPredicate } from '../../../src/evidence/claim/predicate.ts';
import {
  measuredClaim,
  notRunClaim,
  validatorsClaim,
} from '../../../src/evidence/claim/run-claims.ts';
import { PHASES } from '../../../src/evidence/phase/phase.ts';
import { dataFrom } from '../../document/data-from.ts';
import { refusalOf } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';
import { NOW, TOOL, validateDemo } from '../demo.ts';
import { pointerOf, withChange } from './json-places.ts';

const AT = 's.json#/predicate';
const { recipe, recipeDigest, cluster, phases, facts } = validateDemo();

const FACTS: PredicateFacts = {
  recipe: { name: recipe.name, digest: recipeDigest, profile: undefined },
  fingerprint: cluster.fingerprint,
  match: cluster.match,
  constraints: cluster.constraints,
  phases,
  phaseConstraints: facts.phaseConstraints ?? [],
  validators: [
    { test: 'operator-health', image: `a/b@sha256:${'0'.repeat(64)}`, source: 'operator' },
    { test: 'nccl-all-reduce-bw', image: 'a/b:v1.0.0', source: 'results' },
  ],
  ctrfDigests: new Map(PHASES.map((phase) => [phase, digestOf(phase)])),
  bom: { version: '1.6', digest: digestOf('bom'), components: 22 },
  manifest: { digest: digestOf('manifest'), fileCount: 7 },
};
const CLAIMS = { attestedAt: NOW, aicrVersion: 'v1.0.0', tool: TOOL };
const PREDICATE = buildPredicate(FACTS, CLAIMS);

function parse(predicate: Json): ReceivedPredicate {
  return parsePredicate(new ObjectReader(dataFrom(predicate), AT));
}

const PROFILE = { selection: 'gpuStack=x', policyDescriptorIdentity: '0'.repeat(64) };

function bound(path: string): { readonly path: string; readonly digest: string } {
  return { path, digest: digestOf(path) };
}

/** The predicate with the value at this place, e.g. `recipe/name`; undefined takes it away. */
function changed(place: string, value: Json | undefined): Json {
  return withChange(PREDICATE, place.split('/'), value);
}

describe('a predicate', () => {
  const received = parse(PREDICATE);

  it('is read as it was built', () => {
    expect(received).toMatchObject({
      at: AT,
      newer: false,
      attestedAt: NOW,
      aicrVersion: 'v1.0.0',
      validatorCatalogVersion: '',
      validatorImages: ['a/b:v1.0.0', `a/b@sha256:${'0'.repeat(64)}`],
      redaction: undefined,
      recipe: { name: recipe.name, digest: hexOf(recipeDigest) },
      manifest: { at: `${AT}/manifest`, digest: FACTS.manifest.digest, fileCount: 7 },
      affidavit: { at: `${AT}/affidavit`, newer: false },
    });
  });

  it('claims what was computed, and nothing else', () => {
    const { fingerprint, criteriaMatch, bom, affidavit } = received;
    const claims = [
      [CLAIM_RULES.fingerprint, fingerprint, fingerprintClaim(FACTS.fingerprint)],
      [CLAIM_RULES.match, criteriaMatch, matchClaim(FACTS.match)],
      [CLAIM_RULES.phases, received.phases, phasesClaim(phases, FACTS.ctrfDigests)],
      [CLAIM_RULES.bom, bom, bomClaim(FACTS.bom)],
      [CLAIM_RULES.constraints, affidavit?.constraints, constraintsClaim(FACTS.constraints)],
      [CLAIM_RULES.phaseDetails, affidavit?.phases, phaseDetailsClaim(phases)],
      [CLAIM_RULES.measured, affidavit?.run?.measured, measuredClaim(FACTS.phaseConstraints)],
      [CLAIM_RULES.notRun, affidavit?.run?.notRun, notRunClaim(phases)],
      [CLAIM_RULES.validators, affidavit?.run?.validators, validatorsClaim(FACTS.validators)],
    ] as const;
    for (const [rule, claimed, computed] of claims) {
      expect(claimFaults(rule, AT, claimed, computed)).toEqual([]);
    }
  });

  it('of version 1.0 is read without what 1.1 added, and must not have it', () => {
    const old = ['measured', 'notRun', 'validators'].reduce(
      (predicate, name) => withChange(predicate, ['affidavit', name], undefined),
      changed('affidavit/schemaVersion', '1.0.0'),
    );
    expect(parse(old).affidavit).toMatchObject({ newer: false, run: undefined });
    for (const name of ['measured', 'notRun', 'validators', 'files']) {
      const more = withChange(old, ['affidavit', name], []);
      expect(refusalOf(() => parse(more))).toMatchObject({
        code: 'FIELD_UNKNOWN',
        at: `${AT}/affidavit/${name}`,
      });
    }
  });

  it('has the files that a recipe only names, if the recipes were at hand', () => {
    expect(received.affidavit?.files).toBeUndefined();
    const part = fc
      .stringMatching(/^[!-.0-[\]-~é-῿]{1,8}$/u)
      .filter((text) => !/^[.]{1,2}$/.test(text));
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(path), (paths) => {
        const files = paths.toSorted(compareBytes).map(bound);
        expect(parse(buildPredicate({ ...FACTS, files }, CLAIMS)).affidavit?.files).toEqual(files);
      }),
      { numRuns: propertyRuns(50, 1000) },
    );
  });

  it('names the phases that were not run, with the reason', () => {
    const states = phases.map((phase) => ({ ...phase, state: 'not-run' as const }));
    const [deployment, performance] = states;
    if (deployment === undefined || performance === undefined) throw new Error('no phases');
    expect(notRunClaim(phases)).toEqual([]);
    expect(notRunClaim([deployment, { ...performance, required: false }])).toEqual([
      { phase: 'deployment', reason: 'no-report' },
      { phase: 'performance', reason: 'not-required' },
    ]);
  });

  it('has each figure as it was printed', () => {
    expect(measuredClaim(FACTS.phaseConstraints)).toEqual([
      {
        ...{ test: 'nccl-all-reduce-bw', constraint: 'nccl-all-reduce-bw' },
        ...{ expected: '>= 300', value: '473.99', unit: 'GB/s' },
      },
    ]);
  });

  it('says nothing of a phase that was not run', () => {
    const run = validateDemo({ results: undefined });
    const predicate = parse(buildPredicate({ ...FACTS, phases: run.phases }, CLAIMS));
    const empty = dataFrom({});
    expect([predicate.phases, predicate.affidavit?.phases]).toEqual([empty, empty]);
  });

  it('says null of a constraint whose value the snapshot does not have', () => {
    const [constraint] = cluster.constraints;
    if (constraint === undefined) throw new Error('no constraint');
    const { name, expected, outcome } = constraint;
    const claim = constraintsClaim([{ ...constraint, actual: undefined }]);
    expect(claim).toEqual([{ name, expected, actual: null, outcome }]);
  });

  it('may be of AICR alone, newer, with images, redacted, and with fields of its own', () => {
    expect(parse(changed('affidavit', undefined)).affidavit).toBeUndefined();
    expect(parse(changed('schemaVersion', '1.1.0')).newer).toBe(true);
    expect(parse(changed('validatorImages', null)).validatorImages).toEqual([]);
    const images = [{ image: 'a' }, { image: 'b', digest: 'c' }];
    expect(parse(changed('validatorImages', images)).validatorImages).toEqual(['a', 'b@c']);
    const redaction = { policy: 'minimal', version: 'v4', applied: ['snapshot.header.allowlist'] };
    expect(parse(changed('redaction', redaction)).redaction).toEqual(redaction);
    const open = { policy: 'strict', version: '', applied: [] };
    expect(parse(changed('redaction', { policy: 'strict', fields: 3 })).redaction).toEqual(open);
    expect(parse(changed('aicrCommit', '0123abc')).aicrCommit).toBe('0123abc');
    expect(parse(changed('redaction', { policy: 'x', version: 'v4', applied: ['y'] }))).toEqual({
      ...received,
      redaction: { policy: 'x', version: 'v4', applied: ['y'] },
    });
    expect(parse(changed('weather', 'fine'))).toEqual(received);
  });
});

describe('a predicate is refused', () => {
  it.each([
    ...['schemaVersion', 'attestedAt', 'aicrVersion', 'validatorCatalogVersion'],
    ...['validatorImages', 'recipe', 'recipe/name', 'recipe/digest', 'fingerprint'],
    ...['criteriaMatch', 'phases', 'bom', 'manifest', 'manifest/digest', 'manifest/fileCount'],
    ...['affidavit/schemaVersion', 'affidavit/tool', 'affidavit/tool/name'],
    ...['affidavit/tool/version', 'affidavit/constraints', 'affidavit/phases'],
    ...['affidavit/measured', 'affidavit/notRun', 'affidavit/validators'],
  ])('without %s', (place) => {
    expect(refusalOf(() => parse(changed(place, undefined)))).toMatchObject({
      code: 'FIELD_MISSING',
      at: `${AT}/${place}`,
    });
  });

  it.each<[string, Json | undefined, string, string?]>([
    ['recipe', null, 'FIELD_INVALID'],
    ['recipe/name', 1, 'FIELD_INVALID'],
    ['attestedAt', '2026-06-10T01:20:00', 'FIELD_INVALID'],
    ['attestedAt', '10 June 2026', 'FIELD_INVALID'],
    ['aicrVersion', null, 'FIELD_INVALID'],
    ['validatorImages', {}, 'FIELD_INVALID'],
    ['validatorImages/0', 'image', 'FIELD_INVALID'],
    ['validatorImages/0', null, 'FIELD_INVALID'],
    ['manifest/fileCount', '7', 'FIELD_INVALID'],
    ['criteriaMatch', [], 'FIELD_INVALID'],
    ['phases', null, 'FIELD_INVALID'],
    ['bom', 'x', 'FIELD_INVALID'],
    ['redaction', 'strict', 'FIELD_INVALID'],
    ['redaction', null, 'FIELD_INVALID'],
    ['redaction', { policy: 'x', version: 4 }, 'FIELD_INVALID', '/version'],
    ['redaction', { policy: 'x', applied: 'y' }, 'FIELD_INVALID', '/applied'],
    ['redaction', { policy: 'x', applied: ['y', 1] }, 'FIELD_INVALID', '/applied/1'],
    ['profile', null, 'FIELD_INVALID'],
    ['profile', {}, 'FIELD_MISSING', '/selection'],
    ['profile', { ...PROFILE, selection: 'x' }, 'FIELD_INVALID', '/selection'],
    ['profile', { ...PROFILE, selection: 'x=y=z' }, 'FIELD_INVALID', '/selection'],
    ['profile', { ...PROFILE, advertiser: null }, 'FIELD_INVALID', '/advertiser'],
    ['profile', { selection: 'x=y' }, 'FIELD_MISSING', '/policyDescriptorIdentity'],
    [
      'profile',
      { ...PROFILE, policyDescriptorIdentity: 'abc123' },
      'FIELD_INVALID',
      '/policyDescriptorIdentity',
    ],
    ['aicrCommit', null, 'FIELD_INVALID'],
    ['aicrCommit', 'main', 'FIELD_INVALID'],
    ['validatorImages', [{ image: 'a', digest: null }], 'FIELD_INVALID', '/0/digest'],
    ['fingerprint/service', undefined, 'FIELD_MISSING'],
    ['fingerprint/gpuModel/value', undefined, 'FIELD_MISSING'],
    ['fingerprint/os/version', 24.04, 'FIELD_INVALID'],
    ['fingerprint/nodeCount/value', -6, 'FIELD_INVALID'],
    ['fingerprint/nodeCount/value', '6', 'FIELD_INVALID'],
    ['fingerprint/gpuNodeCount', 2, 'FIELD_INVALID'],
    ['criteriaMatch/matched', 'true', 'FIELD_INVALID'],
    ['criteriaMatch/perDimension', {}, 'FIELD_INVALID'],
    ['criteriaMatch/perDimension/0/match', undefined, 'FIELD_MISSING'],
    ['criteriaMatch/perDimension/0/recipeRequires', null, 'FIELD_INVALID'],
    ['phases/deployment', 4, 'FIELD_INVALID'],
    ['phases/deployment/passed', '4', 'FIELD_INVALID'],
    ['phases/deployment/ctrfDigest', undefined, 'FIELD_MISSING'],
    ['bom/imageCount', null, 'FIELD_INVALID'],
    ['affidavit/constraints/0/actual', undefined, 'FIELD_MISSING'],
    ['affidavit/constraints/0/actual', 1.33, 'FIELD_INVALID'],
    ['affidavit/phases/deployment/missing', null, 'FIELD_INVALID'],
    ['affidavit/phases/deployment/missing', [1], 'FIELD_INVALID', '/0'],
    ['affidavit/phases/deployment/other', undefined, 'FIELD_MISSING'],
    ['affidavit/files', null, 'FIELD_INVALID'],
    ['affidavit/files', [{ path: 'a' }], 'FIELD_MISSING', '/0/digest'],
    ['affidavit/files', [{ path: 'a', digest: '00' }], 'FIELD_INVALID', '/0/digest'],
    ['affidavit/files', [bound('b'), bound('a')], 'FIELD_INVALID', '/1/path'],
    ['affidavit/files', [bound('a'), bound('a')], 'FIELD_INVALID', '/1/path'],
    ['affidavit/files', [bound('a/../b')], 'FIELD_INVALID', '/0/path'],
    ['affidavit/files', [{ ...bound('a'), size: 1 }], 'FIELD_UNKNOWN', '/0/size'],
    ['affidavit', null, 'FIELD_INVALID'],
    ['affidavit', [], 'FIELD_INVALID'],
    ['affidavit/phases', null, 'FIELD_INVALID'],
    ['affidavit/constraints', null, 'FIELD_INVALID'],
    ['affidavit/constraint', [], 'FIELD_UNKNOWN'],
    ['affidavit/tool/url', '', 'FIELD_UNKNOWN'],
    ['affidavit/schemaVersion', '2.0.0', 'SCHEMA_VERSION_UNKNOWN'],
    ['schemaVersion', '0.9.0', 'SCHEMA_VERSION_UNKNOWN'],
    ['Affidavit', {}, 'DOCUMENT_DUPLICATE_KEY'],
    ['recipe/Digest', '', 'DOCUMENT_DUPLICATE_KEY'],
  ])('with %s %j', (place, value, code, below = '') => {
    expect(refusalOf(() => parse(changed(place, value)))).toMatchObject({
      code,
      at: `${AT}${pointerOf(place.split('/'))}${below}`,
    });
  });

  it.each(['4.0', '4e0', '40e-1', '4.00'])(
    'with a whole number that is spelt %s, as not every reader takes it',
    (spelling) => {
      const text = JSON.stringify(changed('phases/deployment/passed', 'SPELLING'));
      const predicate = text.replace('"SPELLING"', spelling);
      const refusal = refusalOf(() =>
        parsePredicate(new ObjectReader(decodeJson(Buffer.from(predicate), AT), AT)),
      );
      expect(refusal).toMatchObject({
        code: 'FIELD_INVALID',
        at: `${AT}/phases/deployment/passed`,
      });
    },
  );

  it('without the name of a validator image, or the policy of a redaction', () => {
    expect(refusalOf(() => parse(changed('validatorImages', [{}])))).toMatchObject({
      code: 'FIELD_MISSING',
      at: `${AT}/validatorImages/0/image`,
    });
    expect(refusalOf(() => parse(changed('redaction', {})))).toMatchObject({
      code: 'FIELD_MISSING',
      at: `${AT}/redaction/policy`,
    });
  });

  it('not for fields of ours that a newer minor version added', () => {
    const newer = withChange(changed('affidavit/schemaVersion', '1.2.0'), ['affidavit', 'x'], 1);
    expect(parse(newer).affidavit?.newer).toBe(true);
    expect(parse(newer).newer).toBe(false);
  });

  it.each<[string, Json]>([
    ['redaction', { kept: [], withheld: [], x: 1 }],
    ['redaction/withheld/0', { kept: [], withheld: [{ file: 'a', group: 'b', count: 1, x: 1 }] }],
    ['logs', { digest: `sha256:${'0'.repeat(64)}`, fileCount: 1, x: 1 }],
    ['files/0', [{ path: 'a', digest: `sha256:${'0'.repeat(64)}`, x: 1 }]],
  ])('for a field that a newer minor version added in %s, where it may not', (place, value) => {
    const [field = ''] = place.split('/');
    const newer = changed('affidavit/schemaVersion', '1.2.0');
    const stray = withChange(newer, ['affidavit', field], value);
    expect(refusalOf(() => parse(stray))).toMatchObject({
      code: 'FIELD_UNKNOWN',
      at: `${AT}/affidavit/${place}/x`,
    });
  });
});
