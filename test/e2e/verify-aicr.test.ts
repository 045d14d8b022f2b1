import { describe, expect, it } from 'vitest';

import { hexOf } from '../../src/digest.ts';
import { recipeDigest } from '../../src/evidence/aicr/canonical-yaml.ts';
import {
  AICR_RECIPE,
  ARTIFACT,
  ARTIFACT_NAME,
  BOM_TEXT,
  PROFILE,
  REDACTED,
  PROFILED_RECIPE,
  ROWS_BY_DIMENSION,
  aicrBundle,
  aicrClaiming,
  payloadOf,
  unsignedAicr,
} from './aicr-bundle.ts';
import {
  ATTESTATION,
  STATEMENT,
  checkOf,
  edited,
  fileIn,
  inStatement as at,
  makeEvidence,
  valueAt,
  withFile,
} from './evidence.ts';
import type { Files, Judged } from './evidence.ts';

const evidence = await makeEvidence();
const good = await aicrBundle(evidence);
const judge = async (files: Files): Promise<Judged> => await evidence.judge(files);
const codesOf = ({ report }: Judged): readonly string[] => report.findings.map(({ code }) => code);

describe('E-49 a summary bundle of aicr', () => {
  it.each([
    ['v1', false],
    ['v2', true],
    ['v3', false],
    ['v3', true],
  ] as const)('of version %s verifies, with a profile: %s', async (version, profiled) => {
    const judged = await judge(await aicrBundle(evidence, { version, profiled }));
    expect([judged.code, judged.faults]).toEqual([0, []]);
    expect(checkOf(judged, 'statement-is-evidence').found).toContain(`recipe evidence ${version} `);
    const rules = version === 'v3' ? 'v3' : 'legacy';
    const text = Buffer.from(profiled ? PROFILED_RECIPE : AICR_RECIPE);
    expect(judged.report['recipe']).toEqual({
      name: `h100-eks-ubuntu-training${profiled ? '-gpustack-operator-managed' : ''}`,
      digest: hexOf(recipeDigest(text, 'recipe.yaml', rules)),
      apiVersion: profiled ? 'aicr.run/v1beta2' : 'aicr.run/v1',
      ...(profiled ? { profile: PROFILE.selection } : {}),
    });
  });

  it.each([
    ['null as validatorImages', { '/predicate/validatorImages': null }],
    ['no aicrCommit', { '/predicate/aicrCommit': undefined }],
    ['a map as perDimension', { '/predicate/criteriaMatch/perDimension': ROWS_BY_DIMENSION }],
    ['no validatorCatalogVersion', { '/predicate/validatorCatalogVersion': '' }],
  ])('verifies with %s', async (_, edits) => {
    const { code, faults } = await judge(await aicrClaiming(evidence, edits));
    expect([code, faults]).toEqual([0, []]);
  });

  it('says what it claims, and that nothing shows which artifact it is from', async () => {
    const judged = await judge(good);
    expect(judged.report['claimed']).toEqual({
      attestedAt: '2026-06-10T01:20:00Z',
      predicateType: 'https://aicr.run/recipe-evidence/v3',
      aicrVersion: 'v1.0.0',
      aicrCommit: '7f0c2a91d4be',
      validatorCatalogVersion: 'v1.0.0',
      validatorImages: 1,
      redaction: null,
      artifact: { name: ARTIFACT_NAME, digest: ARTIFACT },
    });
    const finding = judged.report.findings.find(({ code }) => code === 'SUBJECT_NOT_CONFIRMED');
    expect(finding?.at).toBe(at('/subject/0/digest/sha256'));
    expect(finding?.found).toContain(`${ARTIFACT_NAME}", sha256:${ARTIFACT}`);
  });

  it('is the same as directory, as folder around it, and as tar.gz', async () => {
    const folder = evidence.unpack(
      new Map([
        ...[...good].map(([path, content]) => [`summary-bundle/${path}`, content] as const),
        ['pointer.yaml', Buffer.from('schemaVersion: 1.0.0\n')],
      ]),
    );
    const inputs = [folder, `${folder}/`, `${folder}/summary-bundle`, await evidence.pack(good)];
    const reports = await Promise.all(inputs.map(async (path) => await evidence.verify(path)));
    for (const { code, faults } of reports) expect([code, faults]).toEqual([0, []]);
    const identities = new Set(reports.map(({ report }) => JSON.stringify(report['bundle'])));
    expect(identities.size).toBe(1);
  });

  it('is named by the folder that it is in if an archive has that folder', async () => {
    const inner = [...good].map(([path, content]) => [`summary-bundle/${path}`, content] as const);
    const { code, report, faults } = await evidence.verify(await evidence.pack(new Map(inner)));
    expect([code, faults]).toEqual([2, ['BUNDLE_INCOMPLETE manifest.json']]);
    expect(report.checks[0]?.hint).toContain('it is all in the folder summary-bundle');
  });

  it('is undecided unsigned, and nothing of the subject is left to confirm', async () => {
    const bundle = unsignedAicr(good);
    expect((await judge(bundle)).code).toBe(4);
    const judged = await evidence.judge(bundle, { allowUnsigned: true });
    expect([judged.code, codesOf(judged).includes('SUBJECT_NOT_CONFIRMED')]).toEqual([0, false]);
  });
});

