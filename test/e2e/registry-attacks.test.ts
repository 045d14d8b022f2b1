// Known attacks, by a registry or by whoever may push to it: from evidence that verifies, one thing is changed.
// The number is that of the class. Others are in test/trust/known-attacks.test.ts, and those with addresses and
// logins in test/io/oci.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { digestOf, type Digest } from '../../src/digest.ts';
import { renderPointer } from '../../src/evidence/pointer/pointer.ts';
import type { StoredManifest } from '../../src/pointer/registry.ts';
import { header, pax, tar, type Part } from '../archive/tar-parts.ts';
import { scratch } from '../io/scratch.ts';
import type { Faults, TestRegistry } from '../oci/call.ts';
import { attach, pushBundle, put } from '../oci/evidence.ts';
import { withRegistry } from '../oci/registry.ts';
import { changed, inside, type Json } from '../pointer/oci.ts';
import { runProgram } from '../run-here.ts';
import {
  ATTESTATION,
  DEMO_INPUTS,
  SIGNER,
  STATEMENT,
  archiveOf,
  edited,
  fileIn,
  makeEvidence,
  withFile,
} from './evidence.ts';

const evidence = await makeEvidence();
const unsigned = withFile(evidence.files, ATTESTATION);
const parts: readonly Part[] = [...unsigned].map(([name, content]) => ({ name, content }));
const layer = await archiveOf(unsigned);
const ofRecipe = fileIn(evidence.files, ATTESTATION);
const statement = fileIn(unsigned, STATEMENT);

interface Pushed {
  readonly registry: TestRegistry;
  readonly artifact: StoredManifest;
  readonly attached: StoredManifest;
  readonly ref: string;
}

interface Verdict {
  readonly code: number | null;
  /** Code and place of the first complaint, whether there is a report or not. */
  readonly said: string | undefined;
}

function refOf({ host }: TestRegistry, digest: Digest): string {
  return `oci://${host}/evidence@${digest}`;
}

/** A registry with this layer and this signature. */
async function withPushed(
  { bundle = layer, signature = ofRecipe, faults = {} as Faults },
  use: (pushed: Pushed) => Promise<void>,
): Promise<void> {
  await withRegistry(faults, async (registry) => {
    const artifact = pushBundle(registry, bundle);
    const attached = attach(registry, artifact, signature);
    await use({ registry, artifact, attached, ref: refOf(registry, artifact.digest) });
  });
}

async function verdictOf(input: string, ...flags: readonly string[]): Promise<Verdict> {
  const words = ['verify-evidence', input, '--format', 'json', ...evidence.pin, ...flags];
  const { code, stdout } = await runProgram(words);
  const { checks = [], error } = JSON.parse(stdout) as {
    checks?: { faults: { code: string; at: string }[] }[];
    error?: { code: string; at: string };
  };
  const [fault] = [...checks.flatMap(({ faults }) => faults), ...(error ? [error] : [])];
  return { code, said: fault && `${fault.code} ${fault.at}` };
}

/** Of these entries as a layer; as an archive they have to get the same. */
async function verdictOfLayer(all: Uint8Array): Promise<Verdict | undefined> {
  let verdict: Verdict | undefined;
  await withPushed({ bundle: gzipSync(all) }, async ({ ref }) => {
    verdict = await verdictOf(ref);
  });
  const signed = Buffer.concat([
    tar({ name: ATTESTATION, content: ofRecipe }).subarray(0, -1024),
    all,
  ]);
  const atHand = await verdictOf(evidence.write(gzipSync(signed)));
  expect(verdict?.code).toBe(atHand.code);
  const codes = [verdict, atHand].map((each) => each?.said?.split(' ')[0]);
  expect(codes[0]).toBe(codes[1]);
  return verdict;
}

