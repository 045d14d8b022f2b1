import { describe, expect, it } from 'vitest';

import {
  ATTESTATION,
  ATTESTED_AT,
  DEMO_INPUTS,
  SIGNED_AT,
  STATEMENT,
  checkOf,
  edited,
  fileIn,
  inStatement as at,
  makeEvidence,
  valueAt,
  withFile,
} from './evidence.ts';
import type { Judged } from './evidence.ts';

const evidence = await makeEvidence();
const { files } = evidence;
const statement = fileIn(files, STATEMENT);

function recipe(from: string, to: string): Buffer {
  return Buffer.from(DEMO_INPUTS.recipe.toString().replace(from, to));
}

/** So many minutes after the signature, as the predicate writes it. */
function minutes(count: number): string {
  return `${new Date(SIGNED_AT.getTime() + count * 60_000).toISOString().slice(0, 19)}Z`;
}

/** The verdict on a claim that a dishonest signer has changed. */
async function claiming(pointer: string, value: unknown): Promise<Judged> {
  return await evidence.judge(await evidence.rebuild({ statement: { [pointer]: value } }));
}

it('takes the bundle that all tests here change, signed again too', async () => {
  for (const bundle of [files, await evidence.rebuild({})]) {
    const { code, faults } = await evidence.judge(bundle);
    expect([code, faults]).toEqual([0, []]);
  }
});

describe('E-05 a predicate', () => {
  const predicate = valueAt(statement, '/predicate') as Record<string, Record<string, unknown>>;
  const nested = ['recipe', 'manifest', 'bom', 'affidavit'];
  const affidavit = predicate['affidavit'] as Record<string, Record<string, unknown>>;
  const fields = [
    ...Object.keys(predicate),
    ...nested.flatMap((name) => Object.keys(predicate[name] ?? {}).map((key) => `${name}/${key}`)),
    ...Object.keys(affidavit['tool'] ?? {}).map((key) => `affidavit/tool/${key}`),
  ].filter((field) => field !== 'affidavit');

  it('has every field of the format', () => {
    expect(Object.keys(predicate)).toEqual(
      `schemaVersion attestedAt aicrVersion validatorCatalogVersion validatorImages recipe fingerprint criteriaMatch phases bom manifest affidavit`.split(
        ' ',
      ),
    );
  });

  it.each(fields)('without %s is refused by the name of the field', async (field) => {
    const copy = edited(statement, { [`/predicate/${field}`]: undefined });
    const unsigned = withFile(withFile(files, ATTESTATION), STATEMENT, copy);
    const { code, faults } = await evidence.judge(unsigned, { allowUnsigned: true });
    expect(code).toBe(2);
    expect(faults).toContain(`FIELD_MISSING ${at(`/predicate/${field}`)}`);
  });

  it('without the part that only affidavit writes is that of another tool, and is judged', async () => {
    const judged = await claiming('/predicate/affidavit', undefined);
    expect([judged.code, judged.faults]).toEqual([0, []]);
    expect(checkOf(judged, 'constraints-match-claims').found).toContain('no claim');
  });

  it.each(['_type', 'predicateType', 'subject', 'predicate'])(
    'is refused in a statement without %s',
    async (field) => {
      const copy = edited(statement, { [`/${field}`]: undefined });
      const unsigned = withFile(withFile(files, ATTESTATION), STATEMENT, copy);
      const { code, faults } = await evidence.judge(unsigned, { allowUnsigned: true });
      expect([code, faults.at(-1)]).toEqual([2, `FIELD_MISSING ${at(`/${field}`)}`]);
    },
  );

  it('is exit 2 of the program without a field', async () => {
    const copy = edited(statement, { '/predicate/attestedAt': undefined });
    const unsigned = withFile(withFile(files, ATTESTATION), STATEMENT, copy);
    const { code, faults } = await evidence.verify(await evidence.pack(unsigned), [
      '--allow-unsigned',
    ]);
    expect([code, faults.at(-1)]).toEqual([2, `FIELD_MISSING ${at('/predicate/attestedAt')}`]);
  });

  it.each([
    ['attestedAt', '2026-06-10'],
    ['attestedAt', '2026-06-10T01:20:00+02:00'],
    ['attestedAt', '2026-02-30T01:20:00Z'],
    ['attestedAt', 1_781_053_200],
    ['aicrVersion', 1],
    ['validatorImages', 'none'],
    ['recipe', []],
    ['manifest/fileCount', '8'],
    ['manifest/fileCount', -1],
    ['manifest/fileCount', 8.5],
    ['fingerprint', null],
    ['phases', []],
    ['phases/deployment/passed', '4'],
    ['phases/deployment/passed', -4],
    ['fingerprint/nodeCount/value', -6],
    ['criteriaMatch/matched', 'yes'],
    ['affidavit/phases/deployment/missing', null],
    ['affidavit', null],
    ['affidavit/constraints', {}],
    ['affidavit/phases', []],
  ])('with the %s %j is refused', async (field, value) => {
    const { code, faults } = await claiming(`/predicate/${field}`, value);
    expect([code, faults]).toEqual([2, [`FIELD_INVALID ${at(`/predicate/${field}`)}`]]);
  });
});