describe('a bundle of aicr that is redacted, as it is by default', () => {
  it('is read, with the policy that it names; what is left is judged as always', async () => {
    const bundle = await aicrBundle(evidence, REDACTED);
    const judged = await judge(bundle);
    expect(judged.report['claimed']).toMatchObject({ redaction: 'minimal' });
    const passed = judged.report.checks.filter(({ outcome }) => outcome === 'passed');
    expect(passed.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'statement-is-evidence',
        'files-match-manifest',
        'recipe-matches-digest',
        'phases-match-results',
        'bom-matches-claims',
        'constraints-hold',
        'phases-are-green',
      ]),
    );
    // The recipe demands nothing of what the snapshot no longer shows.
    expect([judged.code, judged.report['onlyClaimed']]).toEqual([
      0,
      ['region', 'gpuNodeCount', 'images'],
    ]);
    const strict = await evidence.judge(bundle, { requireRecomputed: true });
    expect([strict.code, strict.faults]).toEqual([
      4,
      [
        `VALUE_CLAIMED ${at('/predicate/fingerprint/region')}`,
        `VALUE_CLAIMED ${at('/predicate/fingerprint/gpuNodeCount')}`,
        'VALUE_CLAIMED bom.cdx.json',
        'VALUE_CLAIMED ctrf/performance.json',
      ],
    ]);
  });

  it.each([
    ['', null, ''],
    ['/policy', undefined, '/policy'],
    ['/version', 4, '/version'],
    ['/applied', 'all', '/applied'],
    ['/applied/0', 1, '/applied/0'],
  ])('is refused with another shape of redaction: %s = %j', async (field, value, place) => {
    const { signed = {} } = structuredClone(REDACTED);
    const edits = { ...signed, [`/predicate/redaction${field}`]: value };
    const judged = await judge(await aicrClaiming(evidence, edits, REDACTED));
    const code = value === undefined ? 'FIELD_MISSING' : 'FIELD_INVALID';
    expect([judged.code, judged.faults]).toEqual([
      2,
      [`${code} ${at(`/predicate/redaction${place}`)}`],
    ]);
  });

  it('is refused with a redacted file that was changed', async () => {
    const bundle = await aicrBundle(evidence, REDACTED);
    const snapshot = fileIn(bundle, 'snapshot.yaml')
      .toString()
      .replace('node-count: 3', 'node-count: 4');
    const { code, faults } = await judge(withFile(bundle, 'snapshot.yaml', snapshot));
    expect([code, faults[0]]).toEqual([2, 'FILE_DIFFERS snapshot.yaml']);
  });
});