/** The signature that is attached is replaced by another one, whatever it is of. */
function attachOther({ registry, attached, artifact }: Pushed, bytes: Buffer): StoredManifest {
  registry.manifests.delete(`evidence@${attached.digest}`);
  registry.blobs.set(digestOf(bytes), bytes);
  const other = changed(attached, (manifest) => {
    Object.assign(inside(manifest, 'layers', 0), { digest: digestOf(bytes), size: bytes.length });
  });
  expect((JSON.parse(Buffer.from(other.bytes).toString()) as Json)['subject']).toMatchObject({
    digest: artifact.digest,
  });
  put(registry, other);
  return other;
}

function pointerTo(
  oci: string,
  digest: Digest,
  locations: readonly string[] = [],
  recipe = 'h100-eks-ubuntu-training-kubeflow',
): string {
  const pointer = renderPointer({
    ...{ recipe, profile: undefined, artifact: { oci, digest } },
    attestedAt: new Date('2026-06-10T01:20:00Z'),
    predicateType: 'https://aicr.run/recipe-evidence/v3',
    signer: { ...SIGNER, rekorLogIndex: undefined },
    affidavit: { attestation: undefined, locations },
  });
  return evidence.write(pointer, '.yaml');
}

it('takes the evidence that all tests here change, also packed by hand', async () => {
  await withPushed({}, async ({ ref }) => {
    expect(await verdictOf(ref)).toEqual({ code: 0, said: undefined });
  });
  expect(await verdictOfLayer(tar(...parts))).toEqual({ code: 0, said: undefined });
});

describe('E2-1 success without verification (CVE-2025-25204)', () => {
  it.each<[string, (pushed: Pushed) => unknown, number, string]>([
    [
      'nothing is attached',
      ({ registry, attached }) => registry.manifests.delete(`evidence@${attached.digest}`),
      4,
      'UNSIGNED',
    ],
    [
      'an empty signature',
      (pushed) => attachOther(pushed, Buffer.alloc(0)),
      2,
      'SIGSTORE_BUNDLE_INVALID',
    ],
    [
      'an empty document',
      (pushed) => attachOther(pushed, Buffer.from('{}')),
      2,
      'SIGSTORE_BUNDLE_INVALID',
    ],
    [
      'what is listed is not there',
      ({ registry }) => registry.blobs.delete(digestOf(ofRecipe)),
      3,
      'REGISTRY_LACKS',
    ],
    [
      'the list is a page for people',
      ({ registry }) => Object.assign(registry.faults, { referrers: 'page' }),
      4,
      'UNSIGNED',
    ],
    [
      'the list is no list',
      ({ registry, artifact }) => {
        registry.faults.referrers = 'none';
        const bytes = Buffer.from('{"schemaVersion":2}');
        const tag = `evidence:${artifact.digest.replace(':', '-')}`;
        registry.manifests.set(tag, {
          bytes,
          mediaType: 'application/vnd.oci.image.index.v1+json',
        });
      },
      2,
      'FIELD_MISSING',
    ],
  ])('E2-1 %s', async (_, change, code, said) => {
    await withPushed({}, async (pushed) => {
      change(pushed);
      const verdict = await verdictOf(pushed.ref);
      expect([verdict.code, verdict.said]).toEqual([code, expect.stringContaining(said)]);
    });
  });

  it('E2-1 whatever request fails: only the second list may be missing', async () => {
    const codes: (number | null)[] = [];
    for (const failsAt of [1, 2, 3, 4, 5, 6].map((request) => ({ request, status: 403 }))) {
      await withPushed({ faults: { failsAt } }, async ({ ref }) => {
        codes.push((await verdictOf(ref)).code);
      });
    }
    expect(codes).toEqual([3, 3, 3, 0, 3, 3]);
  });
});