describe('a whole number', () => {
  it.each(['4.0', '4e0', '40e-1'])('has one spelling: passed: %s is refused', async (spelling) => {
    const pointer = '/predicate/phases/deployment/passed';
    expect(valueAt(statement, pointer)).toBe(4);
    const text = edited(statement, { [pointer]: 'SPELLING' }).toString();
    const bytes = Buffer.from(text.replace('"SPELLING"', spelling));
    const changed = withFile(files, STATEMENT, bytes);
    const resigned = withFile(changed, ATTESTATION, await evidence.sign(bytes));
    const { code, faults } = await evidence.judge(resigned);
    expect([code, faults]).toEqual([2, [`FIELD_INVALID ${at(pointer)}`]]);
  });
});

it('refuses evidence that claims a profile of a recipe without one', async () => {
  const pointer = '/predicate/profile';
  const profile = { selection: 'gpuStack=x', policyDescriptorIdentity: '0'.repeat(64) };
  const { code, faults } = await claiming(pointer, profile);
  expect([code, faults]).toEqual([2, [`RECIPE_DIFFERS ${at(pointer)}`]]);
});

describe('E-06 a format that is not known', () => {
  it.each([
    ['/predicateType', 'https://aicr.run/recipe-evidence/v4', 'PREDICATE_TYPE_UNKNOWN'],
    ['/predicateType', 'https://slsa.dev/provenance/v1', 'PREDICATE_TYPE_UNKNOWN'],
    ['/_type', 'https://in-toto.io/Statement/v0.1', 'STATEMENT_INVALID'],
    ['/predicate/schemaVersion', '2.0.0', 'SCHEMA_VERSION_UNKNOWN'],
    ['/predicate/schemaVersion', '1', 'SCHEMA_VERSION_UNKNOWN'],
    ['/predicate/affidavit/schemaVersion', '2.0.0', 'SCHEMA_VERSION_UNKNOWN'],
  ])('is refused: %s %s', async (pointer, value, expected) => {
    const { code, faults, report } = await claiming(pointer, value);
    expect([code, faults]).toEqual([2, [`${expected} ${at(pointer)}`]]);
    const fault = report.checks.flatMap((check) => check.faults)[0];
    expect(fault?.found).toContain(value);
    expect(fault?.expected).toMatch(/v3|v1|1\.x/);
  });

  it('is refused in the manifest too', async () => {
    const changed = await evidence.rebuild({ manifest: { '/schemaVersion': '2.0.0' } });
    const { code, faults } = await evidence.judge(changed);
    expect([code, faults]).toEqual([2, ['SCHEMA_VERSION_UNKNOWN manifest.json#/schemaVersion']]);
  });

  it('is accepted if only its minor version is newer, with fields that nobody knows yet', async () => {
    const changed = await evidence.rebuild({
      manifest: { '/schemaVersion': '1.7.0', '/generator': 'x', '/files/0/blake3': 'x' },
      statement: {
        '/predicate/schemaVersion': '1.7.0',
        '/predicate/weather': { rain: true },
        '/predicate/phases/deployment/flaky': 3,
        '/predicate/fingerprint/kernel': { value: '6.8' },
        '/predicate/affidavit/schemaVersion': '1.2.0',
        '/predicate/affidavit/mood': 'good',
      },
    });
    const { code, faults } = await evidence.judge(changed);
    expect([code, faults]).toEqual([0, []]);
  });

  it.each(['/predicate/affidavit/mood', '/predicate/affidavit/tool/vendor'])(
    'is refused if it is ours and adds a field without saying that it is newer: %s',
    async (pointer) => {
      const { code, faults } = await claiming(pointer, 'x');
      expect([code, faults]).toEqual([2, [`FIELD_UNKNOWN ${at(pointer)}`]]);
    },
  );
});