describe('a statement of aicr that is wrong in one thing', () => {
  const zeros = '0'.repeat(64);
  const refused: readonly (readonly [string, unknown, string])[] = [
    ['/subject/0/name', 'recipe:other', 'STATEMENT_INVALID'],
    ['/subject/0/name', 'h100-eks-ubuntu-training', 'STATEMENT_INVALID'],
    ['/subject/0/name', 'ghcr.io/Octo/evidence:x', 'STATEMENT_INVALID'],
    ['/subject/0/name', 'oci://ghcr.io/octo/evidence:x', 'STATEMENT_INVALID'],
    ['/subject/0/digest/sha256', 'ab', 'STATEMENT_INVALID'],
    ['/subject/0/digest/sha256', ARTIFACT.toUpperCase(), 'STATEMENT_INVALID'],
    ['/predicate/aicrCommit', 'main', 'FIELD_INVALID'],
    ['/predicate/validatorImages', {}, 'FIELD_INVALID'],
    ['/predicate/recipe/digest', zeros, 'RECIPE_DIFFERS'],
    ['/predicate/recipe/name', 'h100-eks', 'RECIPE_DIFFERS'],
    ['/predicate/profile', PROFILE, 'RECIPE_DIFFERS'],
    ['/predicate/bom/version', '1.5', 'BOM_DIFFERS'],
    ['/predicate/bom/imageCount', 1, 'BOM_DIFFERS'],
    ['/predicate/bom/digest', `sha256:${zeros}`, 'BOM_DIFFERS'],
    ['/predicate/fingerprint/nodeCount/value', 4, 'FINGERPRINT_DIFFERS'],
    ['/predicate/phases/deployment/passed', 2, 'PHASES_DIFFER'],
    ['/predicate/phases/deployment/ctrfDigest', `sha256:${zeros}`, 'PHASES_DIFFER'],
    ['/predicate/manifest/fileCount', 4, 'MANIFEST_DIFFERS'],
  ];

  it.each(refused)('is refused: %s = %j', async (pointer, value, code) => {
    const signed = { [pointer]: value };
    // The subject of the copy is the recipe of its predicate.
    const fitting = {
      '/predicate/recipe/name': { '/subject/0/name': `recipe:${String(value)}` },
      '/predicate/recipe/digest': { '/subject/0/digest/sha256': value },
    }[pointer];
    const copy = pointer.startsWith('/subject') ? {} : { ...signed, ...fitting };
    const judged = await judge(await aicrBundle(evidence, { signed, copy }));
    expect([judged.code, judged.faults]).toEqual([2, [`${code} ${at(pointer)}`]]);
  });

  it('is refused if a digest in its name is another one', async () => {
    const name = (digest: string): Readonly<Record<string, string>> => ({
      '/subject/0/name': `ghcr.io/octo/evidence@sha256:${digest}`,
    });
    expect((await judge(await aicrBundle(evidence, { signed: name(ARTIFACT) }))).code).toBe(0);
    const other = await judge(await aicrBundle(evidence, { signed: name(zeros) }));
    const place = at('/subject/0/digest/sha256');
    expect([other.code, other.faults]).toEqual([2, [`STATEMENT_INVALID ${place}`]]);
  });

  it.each([
    ['v1', 'v3', false],
    ['v3', 'v1', false],
    ['v2', 'v3', true],
    ['v3', 'v2', true],
  ] as const)('%s that says that it is %s has another digest', async (version, says, profiled) => {
    const type = { '/predicateType': `https://aicr.run/recipe-evidence/${says}` };
    const bundle = await aicrBundle(evidence, { version, profiled, signed: type, copy: type });
    const { code, faults } = await judge(bundle);
    expect([code, faults]).toEqual([2, [`RECIPE_DIFFERS ${at('/predicate/recipe/digest')}`]]);
  });

  it.each([
    ['v1', true, 'FIELD_UNKNOWN'],
    ['v2', false, 'FIELD_MISSING'],
  ] as const)('%s with a profile, %s, is refused', async (version, profiled, code) => {
    const judged = await judge(await aicrBundle(evidence, { version, profiled }));
    expect([judged.code, judged.faults]).toEqual([2, [`${code} ${at('/predicate/profile')}`]]);
  });

  it('of the old domain is understood, and refused with the reason and a way out', async () => {
    const type = { '/predicateType': 'https://aicr.nvidia.com/recipe-evidence/v1' };
    const bundle = await aicrBundle(evidence, { version: 'v1', signed: type, copy: type });
    const judged = await judge(bundle);
    expect([judged.code, judged.faults]).toEqual([
      2,
      [`PREDICATE_TYPE_RETIRED ${at('/predicateType')}`],
    ]);
    const [fault] = checkOf(judged, 'statement-is-evidence').faults;
    expect(fault?.found).toContain('before it moved from aicr.nvidia.com');
    expect(fault?.hint).toContain('made again');
  });

  it('that is encoded twice is refused, though aicr reads it', async () => {
    const twice = Buffer.from(payloadOf(good).toString('base64'));
    const judged = await judge(withFile(good, ATTESTATION, await evidence.sign(twice)));
    expect([judged.code, judged.faults]).toEqual([2, [`STATEMENT_INVALID ${STATEMENT}`]]);
    expect(checkOf(judged, 'statement-is-evidence').found).toContain('encoded twice');
  });

  it.each([
    ['a row that is no map', { service: 'matched' }, 'FIELD_INVALID', '/0'],
    ['a row without its match', { service: {} }, 'FIELD_MISSING', '/0/match'],
  ])('with a map as perDimension and %s is refused', async (_, rows, code, place) => {
    const pointer = '/predicate/criteriaMatch/perDimension';
    const judged = await judge(await aicrClaiming(evidence, { [pointer]: rows }));
    expect([judged.code, judged.faults]).toEqual([2, [`${code} ${at(pointer + place)}`]]);
  });

  it.each([
    ['a dimension less', { ...ROWS_BY_DIMENSION, nodes: undefined }],
    ['a dimension more', { ...ROWS_BY_DIMENSION, gpus: { match: 'matched' } }],
    ['another match', { ...ROWS_BY_DIMENSION, os: { match: 'unknown' } }],
  ])('with a map as perDimension and %s differs from the recomputation', async (_, rows) => {
    const pointer = '/predicate/criteriaMatch/perDimension';
    const { code, faults } = await judge(await aicrClaiming(evidence, { [pointer]: rows }));
    expect([code, faults[0]?.startsWith(`MATCH_DIFFERS ${at(pointer)}`)]).toEqual([2, true]);
  });
});

