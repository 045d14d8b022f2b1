// What a dishonest signer can write so that another reader, or a person, sees something else.
import { describe, expect, it } from 'vitest';

import { DEMO_INPUTS, MANIFEST, STATEMENT, checkOf, edited, makeEvidence } from './evidence.ts';
import type { Judged } from './evidence.ts';

const evidence = await makeEvidence();
const PERFORMANCE = 'ctrf/performance.json';

async function claiming(pointer: string, value: unknown): Promise<Judged> {
  return await evidence.judge(await evidence.rebuild({ statement: { [pointer]: value } }));
}

/** The demo's recipe with other criteria, as an honest program packs it. */
async function demanding(criteria: string, more = (text: string): string => text): Promise<Judged> {
  const recipe = DEMO_INPUTS.recipe.toString().replace(/criteria:\n(?: {2}.*\n)+/, criteria);
  return await evidence.judge(await evidence.emit({ recipe: Buffer.from(more(recipe)) }));
}

function findingsOf({ report }: Judged, code: string): readonly string[] {
  return report.findings.filter((finding) => finding.code === code).map(({ at }) => at ?? '');
}

it('takes the bundle that all tests here change, signed again too', async () => {
  const { code, report } = await evidence.judge(await evidence.rebuild({}));
  expect([code, report.verdict]).toEqual([0, 'verified']);
  expect(findingsOf({ code, report, faults: [] }, 'FILE_NOT_JUDGED')).toEqual([]);
});

describe('a key in another case, which Go takes for the one that is read', () => {
  it.each([
    ['a status', PERFORMANCE, { '/results/tests/0/Status': 'failed' }, '/results/tests/0/Status'],
    [
      'a suite alone',
      PERFORMANCE,
      { '/results/tests/0/suite': undefined, '/results/tests/0/Suite': ['x'] },
      '/results/tests/0/Suite',
    ],
    ['the tests, by the long s', PERFORMANCE, { '/results/te\u017Fts': [] }, '/results/te\u017Fts'],
    [
      'the status of an attempt',
      PERFORMANCE,
      { '/results/tests/0/retryAttempts': [{ Status: 'failed' }] },
      '/results/tests/0/retryAttempts/0/Status',
    ],
    ['the components', 'bom.cdx.json', { '/Components': [] }, '/Components'],
  ])('is refused: %s', async (_, path, edits, pointer) => {
    const content = edited(evidence.files.get(path) ?? Buffer.alloc(0), edits);
    const judged = await evidence.judge(await evidence.rebuild({ files: { [path]: content } }));
    expect(judged.code).toBe(2);
    expect(judged.faults).toContain(`DOCUMENT_DUPLICATE_KEY ${path}#${pointer}`);
  });

  it('is refused in the manifest', async () => {
    const judged = await evidence.judge(await evidence.rebuild({ manifest: { '/Files': [] } }));
    expect(judged.code).toBe(2);
    expect(judged.faults).toEqual([`DOCUMENT_DUPLICATE_KEY ${MANIFEST}#/Files`]);
  });

  it.each([
    '/predicate/Recipe',
    '/predicate/criteriaMATCH',
    '/predicate/recipe/Digest',
    '/predicate/criteriaMatch/Matched',
    '/predicate/fingerprint/accelerator/Value',
    '/predicate/phases/performance/Failed',
    '/predicate/bom/ImageCount',
    '/predicate/affidavit/phases/performance/Missing',
    '/Subject',
  ])('is refused in the statement: %s', async (pointer) => {
    const judged = await claiming(pointer, {});
    expect(judged.code).toBe(2);
    expect(judged.faults).toEqual([`DOCUMENT_DUPLICATE_KEY ${STATEMENT}#${pointer}`]);
  });

  it('leaves free maps alone', async () => {
    const content = edited(evidence.files.get(PERFORMANCE) ?? Buffer.alloc(0), {
      '/results/tests/0/extra': { PATH: '1', Path: '2' },
    });
    const judged = await evidence.judge(
      await evidence.rebuild({ files: { [PERFORMANCE]: content } }),
    );
    expect(judged.code).toBe(0);
  });
});

