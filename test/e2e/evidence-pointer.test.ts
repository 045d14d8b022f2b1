import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { parsePointer, pointerPath, renderPointer } from '../../src/evidence/pointer/pointer.ts';
import { runProgram } from '../run-here.ts';
import { ARTIFACT, ARTIFACT_NAME, aicrBundle, unsignedAicr } from './aicr-bundle.ts';
import { ATTESTATION, SIGNER, makeEvidence, valueAt, type Files } from './evidence.ts';

const evidence = await makeEvidence();
const good = await aicrBundle(evidence);
const OCI = `${ARTIFACT_NAME}@sha256:${ARTIFACT}`;
const RECIPE = 'h100-eks-ubuntu-training';

async function make(files: Files, ...flags: readonly string[]) {
  const bundle = evidence.unpack(files);
  return await runProgram(['evidence', 'pointer', bundle, ...evidence.root, ...flags]);
}

/** An empty directory of evidence. */
function tree(): string {
  const folder = evidence.path();
  mkdirSync(folder);
  return folder;
}

async function intoTree(files: Files, folder: string, oci = OCI) {
  return await make(files, '--oci', oci, '--evidence-dir', folder);
}

describe('evidence pointer', () => {
  it('writes that of a signed artifact where AICR keeps it, and again without a change', async () => {
    const folder = tree();
    const first = await intoTree(good, folder);
    expect([first.code, first.stdout]).toEqual([0, '']);
    const [, path = ''] = /^pointer: (.*)$/m.exec(first.stderr) ?? [];
    const bytes = readFileSync(path);
    const pointer = parsePointer(bytes, path);
    expect(path).toBe(join(folder, pointerPath(pointer)));
    expect(path).toMatch(new RegExp(`/${RECIPE}/[0-9a-f]{32}/sha256-${ARTIFACT}\\.yaml$`));
    const index = valueAt(
      good.get(ATTESTATION) ?? Buffer.alloc(0),
      '/verificationMaterial/tlogEntries/0/logIndex',
    );
    expect(pointer).toMatchObject({
      recipe: RECIPE,
      predicateType: 'https://aicr.run/recipe-evidence/v3',
      artifact: { oci: ARTIFACT_NAME, digest: `sha256:${ARTIFACT}` },
      signer: { ...SIGNER, rekorLogIndex: index === '0' ? undefined : index },
    });
    const again = await intoTree(good, folder, `oci://${OCI}`);
    expect([again.code, readFileSync(path)]).toEqual([0, bytes]);
  });

  it('never changes one that is there', async () => {
    const folder = tree();
    const { stderr } = await intoTree(good, folder);
    const [, path = ''] = /^pointer: (.*)$/m.exec(stderr) ?? [];
    writeFileSync(path, 'other\n');
    const { code, stderr: error } = await intoTree(good, folder);
    expect([code, readFileSync(path, 'utf8')]).toEqual([3, 'other\n']);
    expect(error).toContain(`error: OUTPUT_EXISTS`);
    expect(error).toContain(`at: ${path}`);
  });

  it('writes through no link out of its directory', async () => {
    const folder = tree();
    const elsewhere = tree();
    symlinkSync(elsewhere, join(folder, RECIPE));
    const { code, stderr } = await intoTree(good, folder);
    expect([code, readdirSync(elsewhere)]).toEqual([3, []]);
    expect(stderr).toContain('error: FILE_UNWRITABLE');
    expect(stderr).toContain(`at: ${join(folder, RECIPE)}\n`);
  });

  it('goes on if a stranger has put a file there that is too large, or no pointer', async () => {
    const folder = tree();
    const theirs = join(folder, RECIPE, 'ab'.repeat(16));
    mkdirSync(theirs, { recursive: true });
    writeFileSync(join(theirs, 'large.yaml'), Buffer.alloc(30_000_000, '#'));
    writeFileSync(join(theirs, 'other.yaml'), 'a: [');
    expect((await intoTree(good, folder)).code).toBe(0);
  });

  it('writes that of an unsigned bundle to the flat path', async () => {
    const folder = tree();
    const { code, stderr } = await intoTree(unsignedAicr(good), folder);
    const path = join(folder, `${RECIPE}.yaml`);
    expect([code, stderr]).toEqual([
      ...[0, expect.stringContaining(`affidavit evidence sign ${path}`)],
    ]);
    expect(parsePointer(readFileSync(path), path).signer).toBeUndefined();
  });

  it('prints it without --oci, and says that it cannot be committed', async () => {
    const { code, stdout, stderr } = await make(evidence.files);
    expect(code).toBe(0);
    expect(stderr).toContain('AICR takes no pointer to a signature about the recipe');
    const pointer = parsePointer(Buffer.from(stdout), 'stdout');
    expect(pointer.artifact).toBeUndefined();
    expect(pointer.signer).toMatchObject(SIGNER);
    expect(stdout).toContain(`digest: ""\n      oci: ""\n`);
  });

  it.each([
    ['of a signed artifact', good, 'name the artifact that was signed with --oci'],
    [
      'unsigned',
      unsignedAicr(good),
      'push the bundle (`affidavit evidence publish`), then name the',
    ],
  ])('says what one %s lacks without --oci', async (_, files, missing) => {
    const { code, stderr } = await make(files);
    expect([code, stderr]).toEqual([
      ...[0, expect.stringContaining(`cannot be committed: ${missing}`)],
    ]);
  });

  it('warns of the same workflow on another ref', async () => {
    const folder = tree();
    const on = (ref: string): string =>
      `https://github.com/o/r/.github/workflows/e.yaml@refs/heads/${ref}`;
    const files = await aicrBundle(evidence);
    const signed = files.get(ATTESTATION) ?? Buffer.alloc(0);
    const payload = Buffer.from(String(valueAt(signed, '/dsseEnvelope/payload')), 'base64');
    const bundle = new Map(files).set(ATTESTATION, await evidence.sign(payload, { sub: on('b') }));
    const { code, stderr } = await intoTree(bundle, folder);
    expect([code, stderr.includes('POINTER_REF_OTHER')]).toEqual([0, false]);
    const [, path = ''] = /^pointer: (.*)$/m.exec(stderr) ?? [];
    const pointer = parsePointer(readFileSync(path), path);
    const { signer } = pointer;
    expect(signer?.identity).toBe(on('b'));
    const other = { ...pointer, signer: signer && { ...signer, identity: on('a') } };
    const otherPath = join(folder, pointerPath(other));
    mkdirSync(dirname(otherPath), { recursive: true });
    writeFileSync(otherPath, renderPointer(other));
    const again = await intoTree(bundle, folder);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain(
      `warning: POINTER_REF_OTHER ${otherPath}#/attestations/0/signer/identity`,
    );
  });
});