describe('a profile of the recipe', () => {
  const claiming = async (field: string, value: unknown): Promise<Judged> =>
    await judge(
      await aicrClaiming(evidence, { [`/predicate/profile${field}`]: value }, { profiled: true }),
    );

  it.each([
    ['', undefined, 'RECIPE_DIFFERS'],
    ['/selection', 'gpuStack=gke-default', 'RECIPE_DIFFERS'],
    ['/selection', 'gpustack=operator-managed', 'RECIPE_DIFFERS'],
    ['/selection', 'gpuStack', 'FIELD_INVALID'],
    ['/selection', '', 'FIELD_INVALID'],
    ['/advertiser', 'external', 'RECIPE_DIFFERS'],
    ['/policyDescriptorIdentity', '', 'FIELD_INVALID'],
    ['/policyDescriptorIdentity', undefined, 'FIELD_MISSING'],
  ])('is compared with the claim: %s = %j', async (field, value, code) => {
    const judged = await claiming(field, value);
    expect([judged.code, judged.faults]).toEqual([
      2,
      [`${code} ${at(`/predicate/profile${field}`)}`],
    ]);
  });

  it('with other policy descriptors is for the verifier to decide', async () => {
    const judged = await claiming('/policyDescriptorIdentity', '0'.repeat(64));
    const place = at('/predicate/profile/policyDescriptorIdentity');
    expect([judged.code, judged.faults]).toEqual([4, [`PROFILE_HISTORICAL ${place}`]]);
  });

  it('is in what affidavit emits of such a recipe, and verifies', async () => {
    const files = await evidence.emit({ recipe: Buffer.from(PROFILED_RECIPE) });
    expect(valueAt(fileIn(files, STATEMENT), '/predicate/profile')).toEqual(PROFILE);
    // The demo's cluster has other tests than this recipe demands: red, but whole.
    expect((await judge(files)).code).toBeLessThan(2);
  });
});

