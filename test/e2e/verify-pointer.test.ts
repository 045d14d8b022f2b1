// `verify-evidence POINTER --bundle PATH`: a stranger's pointer, compared with the evidence that it points to.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

import { describe, expect, it } from 'vitest';

import { digestOfHex } from '../../src/digest.ts';
import {
  pointerPath,
  renderPointer,
  type Pointer,
  type PointedSigner,
} from '../../src/evidence/pointer/pointer.ts';
import { CHECK_NAMES, POINTER_CHECK } from '../../src/evidence/verify/checks.ts';
import { runProgram } from '../run-here.ts';
import { ARTIFACT, ARTIFACT_NAME, PROFILE, aicrBundle, unsignedAicr } from './aicr-bundle.ts';
import { ATTESTATION, SIGNER, failureOf, fileIn, makeEvidence, valueAt } from './evidence.ts';
import type { Files, Judged } from './evidence.ts';

const evidence = await makeEvidence();
const good = await aicrBundle(evidence);
const FILE = 'pointer.yaml';
const REPOSITORY = ARTIFACT_NAME.replace(/:[^/:]*$/, '');
const RECIPE = 'h100-eks-ubuntu-training';
const OTHER_DIGEST = digestOfHex('cd'.repeat(32));
const OTHER_PATH = `/elsewhere/${FILE}`;

function signerOf(files: Files): PointedSigner {
  const entry = '/verificationMaterial/tlogEntries/0/logIndex';
  return { ...SIGNER, rekorLogIndex: String(valueAt(fileIn(files, ATTESTATION), entry)) };
}

const POINTER: Pointer = {
  recipe: RECIPE,
  profile: undefined,
  attestedAt: new Date('2026-06-10T01:20:00Z'),
  predicateType: 'https://aicr.run/recipe-evidence/v3',
  artifact: { oci: ARTIFACT_NAME, digest: digestOfHex(ARTIFACT) },
  signer: signerOf(good),
};

/** In process; the pointer lies at a path. */
async function judge(
  change: Partial<Pointer> = {},
  files: Files = good,
  path: string = OTHER_PATH,
): Promise<Judged> {
  const pointer = { ...POINTER, ...change };
  const named = { file: FILE, path: path.split('/'), pointer };
  return await evidence.judge(files, { pointer: named });
}

const other = (change: Partial<PointedSigner>): Partial<Pointer> => ({
  signer: { ...signerOf(good), ...change },
});
const codesOf = ({ report }: Judged): readonly string[] =>
  report.findings.map(({ code }) => code).filter((code) => code.startsWith('POINTER'));

describe('a pointer that agrees with its bundle', () => {
  it('is one check more, last of those without a recipe of one’s own', async () => {
    const { code, faults, report } = await judge();
    expect([code, faults]).toEqual([0, []]);
    expect(report.checks.map(({ name }) => name)).toEqual([...CHECK_NAMES, POINTER_CHECK]);
  });

  it.each([
    ['where AICR keeps it', `/recipes/evidence/${pointerPath(POINTER)}`],
    ['anywhere by another name', '/somewhere/else/mine.yaml'],
  ])('verifies %s', async (_, path) => {
    expect((await judge({}, good, path)).faults).toEqual([]);
  });

  it('may name no log entry, no signer yet, or no artifact yet', async () => {
    const { faults } = await judge(other({ rekorLogIndex: undefined }));
    expect(faults).toEqual([]);
    const judged = await judge({ signer: undefined, artifact: undefined });
    expect([judged.faults, codesOf(judged)]).toEqual([[], []]);
  });

  it('names the profile of the recipe', async () => {
    const files = await aicrBundle(evidence, { profiled: true });
    const { selection } = PROFILE;
    const recipe = `${RECIPE}-gpustack-operator-managed`;
    const change = { recipe, profile: selection, signer: signerOf(files) };
    expect((await judge(change, files)).faults).toEqual([]);
    const { code, faults } = await judge({ ...change, profile: undefined }, files);
    expect([code, faults]).toEqual([2, [`POINTER_DIFFERS ${FILE}#/profile`]]);
  });

  it('is not confirmed by a signature about the recipe, which is said, and no fault', async () => {
    const judged = await judge({ signer: signerOf(evidence.files) }, evidence.files);
    // The demo's recipe has another name than that of the pointer.
    expect(judged.faults).toEqual([`POINTER_DIFFERS ${FILE}#/recipe`]);
    expect(codesOf(judged)).toEqual(['POINTER_NOT_CONFIRMED']);
  });

  it('may name a mirror, which is said', async () => {
    const oci = 'mirror.example/org/evidence';
    const judged = await judge({ artifact: { oci, digest: digestOfHex(ARTIFACT) } });
    expect([judged.code, judged.faults]).toEqual([0, []]);
    const finding = judged.report.findings.find(({ code }) => code === 'POINTER_NOT_CONFIRMED');
    expect(finding).toMatchObject({
      at: `${FILE}#/attestations/0/bundle/oci`,
      found: `"${oci}"`,
    });
    expect(codesOf(await judge())).toEqual([]);
  });

  it('pins nobody: without a policy somebody has to decide', async () => {
    const named = { file: FILE, path: [FILE], pointer: POINTER };
    const { code } = await evidence.judge(good, { pointer: named, policy: undefined });
    expect(code).toBe(4);
  });
});

