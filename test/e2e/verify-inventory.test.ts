import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { propertyRuns } from '../property-runs.ts';
import {
  ATTESTATION,
  MANIFEST,
  STATEMENT,
  checkOf,
  edited,
  fileIn,
  flipped,
  makeEvidence,
  valueAt,
  withFile,
} from './evidence.ts';
import type { Files } from './evidence.ts';

const evidence = await makeEvidence();
const { files } = evidence;

const LOG = 'logs/performance/nccl-all-reduce-bw.log';
const COVERED = [
  'bom.cdx.json',
  'ctrf/conformance.json',
  'ctrf/deployment.json',
  'ctrf/performance.json',
  LOG,
  'recipe.yaml',
  'snapshot.yaml',
];

/** First, middle, last, and others that are the same in every run. */
function offsetsOf(size: number): readonly number[] {
  let state = 20_260_610;
  const others = Array.from({ length: propertyRuns(50, 250) }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state % size;
  });
  return [0, Math.floor(size / 2), size - 1, ...others];
}

it('takes the bundle that all tests here change', async () => {
  const { code, report, faults } = await evidence.judge(files);
  expect([code, report.verdict, faults]).toEqual([0, 'verified', []]);
  expect(report.checks.map(({ outcome }) => outcome)).toEqual(Array(17).fill('passed'));
});

describe('E-30 one byte of a file that the manifest covers', () => {
  it('is about every such file', () => {
    const listed = valueAt(fileIn(files, MANIFEST), '/files') as { path: string; size: number }[];
    const paths = listed.filter(({ size }) => size > 0).map(({ path }) => path);
    expect(paths).toEqual(COVERED);
  });

  it.each(COVERED)('of %s is noticed at every offset', async (path) => {
    const content = fileIn(files, path);
    for (const offset of offsetsOf(content.length)) {
      const { code, faults } = await evidence.judge(
        withFile(files, path, flipped(content, offset)),
      );
      expect({ offset, code }).toEqual({ offset, code: 2 });
      expect(faults).toContain(`FILE_DIFFERS ${path}`);
    }
  });

  it.each([
    [MANIFEST, 'MANIFEST_DIFFERS'],
    [STATEMENT, 'STATEMENT_DIFFERS'],
  ])('of %s is noticed too', async (path, code) => {
    const content = fileIn(files, path);
    for (const offset of offsetsOf(content.length)) {
      const changed = withFile(files, path, flipped(content, offset));
      const { report, faults } = await evidence.judge(changed);
      expect({ offset, verdict: report.verdict }).toEqual({ offset, verdict: 'invalid' });
      expect(faults).toEqual([`${code} ${path}`]);
    }
  });

  it('is exit 2 of the program, which names the file', async () => {
    const path = await evidence.pack(withFile(files, LOG, flipped(fileIn(files, LOG), 3)));
    const { code, faults } = await evidence.verify(path);
    expect([code, faults]).toEqual([2, [`FILE_DIFFERS ${LOG}`]]);
  });
});