describe('the unsigned copy beside a statement about an artifact', () => {
  const differs = (pointer: string): string => `STATEMENT_DIFFERS ${at(pointer)}`;

  it.each([
    ['/predicate/attestedAt', '2026-06-10T01:21:00Z'],
    ['/predicate/aicrVersion', 'v1.0.1'],
    ['/predicate/aicrCommit', undefined],
    ['/predicate/validatorImages', null],
    ['/predicate/phases/deployment/passed', 2],
    ['/predicate/criteriaMatch/perDimension/0/match', 'unknown'],
    ['/predicate/more', 'x'],
  ])('has the same predicate: %s = %j is refused', async (pointer, value) => {
    const judged = await judge(await aicrBundle(evidence, { copy: { [pointer]: value } }));
    const [fault = ''] = judged.faults;
    expect([judged.code, fault]).toEqual([2, differs(pointer)]);
  });

  it('has the same version', async () => {
    const copy = { '/predicateType': 'https://aicr.run/recipe-evidence/v1' };
    const judged = await judge(await aicrBundle(evidence, { copy }));
    expect([judged.code, judged.faults]).toEqual([2, [differs('/predicateType')]]);
  });

  it('may be written otherwise, e.g. on several lines', async () => {
    const copy = edited(fileIn(good, STATEMENT), {});
    const { code, faults } = await judge(withFile(good, STATEMENT, copy));
    expect([code, faults]).toEqual([0, []]);
  });

  it.each([
    ['another recipe as its subject', { '/subject/0/name': 'recipe:other' }],
    ['no subject', { '/subject': [] }],
    ['another type of statement', { '/_type': 'https://in-toto.io/Statement/v0.1' }],
  ])('is a statement of evidence itself: with %s it is refused', async (_, copy) => {
    const { code, faults } = await judge(await aicrBundle(evidence, { copy }));
    expect([code, faults]).toEqual([2, [`STATEMENT_DIFFERS ${STATEMENT}`]]);
  });

  it('is byte for byte the signed one if that is about the recipe', async () => {
    const files = withFile(
      evidence.files,
      STATEMENT,
      `${fileIn(evidence.files, STATEMENT).toString()} `,
    );
    const { code, faults } = await judge(files);
    expect([code, faults]).toEqual([2, [`STATEMENT_DIFFERS ${STATEMENT}`]]);
  });
});