describe('a pointer is refused that', () => {
  const SIGNED = '/attestations/0/signer';
  it.each([
    ['names another recipe', { recipe: 'h100-gke-ubuntu-training' }, 'POINTER_DIFFERS', '/recipe'],
    [
      'names another time',
      { attestedAt: new Date('2026-06-10T01:20:01Z') },
      'POINTER_DIFFERS',
      '/attestations/0/attestedAt',
    ],
    ['names a profile', { profile: 'a=b' }, 'POINTER_DIFFERS', '/profile'],
    [
      'names another predicateType',
      { predicateType: 'https://aicr.run/recipe-evidence/v1' },
      'POINTER_DIFFERS',
      '/attestations/0/bundle/predicateType',
    ],
    [
      'E-40 names another identity',
      other({ identity: 'you@example.com' }),
      'POINTER_DIFFERS',
      `${SIGNED}/identity`,
    ],
    [
      'E-40 names another issuer',
      other({ issuer: 'https://example.com' }),
      'POINTER_DIFFERS',
      `${SIGNED}/issuer`,
    ],
    [
      'E-40 names another log entry',
      other({ rekorLogIndex: '987654321' }),
      'POINTER_DIFFERS',
      `${SIGNED}/rekorLogIndex`,
    ],
    [
      'E-40 names another artifact than was signed',
      { artifact: { oci: ARTIFACT_NAME, digest: OTHER_DIGEST } },
      'POINTER_SUBJECT_DIFFERS',
      '/attestations/0/bundle/digest',
    ],
  ] as const)('%s', async (_, change, error, place) => {
    const { code, faults } = await judge(change);
    expect([code, faults]).toEqual([2, [`${error} ${FILE}#${place}`]]);
  });

  it.each([
    ['another signer', /\/[0-9a-f]{32}\//, `/${'0'.repeat(32)}/`, '/attestations/0/signer'],
    ['another recipe', `/${RECIPE}/`, '/gb200-eks-ubuntu-training/', '/recipe'],
    ['another digest', ARTIFACT, 'cd'.repeat(32), '/attestations/0/bundle/digest'],
    ['another digest, in capitals', ARTIFACT, 'CD'.repeat(32), '/attestations/0/bundle/digest'],
  ] as const)('lies in the place of %s', async (_, from, to, place) => {
    const path = `/recipes/evidence/${pointerPath(POINTER)}`.replace(from, to);
    const { code, faults } = await judge({}, good, path);
    expect([code, faults]).toEqual([2, [`POINTER_PATH_OTHER ${FILE}#${place}`]]);
  });

  it('lies in the place of a signed one and names no signer', async () => {
    const path = `/recipes/evidence/${pointerPath(POINTER)}`;
    const { code, faults } = await judge({ signer: undefined }, good, path);
    expect([code, faults]).toEqual([2, [`POINTER_PATH_OTHER ${FILE}#/attestations/0`]]);
  });

  it('names a signer of evidence that nobody signed, whatever is allowed', async () => {
    const named = { file: FILE, path: [FILE], pointer: POINTER };
    const files = unsignedAicr(good);
    const { code, faults } = await evidence.judge(files, { pointer: named, allowUnsigned: true });
    expect([code, faults.at(-1)]).toEqual([2, `POINTER_DIFFERS ${FILE}#${SIGNED}`]);
  });
});

describe('verify-evidence POINTER', () => {
  const text = renderPointer(POINTER);
  const bundle = evidence.unpack(good);

  function inTree(pointer: Pointer = POINTER): string {
    const path = join(evidence.path(), pointerPath(pointer));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, renderPointer(pointer));
    return path;
  }

  it('with --bundle is judged with the bundle: a directory, the one around it, an archive', async () => {
    const pointer = inTree();
    const around = evidence.path();
    const inner = new Map([...good].map(([path, bytes]) => [`summary-bundle/${path}`, bytes]));
    for (const [path, bytes] of inner) {
      mkdirSync(dirname(join(around, path)), { recursive: true });
      writeFileSync(join(around, path), bytes);
    }
    for (const path of [bundle, around, await evidence.pack(good)]) {
      const { code, faults } = await evidence.verify(pointer, ['--bundle', path, ...evidence.pin]);
      expect([code, faults]).toEqual([0, []]);
    }
  });

  it('is read in the folder in which it is called', async () => {
    const pointer = inTree({ ...POINTER, ...other({ identity: 'you@example.com' }) });
    const wrong = join(dirname(inTree()), 'other', pointer.split(sep).at(-1) ?? '');
    mkdirSync(dirname(wrong));
    copyFileSync(inTree(), wrong);
    const name = wrong.split(sep).at(-1) ?? '';
    const flags = ['--bundle', bundle, ...evidence.pin];
    const { code, faults } = await evidence.verify(name, flags, { cwd: dirname(wrong) });
    expect([code, faults[0]]).toEqual([2, `POINTER_PATH_OTHER ${name}#/recipe`]);
  });

  const pointer = evidence.write(text, '.yaml');
  const asItself = text.replace(ARTIFACT_NAME, `./${pointer.split(sep).at(-1) ?? ''}`);
  const AT_OCI = `${pointer}#/attestations/0/bundle/oci`;
  it.each([
    ['offline without --bundle', text, undefined, [3, 'NETWORK_BLOCKED', REPOSITORY]],
    ['that is no pointer', 'a: b\n', bundle, [2, 'FIELD_MISSING', `${pointer}#/schemaVersion`]],
    [
      'E-40 of an unknown schemaVersion',
      text.replace('schemaVersion: 1.0.0', 'schemaVersion: 2.0.0'),
      bundle,
      [2, 'SCHEMA_VERSION_UNKNOWN', `${pointer}#/schemaVersion`],
    ],
    [
      'to a file path',
      text.replace(ARTIFACT_NAME, './summary-bundle'),
      bundle,
      [2, 'POINTER_TO_FILE', AT_OCI],
    ],
    ['to itself', asItself, bundle, [2, 'POINTER_TO_ITSELF', AT_OCI]],
    ['as its own --bundle', text, pointer, [2, 'POINTER_TO_ITSELF', '--bundle']],
  ] as const)('%s is refused', async (_, content, path, expected) => {
    writeFileSync(pointer, content);
    const flags = path === undefined ? ['--offline'] : ['--bundle', path];
    const { code, error } = await failureOf([pointer, ...flags]);
    expect([code, error.code, error.at]).toEqual(expected);
  });

  it('that is an archive is refused', async () => {
    const archive = await evidence.pack(good);
    const { code, error } = await failureOf([archive, '--bundle', bundle]);
    expect([code, error.at]).toEqual([2, archive]);
    expect(error.expected).toBe('a pointer to evidence');
  });

  it('keeps --output from the pointer and the bundle', async () => {
    for (const output of [pointer, join(bundle, 'report.md')]) {
      const words = ['verify-evidence', pointer, '--bundle', bundle, '--output', output];
      const { code, stderr } = await runProgram(words);
      expect([code, stderr.includes('at: --output')]).toEqual([64, true]);
    }
  });
});