describe('E2-2 a good signature over another document (CVE-2022-35929, CVE-2026-39395)', () => {
  it.each<[string, Buffer, string]>([
    [
      'of a type of evidence that nobody knows',
      edited(statement, { '/predicateType': 'https://aicr.run/recipe-evidence/v99' }),
      'PREDICATE_TYPE_UNKNOWN statement.intoto.json#/predicateType',
    ],
    [
      'of no type',
      edited(statement, { '/predicateType': undefined }),
      'FIELD_MISSING statement.intoto.json#/predicateType',
    ],
    ['that is no document', Buffer.from('x'), 'DOCUMENT_INVALID statement.intoto.json'],
  ])('E2-2 %s is refused', async (_, document, said) => {
    const signed = await evidence.sign(document);
    await withPushed({}, async (pushed) => {
      attachOther(pushed, signed);
      expect(await verdictOf(pushed.ref)).toEqual({ code: 2, said });
    });
  });
});

describe('E2-2 a good signature over what is no evidence', () => {
  const type = 'https://slsa.dev/provenance/v1';

  it('E2-2 is none, though the annotation says ours: the evidence is unsigned', async () => {
    const signed = await evidence.sign(edited(statement, { '/predicateType': type }));
    await withPushed({}, async (pushed) => {
      const { digest } = attachOther(pushed, signed);
      const none = { code: 4, said: `UNSIGNED ${ATTESTATION}` };
      expect(await verdictOf(pushed.ref)).toEqual(none);
      const said = 'PREDICATE_TYPE_UNKNOWN statement.intoto.json#/predicateType';
      expect(await verdictOf(pushed.ref, '--attestation', digest)).toEqual({ code: 2, said });
      const shown = await runProgram(['verify-evidence', pushed.ref, ...evidence.pin]);
      expect(shown.stdout).toContain(`other (\`PREDICATE_TYPE_UNKNOWN\`): \`${digest}\``);
      expect((await verdictOf(pushed.ref, '--allow-unsigned')).code).toBe(0);
      put(pushed.registry, pushed.attached);
      expect(await verdictOf(pushed.ref)).toEqual({ code: 0, said: undefined });
    });
  });
});

describe('E2-3 a signature of another artifact (CVE-2026-31830, CVE-2023-33959)', () => {
  const subject = (digest: Json): Buffer => edited(statement, { '/subject/0/digest': digest });
  it.each<[string, Buffer, string]>([
    ['no subject', edited(statement, { '/subject': [] }), 'STATEMENT_INVALID'],
    [
      'two subjects',
      edited(statement, { '/subject/-': { name: 'x', digest: { sha256: 'a'.repeat(64) } } }),
      'STATEMENT_INVALID',
    ],
    ['SHA-1 alone', subject({ sha1: 'a'.repeat(40) }), 'FIELD_MISSING'],
    ['another digest', subject({ sha256: 'a'.repeat(64) }), 'STATEMENT_INVALID'],
  ])('E2-3 with %s is refused', async (_, document, said) => {
    const signed = await evidence.sign(document);
    await withPushed({}, async (pushed) => {
      attachOther(pushed, signed);
      const verdict = await verdictOf(pushed.ref);
      expect([verdict.code, verdict.said]).toEqual([2, expect.stringContaining(`${said} `)]);
      expect(verdict.said).toContain(`${STATEMENT}#/subject`);
    });
  });
});

describe('E2-15 a layer that is larger than it looks (CVE-2026-59873, CVE-2024-45395)', () => {
  const octal = (size: number): string => size.toString(8).padStart(11, '0');
  it.each<[string, () => Buffer, string]>([
    [
      'a file of 8 GiB, by its header',
      () =>
        Buffer.concat([
          tar(...parts).subarray(0, -1024),
          header({ name: 'logs/x.log', size: octal(2 ** 33 - 1) }),
        ]),
      'LIMIT_EXCEEDED logs/x.log',
    ],
    [
      'ten thousand files more',
      () => tar(...parts, ...Array.from({ length: 10_000 }, (_, at) => ({ name: `logs/${at}` }))),
      'LIMIT_EXCEEDED logs/',
    ],
    [
      'a recipe of 1 MiB of zeros and one',
      () => tar({ name: 'recipe.yaml', content: Buffer.alloc(1024 * 1024 + 1) }),
      'LIMIT_EXCEEDED recipe.yaml',
    ],
    ['another gzip in it', () => gzipSync(tar(...parts)), 'ARCHIVE_UNREADABLE'],
  ])('E2-15 %s', async (_, make, said) => {
    expect(await verdictOfLayer(make())).toEqual({ code: 2, said: expect.stringContaining(said) });
  });
});