describe('a claim that differs from its recomputation, signed', () => {
  const zeros = '0'.repeat(64);
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['/predicate/fingerprint/accelerator/value', 'gb200', 'FINGERPRINT_DIFFERS'],
    ['/predicate/fingerprint/service/value', '', 'FINGERPRINT_DIFFERS'],
    ['/predicate/fingerprint/service/source', 'somewhere', 'FINGERPRINT_DIFFERS'],
    ['/predicate/fingerprint/os/version', '22.04', 'FINGERPRINT_DIFFERS'],
    ['/predicate/fingerprint/k8sVersion/value', '1.34.0', 'FINGERPRINT_DIFFERS'],
    ['/predicate/fingerprint/region/value', 'eu-west-1', 'FINGERPRINT_DIFFERS'],
    ['/predicate/fingerprint/region/note', 'multi-region', 'FINGERPRINT_DIFFERS'],
    ['/predicate/fingerprint/gpuModel/value', '', 'FINGERPRINT_DIFFERS'],
    ['/predicate/fingerprint/gpuModel/source', undefined, 'FINGERPRINT_DIFFERS'],
    ['/predicate/fingerprint/nodeCount/value', 7, 'FINGERPRINT_DIFFERS'],
    ['/predicate/fingerprint/gpuNodeCount/value', 5, 'FINGERPRINT_DIFFERS'],
    ['/predicate/criteriaMatch/matched', false, 'MATCH_DIFFERS'],
    ['/predicate/criteriaMatch/perDimension/0/match', 'unknown', 'MATCH_DIFFERS'],
    ['/predicate/criteriaMatch/perDimension/1/fingerprintProvides', 'b200', 'MATCH_DIFFERS'],
    ['/predicate/criteriaMatch/perDimension/3/fingerprintProvides', 'training', 'MATCH_DIFFERS'],
    ['/predicate/criteriaMatch/perDimension/4/recipeRequires', undefined, 'MATCH_DIFFERS'],
    ['/predicate/criteriaMatch/perDimension/5/dimension', 'gpus', 'MATCH_DIFFERS'],
    ['/predicate/affidavit/constraints/0/outcome', 'failed', 'CONSTRAINTS_DIFFER'],
    ['/predicate/affidavit/constraints/1/actual', 'Ubuntu', 'CONSTRAINTS_DIFFER'],
    ['/predicate/affidavit/constraints/2/expected', '22.04', 'CONSTRAINTS_DIFFER'],
    ['/predicate/affidavit/constraints/3/name', 'OS.sysctl.x', 'CONSTRAINTS_DIFFER'],
    ['/predicate/affidavit/constraints/0/actual', null, 'CONSTRAINTS_DIFFER'],
    ['/predicate/affidavit/constraints/0/comment', 'x', 'CONSTRAINTS_DIFFER'],
    ['/predicate/aicrVersion', 'v9.9.9', 'PHASES_DIFFER'],
    ['/predicate/aicrVersion', '', 'PHASES_DIFFER'],
    ['/predicate/phases/deployment/passed', 5, 'PHASES_DIFFER'],
    ['/predicate/phases/performance/failed', 1, 'PHASES_DIFFER'],
    ['/predicate/phases/conformance/skipped', 0, 'PHASES_DIFFER'],
    ['/predicate/phases/conformance/ctrfDigest', `sha256:${zeros}`, 'PHASES_DIFFER'],
    ['/predicate/affidavit/phases/deployment/pending', 1, 'PHASES_DIFFER'],
    ['/predicate/affidavit/phases/deployment/other', 1, 'PHASES_DIFFER'],
    ['/predicate/affidavit/phases/deployment/flaky', 1, 'PHASES_DIFFER'],
    ['/predicate/bom/digest', `sha256:${zeros}`, 'BOM_DIFFERS'],
    ['/predicate/bom/imageCount', 23, 'BOM_DIFFERS'],
    ['/predicate/bom/version', '1.5', 'BOM_DIFFERS'],
    ['/predicate/bom/format', 'SPDX', 'BOM_DIFFERS'],
    ['/predicate/manifest/fileCount', 7, 'MANIFEST_DIFFERS'],
  ];

  it.each(cases)('is refused: %s = %j', async (pointer, value, expected) => {
    const { code, faults } = await claiming(pointer, value);
    expect([code, faults]).toEqual([2, [`${expected} ${at(pointer)}`]]);
  });

  it('is refused if it is left out or added whole', async () => {
    const fields = ['passed', 'failed', 'skipped', 'ctrfDigest'].map((field) => `/${field}`);
    const deployment = '/predicate/phases/deployment';
    const absent = await claiming(deployment, undefined);
    expect(absent.faults).toEqual(fields.map((field) => `PHASES_DIFFER ${at(deployment + field)}`));
    const fourth = '/predicate/phases/burn-in';
    const counts = { passed: 1, failed: 0, skipped: 0, ctrfDigest: `sha256:${zeros}` };
    const added = await claiming(fourth, counts);
    expect(added.faults).toEqual([`PHASES_DIFFER ${at(fourth)}`]);
    const vague = await claiming(fourth, { verdict: 'green' });
    expect([vague.code, vague.faults]).toEqual([2, [`FIELD_MISSING ${at(`${fourth}/passed`)}`]]);
    const constraint = '/predicate/affidavit/constraints';
    const shorter = await claiming(`${constraint}/3`, undefined);
    expect(new Set(shorter.faults.map((fault) => fault.split(' ')[0]))).toEqual(
      new Set(['CONSTRAINTS_DIFFER']),
    );
    const missing = '/predicate/affidavit/phases/deployment/missing';
    const invented = await claiming(missing, ['operator-health']);
    expect(invented.faults).toContain(`PHASES_DIFFER ${at(`${missing}/0`)}`);
    expect([absent, added, shorter, invented].map(({ code }) => code)).toEqual([2, 2, 2, 2]);
  });

  it('is counted where there are more differences than anybody reads', async () => {
    const counts = { passed: 0, failed: 0, skipped: 0, ctrfDigest: '' };
    const invented = Array.from({ length: 250 }, (_, index) => [`phase-${index}`, counts]);
    const { code, faults, report } = await claiming('/predicate/phases', {
      ...Object(valueAt(statement, '/predicate/phases')),
      ...Object.fromEntries(invented),
    });
    expect([code, faults.length]).toEqual([2, 101]);
    const last = report.checks.flatMap((check) => check.faults).at(-1);
    expect(last).toMatchObject({ at: at('/predicate/phases'), found: '150 more differences' });
  });

  it('cannot hide in another shape where the snapshot shows nothing', async () => {
    const text = DEMO_INPUTS.snapshot.toString();
    const snapshot = Buffer.from(text.replaceAll('topology.kubernetes.io/region', 'other'));
    const without = await evidence.emit({ snapshot });
    expect((await evidence.judge(without)).code).toBe(0);
    for (const value of ['mars', ['mars'], { value: 'mars' }, { value: { value: 'mars' } }]) {
      const edits = { statement: { '/predicate/fingerprint/region': value } };
      const { code, faults } = await evidence.judge(await evidence.rebuild(edits, without));
      expect({ value, code }).toEqual({ value, code: 2 });
      expect(faults[0]).toMatch(/^(?:FINGERPRINT_DIFFERS|FIELD_INVALID) /);
      expect(faults[0]).toContain(at('/predicate/fingerprint/region'));
    }
  });

  it('is refused with the snapshot if that counts fewer nodes than none', async () => {
    const text = DEMO_INPUTS.snapshot.toString();
    const snapshot = text.replace('node-count: 6', 'node-count: -6');
    expect(snapshot).not.toBe(text);
    const place = 'snapshot.yaml#/measurements/4/subtypes/0/data/node-count';
    const changed = await evidence.rebuild({ files: { 'snapshot.yaml': snapshot } });
    const { code, faults } = await evidence.judge(changed);
    expect([code, faults]).toEqual([2, [`FIELD_INVALID ${place}`]]);
    await expect(evidence.emit({ snapshot: Buffer.from(snapshot) })).rejects.toMatchObject({
      code: 'FIELD_INVALID',
      at: place,
    });
  });

  it('is refused by the name of the manifest if that is another', async () => {
    const { code, faults } = await claiming('/predicate/manifest/digest', `sha256:${zeros}`);
    expect([code, faults]).toEqual([2, ['MANIFEST_DIFFERS manifest.json']]);
  });

  it('is refused of the recipe, whose name stands in the subject too', async () => {
    const name = await evidence.judge(
      await evidence.rebuild({
        statement: { '/predicate/recipe/name': 'other', '/subject/0/name': 'recipe:other' },
      }),
    );
    expect(name.faults).toEqual([`RECIPE_DIFFERS ${at('/predicate/recipe/name')}`]);
    const digest = await evidence.judge(
      await evidence.rebuild({
        statement: { '/predicate/recipe/digest': zeros, '/subject/0/digest/sha256': zeros },
      }),
    );
    expect(digest.faults).toEqual([`RECIPE_DIFFERS ${at('/predicate/recipe/digest')}`]);
    expect([name.code, digest.code]).toEqual([2, 2]);
  });

  it.each([
    ['with a comment', (text: string) => `# ours\n${text}`, 'line 1: "# ours"'],
    [
      'with another order of keys',
      (text: string) => text.replace(/^(apiVersion: .*\n)([^]*)/, '$2$1'),
      'line 1: "componentRefs:"',
    ],
    [
      'with another indentation',
      (text: string) => text.replaceAll(/^ {4}/gm, '  '),
      'line 3: "  - ',
    ],
    [
      'with other line breaks',
      (text: string) => text.replaceAll('\n', '\r\n'),
      String.raw`line 1: "apiVersion: aicr.run/v1\r"`,
    ],
    ['with an empty line at its end', (text: string) => `${text}\n`, 'line 213: ""'],
    ['without its last line break', (text: string) => text.slice(0, -1), 'no such line'],
  ])('is refused of a recipe.yaml %s, though its digest is the same', async (_, change, found) => {
    const text = fileIn(files, 'recipe.yaml').toString();
    const other = change(text);
    expect(other).not.toBe(text);
    const judged = await evidence.judge(
      await evidence.rebuild({ files: { 'recipe.yaml': other } }),
    );
    expect([judged.code, judged.faults]).toEqual([2, ['RECIPE_NOT_CANONICAL recipe.yaml']]);
    expect(checkOf(judged, 'recipe-matches-digest').found).toContain(found);
  });

  it.each([
    ['/subject/0/name', 'recipe:other', '/subject/0/name'],
    ['/subject/0/name', 'h100-eks-ubuntu-training-kubeflow', '/subject/0/name'],
    ['/subject/0/digest/sha256', zeros, '/subject/0/digest/sha256'],
    ['/subject/-', valueAt(statement, '/subject/0'), '/subject'],
    ['/subject/0', undefined, '/subject'],
    ['/predicate/recipe/name', 'other', '/subject/0/name'],
  ])('is refused of the subject: %s = %j', async (pointer, value, place) => {
    const { code, faults } = await claiming(pointer, value);
    expect([code, faults]).toEqual([2, [`STATEMENT_INVALID ${at(place)}`]]);
  });

  it('is refused of a subject that carries a second digest', async () => {
    const { code, faults } = await claiming('/subject/0/digest/sha512', '0');
    expect([code, faults]).toEqual([2, [`STATEMENT_INVALID ${at('/subject/0/digest')}`]]);
  });

  it('is exit 2 of the program', async () => {
    const changed = await evidence.rebuild({
      statement: { '/predicate/fingerprint/accelerator/value': 'gb200' },
    });
    const { code, faults, report } = await evidence.verify(await evidence.pack(changed));
    expect([code, report.verdict]).toEqual([2, 'invalid']);
    expect(faults).toEqual([
      `FINGERPRINT_DIFFERS ${at('/predicate/fingerprint/accelerator/value')}`,
    ]);
  });
});