describe('our evidence that aicr has signed', () => {
  const ours = fileIn(evidence.files, STATEMENT);
  const artifact = {
    '/subject/0': { name: ARTIFACT_NAME, digest: { sha256: ARTIFACT } },
  };
  const signedAs = async (edits: Readonly<Record<string, unknown>>): Promise<Files> => {
    const signature = await evidence.sign(edited(ours, edits));
    return withFile(evidence.files, ATTESTATION, signature);
  };

  it('has lost its affidavit: only what was signed counts, and the report says so', async () => {
    const judged = await judge(await signedAs({ ...artifact, '/predicate/affidavit': undefined }));
    expect([judged.code, judged.faults]).toEqual([0, []]);
    const finding = judged.report.findings.find(({ code }) => code === 'AFFIDAVIT_MISSING');
    expect(finding?.at).toBe(at('/predicate/affidavit'));
    expect(checkOf(judged, 'constraints-match-claims').found).toContain('no claim');
  });

  it('may have kept it', async () => {
    const judged = await judge(await signedAs(artifact));
    expect([judged.code, codesOf(judged).includes('AFFIDAVIT_MISSING')]).toEqual([0, false]);
  });

  it.each([
    ['a part of it', { '/predicate/affidavit/tool/vendor': 'x' }, 'FIELD_UNKNOWN'],
    ['more than it', { '/predicate/aicrVersion': 'v9.9.9' }, 'STATEMENT_DIFFERS'],
  ])('is refused if it differs in %s', async (_, edits, code) => {
    const dropped = code === 'STATEMENT_DIFFERS' ? { '/predicate/affidavit': undefined } : {};
    const judged = await judge(await signedAs({ ...artifact, ...dropped, ...edits }));
    const [pointer = ''] = Object.keys(edits);
    expect([judged.code, judged.faults]).toEqual([2, [`${code} ${at(pointer)}`]]);
  });

  it('is refused without it if the statement is about the recipe: no aicr signs that', async () => {
    const { code, faults } = await judge(await signedAs({ '/predicate/affidavit': undefined }));
    expect([code, faults]).toEqual([2, [`STATEMENT_DIFFERS ${STATEMENT}`]]);
  });

  it('is refused if the affidavit was signed, and is gone from the copy', async () => {
    const bundle = withFile(
      await signedAs(artifact),
      STATEMENT,
      edited(ours, { '/predicate/affidavit': undefined }),
    );
    const { code, faults } = await judge(bundle);
    expect([code, faults]).toEqual([2, [`STATEMENT_DIFFERS ${at('/predicate/affidavit')}`]]);
  });
});

describe('our evidence without its affidavit gains nothing', () => {
  const pointer = '/predicate/affidavit';

  it('as a stranger takes it out of what nobody signed: the rest is judged as before', async () => {
    const stripped = edited(fileIn(evidence.files, STATEMENT), { [pointer]: undefined });
    const unsigned = withFile(withFile(evidence.files, ATTESTATION), STATEMENT, stripped);
    expect((await judge(unsigned)).code).toBe(4);
    const { code, faults } = await judge(withFile(evidence.files, STATEMENT, stripped));
    expect([code, faults]).toEqual([2, [`STATEMENT_DIFFERS ${STATEMENT}`]]);
  });

  it('as its signer leaves it out: a constraint that fails still fails', async () => {
    const recipe = AICR_RECIPE.replace("'>= 1.32'", "'>= 1.99'");
    const { code, faults } = await judge(await aicrBundle(evidence, { recipe }));
    expect([code, faults]).toEqual([1, ['CONSTRAINT_FAILED recipe.yaml#/constraints/0']]);
  });

  it.each([
    ['/predicate/criteriaMatch/perDimension', ROWS_BY_DIMENSION, 'FIELD_INVALID'],
    ['/predicateType', 'https://aicr.run/recipe-evidence/v1', 'FIELD_UNKNOWN'],
  ])('and with it has none of the freedoms of aicr: %s', async (place, value, code) => {
    const judged = await judge(await evidence.rebuild({ statement: { [place]: value } }));
    const where = code === 'FIELD_UNKNOWN' ? pointer : place;
    expect([judged.code, judged.faults]).toEqual([2, [`${code} ${at(where)}`]]);
  });

  it('such as 1.6 for every bill of materials', async () => {
    const other = BOM_TEXT.replace('"specVersion": "1.6"', '"specVersion": "1.5"');
    expect(
      (await judge(await aicrBundle(evidence, { files: { 'bom.cdx.json': other } }))).code,
    ).toBe(0);
    const theirs = fileIn(evidence.files, 'bom.cdx.json').toString();
    const ours = theirs.replace('"specVersion": "1.6"', '"specVersion": "1.5"');
    const judged = await judge(await evidence.rebuild({ files: { 'bom.cdx.json': ours } }));
    expect([judged.code, judged.faults]).toEqual([
      2,
      [`BOM_DIFFERS ${at('/predicate/bom/version')}`],
    ]);
  });
});