describe('E2-16 a layer whose paths leave it (CVE-2024-54132)', () => {
  const names = ['../x', 'logs/../../x', '/etc/passwd', 'C:x', String.raw`\\host\x`];
  const odd = [String.raw`logs\x`, 'logs/x\0.log', 'logs/x.', 'logs/x ', 'logs//x', './../x'];
  it.each([...names, ...odd])('E2-16 %j', async (name) => {
    const { code, said } = (await verdictOfLayer(tar(...parts, { name }))) ?? {};
    expect([code, said]).toEqual([2, expect.stringContaining('ARCHIVE_UNSAFE')]);
  });
});

describe('E2-17 a layer with links and devices (CVE-2026-50163, CVE-2021-21272)', () => {
  it.each([
    ['a symbolic link', { typeFlag: '2', linkName: '/etc/passwd' }],
    ['a symbolic link inside', { typeFlag: '2', linkName: 'recipe.yaml' }],
    ['a hard link', { typeFlag: '1', linkName: 'recipe.yaml' }],
    ['a device', { typeFlag: '3' }],
    ['a pipe', { typeFlag: '6' }],
  ])('E2-17 %s', async (_, part) => {
    const all = tar(...parts, { name: 'logs/x', ...part });
    expect(await verdictOfLayer(all)).toEqual({ code: 2, said: 'ARCHIVE_UNSAFE logs/x' });
  });
});

describe('E2-18 a layer whose headers lie (CVE-2026-59874, CVE-2026-73566)', () => {
  it.each<[string, readonly Part[], string]>([
    ['a negative size', [{ name: 'x', size: '-0000000001\0' }], 'ARCHIVE_UNSAFE x'],
    [
      'a path in a pax header',
      [pax([['path', '../x']]), { name: 'x' }],
      'ARCHIVE_UNSAFE PaxHeaders/x',
    ],
    [
      'a size in a pax header',
      [pax([['size', '5']]), { name: 'x' }],
      'ARCHIVE_UNSAFE PaxHeaders/x',
    ],
    ['a sparse file', [{ name: 'x', typeFlag: 'S' }], 'ARCHIVE_UNSAFE x'],
    ['a file twice', [{ name: 'recipe.yaml' }], 'ARCHIVE_UNSAFE recipe.yaml'],
  ])('E2-18 %s', async (_, more, said) => {
    expect(await verdictOfLayer(tar(...parts, ...more))).toEqual({ code: 2, said });
  });

  it('E2-18 another archive behind the end', async () => {
    const { code, said } =
      (await verdictOfLayer(Buffer.concat([tar(...parts), tar({ name: 'x' })]))) ?? {};
    expect([code, said]).toEqual([2, expect.stringContaining('ARCHIVE_UN')]);
  });
});

describe('E2-19 names in a layer that look like others (CVE-2021-42574, CVE-2026-23950)', () => {
  const names = [
    'Recipe.yaml',
    'logs/é',
    'logs/e\u0301',
    'logs/ß',
    'logs/a\u202egol',
    'logs/a\u200b',
  ];
  it.each(names)('E2-19 %j', async (name) => {
    const { code, said } = (await verdictOfLayer(tar(...parts, { name }))) ?? {};
    expect([code, said]).toEqual([2, expect.stringContaining('ARCHIVE_UNSAFE')]);
    expect(said).not.toMatch(/\p{Cf}/u);
  });
});