describe('evidence pointer refuses', () => {
  const refused = async (files: Files, oci = OCI) => {
    const folder = tree();
    const { code, stdout, stderr } = await intoTree(files, folder, oci);
    const [, error = ''] = /error: (\w+)/.exec(stderr) ?? [];
    const [, at = ''] = /at: (.*)/.exec(stderr) ?? [];
    expect(stdout).toBe('');
    return [code, error, at];
  };

  it('another artifact than the signed one', async () => {
    const other = `${ARTIFACT_NAME}@sha256:${'cd'.repeat(32)}`;
    expect(await refused(good, other)).toEqual([
      2,
      'POINTER_SUBJECT_DIFFERS',
      'statement.intoto.json#/subject/0',
    ]);
  });

  it('a signature about the recipe alone', async () => {
    expect(await refused(evidence.files)).toEqual([
      2,
      'POINTER_SUBJECT_DIFFERS',
      'statement.intoto.json#/subject/0',
    ]);
  });

  it('what a verifier refuses', async () => {
    const bundle = new Map(good).set('snapshot.yaml', Buffer.from('{}'));
    expect(await refused(bundle)).toEqual([2, 'FILE_DIFFERS', 'snapshot.yaml']);
  });

  it.each([
    './bundle',
    `recipes/evidence/x@sha256:${ARTIFACT}`,
    ARTIFACT_NAME,
    `https://${OCI}`,
    `${ARTIFACT_NAME}@sha256:${ARTIFACT.toUpperCase()}`,
  ])('--oci %s', async (oci) => {
    expect(await refused(good, oci)).toEqual([64, 'USAGE', '--oci']);
  });

  it('--evidence-dir without --oci, and one that is not there', async () => {
    expect((await make(good, '--evidence-dir', tree())).code).toBe(64);
    const missing = join(tree(), 'none');
    const { code, stderr } = await intoTree(good, missing);
    expect(code).toBe(3);
    expect(stderr).toContain(`at: ${missing}\nfound: no such directory\n`);
    expect(stderr).toContain(`next: create ${missing}, or name another one with --evidence-dir\n`);
  });
});