describe('E-16 the counts of a phase', () => {
  it('are recounted from its tests, whatever its summary and the statement agree on', async () => {
    const report = edited(fileIn(files, 'ctrf/deployment.json'), {
      '/results/summary/passed': 5,
      '/results/summary/tests': 5,
    });
    const changed = await evidence.rebuild({
      files: { 'ctrf/deployment.json': report },
      statement: { '/predicate/phases/deployment/passed': 5 },
    });
    const judged = await evidence.judge(changed);
    expect(judged.code).toBe(2);
    expect(judged.faults[0]).toMatch(/^RESULTS_SUMMARY_DIFFERS ctrf\/deployment.json#/);
    expect(checkOf(judged, 'phases-are-green').outcome).toBe('not-reached');
  });

  it('are those of its own tests: a test of another phase is refused', async () => {
    const report = edited(fileIn(files, 'ctrf/deployment.json'), {
      '/results/tests/0/suite': ['performance'],
    });
    const changed = await evidence.rebuild({ files: { 'ctrf/deployment.json': report } });
    const { code, faults } = await evidence.judge(changed);
    expect(code).toBe(2);
    expect(faults[0]).toMatch(/^RESULTS_PHASE_CONFLICT ctrf\/deployment.json#\/results\/tests\/0/);
  });

  it('are of three phases: a fourth report is refused though it is listed', async () => {
    const report = fileIn(files, 'ctrf/performance.json');
    for (const path of ['ctrf/burn-in.json', 'ctrf/deployment.json.bak', 'ctrf/a/b']) {
      const changed = await evidence.rebuild({ files: { [path]: report } });
      const { code, faults } = await evidence.judge(changed);
      expect([code, faults]).toEqual([2, [`RESULTS_PHASE_UNKNOWN ${path}`]]);
    }
  });
});

describe('E-18 and E-15 an honest red', () => {
  const inputs = DEMO_INPUTS;
  const report = (
    phase: string,
    edits: Readonly<Record<string, unknown>>,
  ): typeof inputs.results => {
    const bytes = edited(inputs.results[phase] ?? Buffer.alloc(0), edits);
    return { ...inputs.results, [phase]: bytes };
  };
  const status = (value: string, count = value): typeof inputs.results =>
    report('performance', {
      '/results/tests/0/status': value,
      '/results/summary/passed': 0,
      [`/results/summary/${count}`]: 1,
    });
  const noTests = report('performance', {
    '/results/tests': [],
    '/results/summary/tests': 0,
    '/results/summary/passed': 0,
  });
  const { performance: _, ...withoutPhase } = inputs.results;
  const only = 'PHASE_NOT_GREEN ctrf/performance.json';

  it.each([
    ['a failed test', status('failed'), /failed: "nccl-all-reduce-bw"/],
    ['a pending test', status('pending'), /pending: "nccl-all-reduce-bw"/],
    ['a test that ended otherwise', status('other'), /other: "nccl-all-reduce-bw"/],
    ['only skipped tests', status('skipped'), /only skipped tests$/],
    ['no tests at all', noTests, /no tests at all$/],
    [
      'a declared check without a test',
      report('performance', { '/results/tests/0/name': 'x' }),
      /no test for "nccl-all-reduce-bw"/,
    ],
    ['a phase that was not run', withoutPhase, /no report: the phase was not run/],
  ])('is exit 1 and names phase and cause: %s', async (_title, results, cause) => {
    const judged = await evidence.judge(await evidence.emit({ results }));
    expect([judged.code, judged.report.verdict, judged.faults]).toEqual([1, 'failed', [only]]);
    expect(checkOf(judged, 'phases-are-green').found).toMatch(cause);
    expect(checkOf(judged, 'phases-are-green').found).toContain('performance');
  });

  it('is exit 1 with no phase at all', async () => {
    const judged = await evidence.judge(await evidence.emit({ results: {} }));
    expect([judged.code, judged.faults]).toEqual([
      1,
      ['deployment', 'performance', 'conformance'].map(
        (phase) => `PHASE_NOT_GREEN ctrf/${phase}.json`,
      ),
    ]);
  });

  it('is exit 1 with no phase at all, though the recipe names none either', async () => {
    const [whole = ''] = inputs.recipe.toString().split('validation:');
    const bare = { recipe: Buffer.from(whole) };
    const judged = await evidence.judge(await evidence.emit({ ...bare, results: {} }));
    expect([judged.code, judged.faults]).toEqual([1, ['PHASE_NOT_GREEN ctrf/deployment.json']]);
    expect(checkOf(judged, 'phases-are-green').found).toContain(
      'no test that passed, in any phase',
    );
    const one = { performance: inputs.results['performance'] ?? Buffer.alloc(0) };
    const listed = await evidence.judge(await evidence.emit({ ...bare, results: one }));
    expect([listed.code, listed.faults]).toEqual([0, []]);
    const skipped = { performance: status('skipped')['performance'] ?? Buffer.alloc(0) };
    const unproven = await evidence.judge(await evidence.emit({ ...bare, results: skipped }));
    expect([unproven.code, unproven.faults]).toEqual([
      1,
      ['PHASE_NOT_GREEN ctrf/performance.json'],
    ]);
  });

  it('is exit 1 of the program, which names phase and test', async () => {
    const path = await evidence.pack(await evidence.emit({ results: status('failed') }));
    const { code, faults } = await evidence.verify(path);
    expect([code, faults]).toEqual([1, [only]]);
  });

  it('is a signed statement that owns up: hiding it is exit 2', async () => {
    const red = await evidence.emit({ results: status('failed') });
    const hidden = await evidence.rebuild(
      {
        statement: {
          '/predicate/phases/performance/failed': 0,
          '/predicate/phases/performance/passed': 1,
        },
      },
      red,
    );
    const { code, faults } = await evidence.judge(hidden);
    expect([code, faults]).toEqual([
      2,
      [
        `PHASES_DIFFER ${at('/predicate/phases/performance/passed')}`,
        `PHASES_DIFFER ${at('/predicate/phases/performance/failed')}`,
        only,
      ],
    ]);
  });

  it('is exit 1 where a constraint fails or cannot be evaluated', async () => {
    const failed = await evidence.judge(
      await evidence.emit({ recipe: recipe('>= 1.32.4', '>= 1.99') }),
    );
    const unevaluable = await evidence.judge(
      await evidence.emit({ recipe: recipe('OS.release.ID', 'OS.release.NOTHING') }),
    );
    expect([failed.code, failed.faults]).toEqual([
      1,
      ['CONSTRAINT_FAILED recipe.yaml#/constraints/0'],
    ]);
    expect([unevaluable.code, unevaluable.faults]).toEqual([
      1,
      ['CONSTRAINT_UNEVALUABLE recipe.yaml#/constraints/1'],
    ]);
  });
});

describe('E-13 a cluster of another kind', () => {
  const { snapshot } = DEMO_INPUTS;
  const changed = (from: RegExp, to: string): Buffer => {
    const text = snapshot.toString().replaceAll(from, to);
    expect(text).not.toBe(snapshot.toString());
    return Buffer.from(text);
  };
  const cases: readonly (readonly [string, RegExp, string, string])[] = [
    ['service', /provider: eks/g, 'provider: gke', 'gke'],
    ['accelerator', /NVIDIA-H100-80GB-HBM3/g, 'NVIDIA-GB200', 'gb200'],
  ];

  it.each(cases)('differs in %s: a row says so, and it is exit 1', async (name, from, to, got) => {
    const judged = await evidence.judge(await evidence.emit({ snapshot: changed(from, to) }));
    expect([judged.code, judged.faults]).toEqual([
      1,
      [`CLUSTER_MISMATCH recipe.yaml#/criteria/${name}`],
    ]);
    const match = judged.report['match'] as { perDimension: readonly Record<string, string>[] };
    const row = match.perDimension.find(({ dimension }) => dimension === name);
    expect(row).toMatchObject({ fingerprintProvides: got, match: 'mismatched' });
  });

  it('differs in os: the constraint on it fails too', async () => {
    const judged = await evidence.judge(
      await evidence.emit({ snapshot: changed(/\bID: ubuntu/g, 'ID: rhel') }),
    );
    expect([judged.code, judged.faults]).toEqual([
      1,
      ['CLUSTER_MISMATCH recipe.yaml#/criteria/os', 'CONSTRAINT_FAILED recipe.yaml#/constraints/1'],
    ]);
  });

  it('differs in the number of nodes, where the recipe demands one', async () => {
    const demanding = recipe('platform: kubeflow', 'platform: kubeflow\n  nodes: 4');
    const judged = await evidence.judge(await evidence.emit({ recipe: demanding }));
    expect([judged.code, judged.faults]).toEqual([
      1,
      ['CLUSTER_MISMATCH recipe.yaml#/criteria/nodes'],
    ]);
  });

  it('is not shown by the snapshot: unknown is exit 1 as well', async () => {
    const unknown = changed(/provider: eks\n/g, 'other: eks\n');
    const judged = await evidence.judge(await evidence.emit({ snapshot: unknown }));
    expect([judged.code, judged.faults]).toEqual([
      1,
      ['CLUSTER_UNKNOWN recipe.yaml#/criteria/service'],
    ]);
  });

  it('is not what the statement claims: exit 2', async () => {
    const red = await evidence.emit({ snapshot: changed(/provider: eks/g, 'provider: gke') });
    const place = '/predicate/criteriaMatch';
    const hidden = await evidence.rebuild({ statement: { [`${place}/matched`]: true } }, red);
    const { code, faults } = await evidence.judge(hidden);
    expect([code, faults[0]]).toEqual([2, `MATCH_DIFFERS ${at(`${place}/matched`)}`]);
  });
});

describe('E-19 and E-20 the bill of materials', () => {
  const bom = fileIn(files, 'bom.cdx.json');
  const components = valueAt(bom, '/components') as { type: string; name: string }[];
  const image = components.findIndex(({ type }) => type === 'container');

  it('counts what it lists: another count, signed, is exit 2', async () => {
    const { code, faults } = await claiming('/predicate/bom/imageCount', components.length - 1);
    expect([code, faults]).toEqual([2, [`BOM_DIFFERS ${at('/predicate/bom/imageCount')}`]]);
  });

  it.each(['1.4', '1.5', '1.7'])('may be CycloneDX %s', async (version) => {
    const changed = await evidence.rebuild({
      files: { 'bom.cdx.json': edited(bom, { '/specVersion': version }) },
      statement: { '/predicate/bom/version': version },
    });
    expect((await evidence.judge(changed)).code).toBe(0);
  });

  it.each([
    [
      'of a version that is not known',
      { '/specVersion': '2.0' },
      'SCHEMA_VERSION_UNKNOWN',
      '#/specVersion',
    ],
    ['of another format', { '/bomFormat': 'SPDX' }, 'KIND_UNEXPECTED', '#/bomFormat'],
    [
      'with a component without a name',
      { '/components/0/name': undefined },
      'FIELD_MISSING',
      '#/components/0/name',
    ],
  ])('is refused %s', async (_, edits, expected, place) => {
    const changed = await evidence.rebuild({ files: { 'bom.cdx.json': edited(bom, edits) } });
    const { code, faults } = await evidence.judge(changed);
    expect([code, faults]).toEqual([2, [`${expected} bom.cdx.json${place}`]]);
  });

  it('that lacks an image is a finding, and so is an image that nobody saw', async () => {
    const name = 'registry.example.com/miner';
    const changed = await evidence.rebuild({
      files: { 'bom.cdx.json': edited(bom, { [`/components/${image}/name`]: name }) },
    });
    const { code, faults, report } = await evidence.judge(changed);
    expect([code, faults]).toEqual([0, []]);
    const found = report.findings.filter((finding) => finding.code.startsWith('BOM_'));
    expect(found.map((finding) => `${finding.code} ${finding.at}`)).toEqual([
      'BOM_IMAGE_MISSING bom.cdx.json',
      `BOM_IMAGE_UNKNOWN bom.cdx.json#/components/${image}`,
    ]);
    expect(found[0]?.expected).toContain(components[image]?.name);
    expect(found[1]?.found).toContain(name);
  });

  it('that lacks a component of the recipe, or has another version of it, is a finding', async () => {
    const index = components.findIndex(({ name }) => name === 'gpu-operator');
    const changed = await evidence.rebuild({
      files: { 'bom.cdx.json': edited(bom, { [`/components/${index}/version`]: 'v1' }) },
    });
    const { code, report } = await evidence.judge(changed);
    const found = report.findings.filter((finding) => finding.code.startsWith('BOM_'));
    expect([code, found.map((finding) => `${finding.code} ${finding.at}`)]).toEqual([
      0,
      [`BOM_COMPONENT_DIFFERS bom.cdx.json#/components/${index}`],
    ]);
  });
});

describe('the time at which the evidence says that it was made', () => {
  it('may be five minutes after the signature, for clocks that differ, and not more', async () => {
    const place = '/predicate/attestedAt';
    expect((await claiming(place, minutes(5))).code).toBe(0);
    const { code, faults } = await claiming(place, minutes(5).replace('00Z', '01Z'));
    expect([code, faults]).toEqual([2, [`SIGNED_BEFORE_RUN ${at(place)}`]]);
    const hardly = await claiming(place, minutes(5).replace('00Z', '00.000000001Z'));
    expect([hardly.code, hardly.faults]).toEqual([2, [`SIGNED_BEFORE_RUN ${at(place)}`]]);
    const later = await claiming(place, '2031-01-01T00:00:00Z');
    expect([later.code, later.faults[0]]).toEqual([2, `SIGNED_BEFORE_RUN ${at(place)}`]);
  });

  it('may be before the signature by more than clocks differ; the report shows both', async () => {
    const judged = await claiming('/predicate/attestedAt', '2026-06-10T01:14:00Z');
    expect(judged.code).toBe(0);
    expect(judged.report['claimed']).toMatchObject({ attestedAt: '2026-06-10T01:14:00Z' });
    expect(judged.report['signature']).toMatchObject({ signedAt: '2026-06-10T01:30:00Z' });
    expect(ATTESTED_AT.getTime()).toBeLessThan(SIGNED_AT.getTime());
  });
});

describe('E-46 several faults', () => {
  it('are all reported, however far apart they are', async () => {
    const changed = await evidence.rebuild({
      files: { 'bom.cdx.json': 'nothing' },
      statement: {
        '/predicate/attestedAt': '2031-01-01T00:00:00Z',
        '/predicate/fingerprint/service/value': 'gke',
        '/predicate/affidavit/constraints/0/outcome': 'failed',
        '/predicate/phases/deployment/passed': 99,
      },
    });
    const other = { signers: [{ subject: 'a', issuer: 'b' }] };
    const { code, faults } = await evidence.judge(withFile(changed, 'logs/extra.log', 'x'), {
      policy: other,
    });
    expect([code, faults]).toEqual([
      2,
      [
        'SIGNER_NOT_ALLOWED attestation.intoto.jsonl',
        `SIGNED_BEFORE_RUN ${at('/predicate/attestedAt')}`,
        'FILE_EXTRA logs/extra.log',
        `FINGERPRINT_DIFFERS ${at('/predicate/fingerprint/service/value')}`,
        `CONSTRAINTS_DIFFER ${at('/predicate/affidavit/constraints/0/outcome')}`,
        `PHASES_DIFFER ${at('/predicate/phases/deployment/passed')}`,
        'DOCUMENT_INVALID bom.cdx.json',
      ],
    ]);
  });

  it('stop at the signature: the report says which checks were not reached', async () => {
    const attestation = edited(fileIn(files, ATTESTATION), {
      '/dsseEnvelope/signatures/0/sig': 'AAAA',
    });
    const changed = withFile(withFile(files, ATTESTATION, attestation), 'logs/extra.log', 'x');
    const { code, report } = await evidence.judge(changed);
    expect(code).toBe(2);
    expect(report.checks.map(({ outcome }) => outcome)).toEqual([
      ...['passed', 'failed'],
      ...Array(15).fill('not-reached'),
    ]);
    expect(report.checks[2]).toMatchObject({ found: 'not checked' });
    expect(report.signer).toBeUndefined();
  });

  it('do not hide that the results are red', async () => {
    const red = await evidence.emit({ recipe: recipe('>= 1.32.4', '>= 1.99') });
    const { code, faults } = await evidence.judge(withFile(red, 'logs/extra.log', 'x'));
    expect([code, faults]).toEqual([
      2,
      ['FILE_EXTRA logs/extra.log', 'CONSTRAINT_FAILED recipe.yaml#/constraints/0'],
    ]);
  });
});