describe('E-35 a bundle with another inventory', () => {
  const swapped = (one: string, other: string): Files =>
    withFile(withFile(files, one, fileIn(files, other)), other, fileIn(files, one));
  const recipe = fileIn(files, 'recipe.yaml');
  const cases: readonly (readonly [string, Files, readonly string[]])[] = [
    ['a file more', withFile(files, 'logs/extra.log', 'x'), ['FILE_EXTRA logs/extra.log']],
    ['an empty file more', withFile(files, 'README', ''), ['FILE_EXTRA README']],
    ['a log less', withFile(files, LOG), [`FILE_MISSING ${LOG}`]],
    [
      'a report less',
      withFile(files, 'ctrf/performance.json'),
      [
        'FILE_MISSING ctrf/performance.json',
        'PHASES_DIFFER statement.intoto.json#/predicate/phases/performance',
        'PHASES_DIFFER statement.intoto.json#/predicate/affidavit/phases/performance',
        'MEASURED_DIFFERS statement.intoto.json#/predicate/affidavit/measured/0',
        'PHASES_DIFFER statement.intoto.json#/predicate/affidavit/notRun/0/phase',
        'PHASES_DIFFER statement.intoto.json#/predicate/affidavit/notRun/0/reason',
        'PHASE_NOT_GREEN ctrf/performance.json',
      ],
    ],
    [
      'a log of another name',
      withFile(withFile(files, LOG), 'logs/performance/nccl.log', fileIn(files, LOG)),
      [`FILE_MISSING ${LOG}`, 'FILE_EXTRA logs/performance/nccl.log'],
    ],
    [
      'two logs that have changed names',
      swapped(LOG, 'logs/performance/nothing.log'),
      [`FILE_DIFFERS ${LOG}`, 'FILE_DIFFERS logs/performance/nothing.log'],
    ],
    ['a log cut to nothing', withFile(files, LOG, ''), [`FILE_DIFFERS ${LOG}`]],
    [
      'a log that grew',
      withFile(files, LOG, Buffer.concat([fileIn(files, LOG), Buffer.from('\n')])),
      [`FILE_DIFFERS ${LOG}`],
    ],
    [
      // Its meaning is the same, and so is its digest by AICR's rule.
      'a recipe with a comment more',
      withFile(files, 'recipe.yaml', Buffer.concat([recipe, Buffer.from('# x\n')])),
      ['FILE_DIFFERS recipe.yaml', 'RECIPE_NOT_CANONICAL recipe.yaml'],
    ],
  ];

  it.each(cases)('with %s is refused by name', async (_, changed, expected) => {
    const { code, faults } = await evidence.judge(changed);
    expect([code, faults]).toEqual([2, expected]);
  });

  it.each([
    ['recipe.yaml', 'recipe-matches-digest'],
    ['snapshot.yaml', 'fingerprint-matches-snapshot'],
    ['bom.cdx.json', 'bom-matches-claims'],
  ])('without %s says so twice: it is listed, and it is needed', async (path, check) => {
    const judged = await evidence.judge(withFile(files, path));
    expect(judged.code).toBe(2);
    expect(judged.faults.slice(0, 1)).toEqual([`FILE_MISSING ${path}`]);
    expect(checkOf(judged, check).faults[0]).toMatchObject({ code: 'BUNDLE_INCOMPLETE', at: path });
  });

  it.each([MANIFEST, STATEMENT])('without %s is no bundle', async (path) => {
    const { code, report, faults } = await evidence.judge(withFile(files, path));
    expect([code, faults]).toEqual([2, [`BUNDLE_INCOMPLETE ${path}`]]);
    expect(report.checks.slice(1).every(({ outcome }) => outcome === 'not-reached')).toBe(true);
  });

  it('is exit 2 of the program too, for an archive and for a directory', async () => {
    const changed = withFile(files, 'logs/extra.log', 'x');
    for (const input of [await evidence.pack(changed), evidence.unpack(changed)]) {
      const { code, faults } = await evidence.verify(input);
      expect([code, faults]).toEqual([2, ['FILE_EXTRA logs/extra.log']]);
    }
  });

  it('cannot hide a file behind a manifest that names it twice', async () => {
    const entry = valueAt(fileIn(files, MANIFEST), '/files/0');
    const changed = await evidence.rebuild({ manifest: { '/files/-': entry } });
    const { code, faults } = await evidence.judge(changed);
    expect([code, faults]).toEqual([2, ['FIELD_INVALID manifest.json#/files/8/path']]);
  });

  it.each([
    ['../recipe.yaml', '/files/0/path', '../recipe.yaml'],
    ['itself', '/files/0/path', MANIFEST],
    ['the signature', '/files/0/path', ATTESTATION],
    ['a digest of another kind', '/files/0/sha256', `sha512:${'0'.repeat(64)}`],
    ['a digest in capitals', '/files/0/sha256', `sha256:${'A'.repeat(64)}`],
    ['a size as text', '/files/0/size', '1'],
    ['a negative size', '/files/0/size', -1],
  ])('cannot be signed with a manifest that lists %s', async (_, pointer, value) => {
    const changed = await evidence.rebuild({ manifest: { [pointer]: value } });
    const { code, faults } = await evidence.judge(changed);
    expect([code, faults]).toEqual([2, [`FIELD_INVALID manifest.json#${pointer}`]]);
  });

  it('cannot be signed with a manifest that lists more files than a bundle may have', async () => {
    const list = Array.from({ length: 10_001 }, (_, index) => ({
      ...{ path: `logs/${index}`, size: 0, sha256: digestOf('') },
    }));
    const changed = await evidence.rebuild({
      manifest: { '/files': list },
      statement: { '/predicate/manifest/fileCount': list.length },
    });
    const { code, faults } = await evidence.judge(changed);
    expect([code, faults]).toEqual([2, ['LIMIT_EXCEEDED manifest.json#/files']]);
  });

  it('cannot be signed with a wrong size or digest', async () => {
    for (const [pointer, value] of [
      ['/files/0/size', 1],
      ['/files/0/sha256', `sha256:${'0'.repeat(64)}`],
    ] as const) {
      const changed = await evidence.rebuild({ manifest: { [pointer]: value } });
      const { code, faults } = await evidence.judge(changed);
      expect([code, faults]).toEqual([2, ['FILE_DIFFERS bom.cdx.json']]);
    }
  });

  it('cannot be signed with a manifest that leaves a file out', async () => {
    const changed = await evidence.rebuild({ manifest: { '/files/0': undefined } });
    const { code, faults } = await evidence.judge(changed);
    const fileCount = 'MANIFEST_DIFFERS statement.intoto.json#/predicate/manifest/fileCount';
    expect([code, faults]).toEqual([2, [fileCount]]);
    const fitting = await evidence.rebuild({
      manifest: { '/files/0': undefined },
      statement: { '/predicate/manifest/fileCount': 7 },
    });
    expect((await evidence.judge(fitting)).faults).toEqual(['FILE_EXTRA bom.cdx.json']);
  });

  it('is told from a manifest that is written differently: the same inventory, signed, is taken', async () => {
    const compact = JSON.stringify(JSON.parse(fileIn(files, MANIFEST).toString()));
    const statement = edited(fileIn(files, STATEMENT), {
      '/predicate/manifest/digest': digestOf(compact),
    });
    const unsigned = withFile(withFile(files, MANIFEST, compact), STATEMENT, statement);
    const signed = withFile(unsigned, ATTESTATION, await evidence.sign(statement));
    expect((await evidence.judge(signed)).code).toBe(0);
  });
});

describe('E-17 another valid CTRF report', () => {
  // The same tests in the same states; only a duration differs.
  const path = 'ctrf/deployment.json';
  const other = edited(fileIn(files, path), { '/results/tests/0/duration': 7 });

  it('is refused by the name of its file', async () => {
    const { code, faults } = await evidence.judge(withFile(files, path, other));
    const digest = `PHASES_DIFFER ${STATEMENT}#/predicate/phases/deployment/ctrfDigest`;
    expect([code, faults]).toEqual([2, [`FILE_DIFFERS ${path}`, digest]]);
  });

  it('is refused though the manifest, signed again, lists it', async () => {
    const digest = valueAt(fileIn(files, STATEMENT), '/predicate/phases/deployment/ctrfDigest');
    const changed = await evidence.rebuild({
      files: { [path]: other },
      statement: { '/predicate/phases/deployment/ctrfDigest': digest },
    });
    const { code, faults } = await evidence.judge(changed);
    const expected = `PHASES_DIFFER ${STATEMENT}#/predicate/phases/deployment/ctrfDigest`;
    expect([code, faults]).toEqual([2, [expected]]);
    expect((await evidence.judge(await evidence.rebuild({ files: { [path]: other } }))).code).toBe(
      0,
    );
  });
});