describe('E2-20 files that are not those of the manifest', () => {
  it.each<[string, readonly Part[], string]>([
    ['one more', [...parts, { name: 'logs/more.log' }], 'FILE_EXTRA logs/more.log'],
    [
      'one less',
      parts.filter(({ name }) => name !== 'snapshot.yaml'),
      'FILE_MISSING snapshot.yaml',
    ],
    [
      'other content',
      parts.map((part) => (part.name === 'recipe.yaml' ? { ...part, content: 'x' } : part)),
      'FILE_DIFFERS recipe.yaml',
    ],
  ])('E2-20 %s', async (_, all, said) => {
    expect(await verdictOfLayer(tar(...all))).toEqual({ code: 2, said });
  });

  it('E2-20 a layer that is another one of this length', async () => {
    await withPushed({}, async ({ registry, ref }) => {
      registry.blobs.set(digestOf(layer), Buffer.alloc(layer.length));
      const { code, said } = await verdictOf(ref);
      expect([code, said]).toEqual([2, `REGISTRY_BYTES_OTHER ${registry.host}/evidence`]);
    });
  });

  it('E2-20 a layer that is another one from the middle on, after the connection broke', async () => {
    await withPushed({ faults: { cutsAfter: [1000] } }, async ({ registry, ref }) => {
      const other = Buffer.from(layer);
      other.fill(0, 1000);
      registry.faults.first = ({ headers }) => {
        if (headers.range !== undefined) registry.blobs.set(digestOf(layer), other);
        return false;
      };
      const { code, said } = await verdictOf(ref);
      expect([code, said]).toEqual([2, `REGISTRY_BYTES_OTHER ${registry.host}/evidence`]);
    });
  });

  it('E2-20 a layer that is another one when it is asked for again: it is asked for once', async () => {
    await withPushed({}, async ({ registry, ref }) => {
      await verdictOf(ref);
      const asked = registry.asked.filter((each) => each.endsWith(digestOf(layer)));
      expect(asked).toHaveLength(1);
    });
  });
});

describe('E2-25 text of a registry for a terminal (CVE-2021-25743, CVE-2026-45803)', () => {
  const EVIL = '\u001b]8;;http://x\u0007\u001b]52;c;eA==\u0007\u001b[2J\u009b31m\rgone\u202e\u200b';
  const CONTROL = /(?!\n)[\p{Cc}\p{Cf}]/u;
  const answer =
    (status: number, headers: Record<string, string>, body = ''): NonNullable<Faults['first']> =>
    (_, response) => {
      response.writeHead(status, headers).end(body);
      return true;
    };
  const errors = JSON.stringify({ errors: [{ code: EVIL, message: EVIL }] });
  const replaced = (change: (manifest: Json) => unknown) => {
    return ({ registry, artifact }: Pushed): string => {
      const other = changed(artifact, change);
      put(registry, other);
      return refOf(registry, other.digest);
    };
  };
  it.each<[string, (pushed: Pushed) => unknown]>([
    ['an error', ({ registry }) => (registry.faults.first = answer(418, {}, errors))],
    ['the page of an error', ({ registry }) => (registry.faults.first = answer(418, {}, EVIL))],
    [
      'a type',
      ({ registry }) => (registry.faults.first = answer(200, { 'content-type': 'a/\u009b31m' })),
    ],
    [
      'a redirect',
      ({ registry }) => (registry.faults.first = answer(307, { location: 'gopher://\u009b31m' })),
    ],
    [
      'a challenge',
      ({ registry }) =>
        (registry.faults.first = answer(401, { 'www-authenticate': 'Bearer realm="\u009b31m"' })),
    ],
    ['the type of an artifact', replaced((manifest) => (manifest['artifactType'] = EVIL))],
    ['a key', replaced((manifest) => (manifest[EVIL] = manifest['layers'] = EVIL))],
    ['an annotation', replaced((manifest) => (manifest['annotations'] = { [EVIL]: 7 }))],
    [
      'what is attached',
      ({ registry, attached }) => {
        registry.manifests.delete(`evidence@${attached.digest}`);
        put(
          registry,
          changed(attached, (each) => (inside(each, 'layers', 0)['mediaType'] = EVIL)),
        );
      },
    ],
  ])('E2-25 in %s', async (_, change) => {
    await withPushed({}, async (pushed) => {
      const ref = change(pushed);
      for (const format of ['terminal', 'json', 'markdown']) {
        const input = typeof ref === 'string' ? ref : pushed.ref;
        const words = ['verify-evidence', input, '--format', format, ...evidence.pin];
        const { code, stdout, stderr } = await runProgram(words);
        expect([2, 3, 4]).toContain(code);
        expect(stdout + stderr).not.toMatch(CONTROL);
        expect(stdout + stderr).toMatch(/31m|u001b/);
      }
    });
  });
});