describe('a recipe that is named like one that demands more', () => {
  it.each([
    ['platform', 'criteria:\n  platform: h100-eks-ubuntu-training-kubeflow\n'],
    ['intent', 'criteria:\n  intent: h100-eks-ubuntu-training\n  platform: kubeflow\n'],
    ['service', 'criteria:\n  accelerator: h100\n  service: eks-ubuntu\n'],
    ['accelerator', 'criteria:\n  accelerator: h100-eks\n'],
  ])('is refused: the values in %s', async (field, criteria) => {
    await expect(demanding(criteria)).rejects.toMatchObject({
      code: 'FIELD_INVALID',
      at: `recipe.yaml#/criteria/${field}`,
    });
  });

  it('is not the accelerator that has dashes of its own', async () => {
    const judged = await demanding('criteria:\n  accelerator: rtx-pro-6000\n');
    expect([judged.code, judged.faults[0]]).toEqual([
      1,
      'CLUSTER_MISMATCH recipe.yaml#/criteria/accelerator',
    ]);
  });

  it('has one spelling of a number: 010 is eight for yaml.v3', async () => {
    const criteria = 'criteria:\n  accelerator: h100\n  nodes: 06\n';
    await expect(demanding(criteria)).rejects.toMatchObject({ at: 'recipe.yaml#/criteria/nodes' });
    expect((await demanding(criteria.replace('06', '6'))).code).toBe(0);
  });
});

describe('what nobody judges', () => {
  it('is said of files that the signer added', async () => {
    const added = { 'VERIFIED.md': 'all is well\n', 'results/deployment.json': '{}\n' };
    const judged = await evidence.judge(await evidence.rebuild({ files: added }));
    expect(judged.code).toBe(0);
    expect(findingsOf(judged, 'FILE_NOT_JUDGED')).toEqual([
      'VERIFIED.md',
      'results/deployment.json',
    ]);
  });

  it('is said of newer minor versions', async () => {
    const judged = await evidence.judge(
      await evidence.rebuild({
        statement: {
          '/predicate/schemaVersion': '1.7.0',
          '/predicate/affidavit/schemaVersion': '1.2.0',
        },
        manifest: { '/schemaVersion': '1.2.0' },
      }),
    );
    expect(judged.code).toBe(0);
    expect(findingsOf(judged, 'SCHEMA_NEWER')).toEqual([
      `${MANIFEST}#/schemaVersion`,
      `${STATEMENT}#/predicate/schemaVersion`,
      `${STATEMENT}#/predicate/affidavit/schemaVersion`,
    ]);
  });

  it('is said of checks of readiness, and of validator images', async () => {
    const readiness = (text: string): string =>
      text.replace('validation:\n', 'validation:\n  readiness:\n    checks:\n      - never-run\n');
    const judged = await demanding('criteria:\n  accelerator: h100\n', readiness);
    expect(findingsOf(judged, 'FIELD_IGNORED')).toEqual([
      'recipe.yaml#/validation/readiness/checks',
    ]);
    const images = await claiming('/predicate/validatorImages', [{ image: 'a', digest: '' }]);
    expect(images.report['claimed']).toMatchObject({ validatorImages: 1 });
  });
});

describe('a trivial test', () => {
  const report = (status: string): Buffer => {
    const test = (name: string, how: string): unknown => ({
      name,
      status: how,
      duration: 1,
      message: 'no GPUs here',
    });
    const noise = Array.from({ length: 400 }, (_, index) => test(`noise ${index}`, 'skipped'));
    const tests = [...noise, test('nccl-all-reduce-bw', status), test('trivial', 'passed')];
    const passed = status === 'passed' ? 2 : 1;
    const skipped = tests.length - passed;
    const summary = {
      tests: tests.length,
      passed,
      failed: 0,
      skipped,
      pending: 0,
      other: 0,
      start: 1781053313430,
      stop: 1781053926730,
    };
    const tool = { name: 'aicr', version: 'v1.0.0' };
    return Buffer.from(
      JSON.stringify({
        reportFormat: 'CTRF',
        specVersion: '0.0.1',
        results: { tool, summary, tests },
      }),
    );
  };

  it.each([
    ['passed', 0, []],
    ['skipped', 1, ['PHASE_NOT_GREEN ctrf/performance.json']],
  ])(
    'does not stand in for the check that the recipe declares: %s',
    async (status, code, faults) => {
      const results = { ...DEMO_INPUTS.results, performance: report(status) };
      const judged = await evidence.judge(await evidence.emit({ results }));
      expect([judged.code, judged.faults]).toEqual([code, faults]);
    },
  );

  it('and many cannot hide it: what is declared comes first', async () => {
    const results = { ...DEMO_INPUTS.results, performance: report('skipped') };
    const judged = await evidence.judge(await evidence.emit({ results }));
    expect(findingsOf(judged, 'CHECK_SKIPPED')[0]).toBe(`${PERFORMANCE}#/results/tests/400`);
    expect(checkOf(judged, 'phases-are-green').found).toContain('no declared check passed');
  });
});