describe('E2-27 a login that is not for this registry (CVE-2026-48501)', () => {
  it('E2-27 is not sent to the other locations of a pointer', async () => {
    await withRegistry({ wants: 'basic', takes: 'Basic nobody' }, async (asking) => {
      await withPushed({ faults: { wants: 'basic' } }, async ({ registry, artifact }) => {
        registry.faults.takes = `Basic ${Buffer.from('user:secret').toString('base64')}`;
        const config = scratch();
        const auths = { [registry.host]: { auth: registry.faults.takes.slice('Basic '.length) } };
        writeFileSync(join(config, 'config.json'), JSON.stringify({ auths }));
        const path = pointerTo(`${asking.host}/evidence:v1`, artifact.digest, [
          `${registry.host}/evidence`,
        ]);
        const hosts = [asking, registry].flatMap(({ host }) => ['--registry', host]);
        const words = ['verify-evidence', path, ...evidence.pin, ...hosts];
        const run = await runProgram(words, { env: { DOCKER_CONFIG: config } });
        expect(run.code).toBe(0);
        expect(new Set(asking.authorizations)).toEqual(new Set([undefined]));
        expect(new Set(registry.authorizations)).toEqual(
          new Set([undefined, registry.faults.takes]),
        );
        expect(run.stdout + run.stderr).not.toContain('secret');
      });
    });
  });
});

describe('E2-31 evidence of another time or another recipe (mlcommons#473, chains#484)', () => {
  it('E2-31 the signature of older evidence does not fit newer evidence of the recipe', async () => {
    const newer = await evidence.rebuild({ files: { 'logs/new.log': 'x' }, signed: false });
    await withPushed({ bundle: await archiveOf(newer) }, async ({ ref }) => {
      const { code, said } = await verdictOf(ref);
      expect([code, said]).toEqual([2, expect.stringContaining(STATEMENT)]);
    });
  });

  it('E2-31 good evidence of one recipe does not count for another one', async () => {
    const other = evidence.write(
      DEMO_INPUTS.recipe.toString().replace('1.32.4', '1.32.5'),
      '.yaml',
    );
    await withPushed({}, async ({ ref }) => {
      const { code, said } = await verdictOf(ref, '--recipe', other);
      expect([code, said]).toEqual([4, expect.stringContaining('RECIPE_OTHER recipe.yaml#')]);
    });
  });

  it('E2-31 the pointer of one recipe does not lead to the evidence of another one', async () => {
    await withPushed({}, async ({ registry, artifact }) => {
      const path = pointerTo(`${registry.host}/evidence:v1`, artifact.digest, [], 'another-recipe');
      const { code, said } = await verdictOf(path, '--registry', registry.host);
      expect([code, said]).toEqual([2, `POINTER_DIFFERS ${path}#/recipe`]);
    });
  });
});
