import { execFileSync } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import { digestOf, hexOf } from '../../src/digest.ts';
import { EVIDENCE_LAYOUT } from '../../src/evidence/layout.ts';
import { renderPointer } from '../../src/evidence/pointer/pointer.ts';
import { openEntries } from '../../src/io/disk/bundle-source.ts';
import { openLayout } from '../../src/io/oci/layout.ts';
import { writeLayout } from '../../src/io/oci/write-layout.ts';
import { EMPTY_CONFIG, EMPTY_CONFIG_BYTES, artifactManifest } from '../../src/pointer/artifact.ts';
import { attestationManifest } from '../../src/pointer/attestation-manifest.ts';
import { withReferrer } from '../../src/pointer/oci-index.ts';
import type { Repository } from '../../src/pointer/registry.ts';
import { EPOCH, INPUTS, IN_SANDBOX, OUT, UNSIGNED, Workplace } from '../e2e/emit.ts';
import { scratch } from '../io/scratch.ts';
import { ARTIFACT, changed, inside, ociBytes, type Json } from '../pointer/oci.ts';
import { runProgram } from '../run-here.ts';
import type { Faults, TestRegistry } from './call.ts';
import { repositoryOf } from './client.ts';
import * as pushed from './pushed.ts';
import { LAYER, LAYER_BLOB, TAG, blob, layerOf } from './pushed.ts';
import { withRegistry } from './registry.ts';

/** That of testdata is about something else: in place of it one that says that it is of evidence. */
const SIGNATURE = signatureOf('https://aicr.run/recipe-evidence/v3');
const ATTESTATION = attestationManifest(ARTIFACT, SIGNATURE, 'attestation');
const INDEX = requireDefined(withReferrer(undefined, ATTESTATION));
const STEPS = [
  ...pushed.STEPS.slice(0, 3),
  blob(layerOf(ATTESTATION), SIGNATURE),
  async (to: Repository) => await to.writeManifest(ATTESTATION),
  async (to: Repository) => await to.writeManifest(INDEX, TAG),
  ...pushed.STEPS.slice(6),
];

function signatureOf(predicateType: string): Buffer {
  const sigstoreBundle = JSON.parse(ociBytes('attestation.sigstore.json').toString()) as Json;
  const envelope = inside(sigstoreBundle, 'dsseEnvelope');
  const payload = Buffer.from(String(envelope['payload']), 'base64').toString();
  const statement = JSON.stringify({ ...(JSON.parse(payload) as Json), predicateType });
  envelope['payload'] = Buffer.from(statement).toString('base64');
  return Buffer.from(JSON.stringify(sigstoreBundle));
}

function requireDefined<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('nothing');
  return value;
}

const DEFAULT = `evidence-${hexOf(ARTIFACT.digest).slice(0, 12)}.tar.gz`;
const PARTIAL = `out.tar.gz.${hexOf(LAYER_BLOB.digest).slice(0, 12)}.partial`;

async function fetch(cwd: string, ...words: readonly string[]) {
  return await runProgram(['evidence', 'fetch', ...words], { cwd });
}

/** With the artifact in it; nothing is counted yet. */
async function withArtifact(
  faults: Faults,
  use: (registry: TestRegistry, ref: string, cwd: string) => Promise<void>,
): Promise<void> {
  await withRegistry({}, async (registry) => {
    await pushed.push(repositoryOf(registry), STEPS);
    Object.assign(registry.faults, faults);
    registry.asked.length = 0;
    await use(registry, `oci://${registry.host}/evidence@${ARTIFACT.digest}`, scratch());
  });
}

async function layout(steps: typeof pushed.STEPS = STEPS): Promise<string> {
  const path = join(scratch(), 'layout');
  await writeLayout(path, async (to) => await pushed.push(to, steps));
  return path;
}

/** A bundle, and a signature of it. */
function bundle(layer: Buffer, signature: Buffer): typeof pushed.STEPS {
  const artifact = artifactManifest({
    layer: { digest: digestOf(layer), size: layer.length },
    tarDigest: digestOf('nobody looks at it'),
    predicateType: 'https://aicr.run/recipe-evidence/v3',
    version: 'v1.0.0',
  });
  const attestation = attestationManifest(artifact, signature, 'attestation');
  return [
    blob(layerOf(artifact), layer),
    blob(EMPTY_CONFIG, EMPTY_CONFIG_BYTES),
    async (to) => await to.writeManifest(artifact),
    blob(layerOf(attestation), signature),
    async (to) => await to.writeManifest(attestation),
  ];
}

async function contentOf(path: string): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const entry of openEntries(path, EVIDENCE_LAYOUT)) {
    if (entry.type === 'directory') continue;
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry.content) chunks.push(chunk);
    files.set(entry.path, Buffer.concat(chunks));
  }
  return files;
}

describe('evidence fetch', () => {
  it('writes the archive with the attached signature in it, from a registry and from a layout, and says that nothing is judged', async () => {
    await withArtifact({}, async (_, ref, cwd) => {
      const run = await fetch(cwd, ref, '-o', 'out.tar.gz');
      expect([run.code, run.stdout]).toEqual([0, 'out.tar.gz\n']);
      expect(run.stderr).toContain(
        'digests verified; signature not judged: affidavit verify-evidence out.tar.gz\n',
      );
      expect(readdirSync(cwd)).toEqual(['out.tar.gz']);
      const expected = new Map(
        await contentOf(new URL('../../testdata/oci/evidence.tar.gz', import.meta.url).pathname),
      );
      expected.set('attestation.intoto.jsonl', SIGNATURE);
      expect(await contentOf(join(cwd, 'out.tar.gz'))).toEqual(
        new Map([...expected].toSorted(([one], [other]) => (one < other ? -1 : 1))),
      );
      const again = await fetch(cwd, await layout());
      expect([again.code, again.stdout]).toEqual([0, `${DEFAULT}\n`]);
      expect(readFileSync(join(cwd, DEFAULT))).toEqual(readFileSync(join(cwd, 'out.tar.gz')));
    });
  });

  it('gives the same bytes as signing the bundle does', async () => {
    const place = new Workplace();
    await place.validate([...INPUTS, ...IN_SANDBOX], { env: EPOCH });
    const signed = readFileSync(place.path(OUT));
    const signature = (await contentOf(place.path(OUT))).get('attestation.intoto.jsonl');
    await place.validate([...INPUTS, ...UNSIGNED, '--force'], { env: EPOCH });
    const repository = await layout(
      bundle(readFileSync(place.path(OUT)), signature ?? Buffer.alloc(0)),
    );
    const run = await fetch(place.folder, repository, '-o', 'fetched.tar.gz');
    expect(run.code).toBe(0);
    expect(readFileSync(place.path('fetched.tar.gz'))).toEqual(signed);
  });

  it('writes an artifact without a signature byte for byte, and says so', async () => {
    const cwd = scratch();
    const run = await fetch(cwd, await layout(STEPS.slice(0, 3)));
    expect(run.code).toBe(0);
    expect(run.stderr).toContain(
      'no attestation of evidence is attached to it: it is not signed\n',
    );
    expect(readFileSync(join(cwd, DEFAULT))).toEqual(LAYER);
  });

  it('takes no attestation of something else into the archive, but into a layout', async () => {
    const from = await layout(pushed.STEPS);
    const cwd = scratch();
    const run = await fetch(cwd, from, '-o', 'out.tar.gz');
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('it is not signed')]);
    expect(readFileSync(join(cwd, 'out.tar.gz'))).toEqual(LAYER);
    const all = await fetch(cwd, from, '--oci-layout', 'all');
    expect(all.stderr).toMatch(/attached: sha256:[0-9a-f]{64}\n/);
    const both = await fetch(cwd, await layout([...pushed.STEPS, ...STEPS]), '-o', 'both.tar.gz');
    expect(both.stderr).toContain(`attached: ${ATTESTATION.digest}\n`);
  });

  it('asks which one if several signatures are attached, and takes the one that is named', async () => {
    const second = changed(ATTESTATION, (manifest) => (manifest['annotations'] = { x: 'y' }));
    const from = await layout([...STEPS, async (to) => await to.writeManifest(second)]);
    const cwd = scratch();
    const run = await fetch(cwd, from);
    expect([run.code, readdirSync(cwd)]).toEqual([4, []]);
    expect(run.stderr).toContain('error: ATTESTATIONS_SEVERAL');
    for (const { digest } of [ATTESTATION, second]) expect(run.stderr).toContain(digest);
    const named = await fetch(cwd, from, '--attestation', second.digest);
    expect([named.code, readdirSync(cwd)]).toEqual([0, [DEFAULT]]);
    expect(named.stderr).toContain(`attached: ${second.digest}\n`);
    const all = await fetch(cwd, from, '--oci-layout', 'all');
    expect(all.code).toBe(0);
    const listed = await (await openLayout(join(cwd, 'all'))).listReferrers(ARTIFACT.digest);
    expect(new Set(listed.manifests.map(({ digest }) => digest))).toEqual(
      new Set([ATTESTATION.digest, second.digest]),
    );
  });

  it('writes a layout with every byte of it, whose list of referrers clients read', async () => {
    await withArtifact({ referrers: 'none' }, async (_, ref, cwd) => {
      const run = await fetch(cwd, ref, '--oci-layout', 'copy');
      expect([run.code, run.stdout, readdirSync(cwd)]).toEqual([0, 'copy\n', ['copy']]);
      const copy = await openLayout(join(cwd, 'copy'));
      expect(await copy.readManifest({ tag: TAG }, 10_000)).toEqual(INDEX);
      expect(await copy.hasBlob(LAYER_BLOB)).toBe(true);
      expect(await copy.artifacts()).toEqual([ARTIFACT.digest]);
    });
  });

  it('keeps the tag of REF in a layout, as mirror does, and without one there is none', async () => {
    await withArtifact({ referrers: 'none' }, async ({ host }, bare, cwd) => {
      const tagged = `oci://${host}/evidence:v1@${ARTIFACT.digest}`;
      for (const [out, ref] of [
        ['tagged', tagged],
        ['bare', bare],
      ] as const) {
        expect((await fetch(cwd, ref, '--oci-layout', out)).code).toBe(0);
        const mirrored = await runProgram(['evidence', 'mirror', ref, `${out}-copy`], { cwd });
        expect(mirrored.code).toBe(0);
        const indexes = [out, `${out}-copy`].map((path) =>
          readFileSync(join(cwd, path, 'index.json'), 'utf8'),
        );
        expect(indexes[0]).toBe(indexes[1]);
        const tag = await (await openLayout(join(cwd, out))).readManifest({ tag: 'v1' }, 10_000);
        expect(tag?.digest).toBe(out === 'tagged' ? ARTIFACT.digest : undefined);
      }
    });
  });

  it('takes a tag in a layout from another artifact with --force alone', async () => {
    await withArtifact({ referrers: 'none' }, async ({ host }, _, cwd) => {
      const other = changed(ARTIFACT, (manifest) => (manifest['annotations'] = { x: 'y' }));
      await writeLayout(join(cwd, 'l'), async (to) => await to.writeManifest(other, 'v1'));
      const words = [`oci://${host}/evidence:v1@${ARTIFACT.digest}`, '--oci-layout', 'l'];
      const refused = await fetch(cwd, ...words);
      expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('TAG_TAKEN')]);
      expect((await fetch(cwd, ...words, '--force')).code).toBe(0);
      const tagged = await (await openLayout(join(cwd, 'l'))).readManifest({ tag: 'v1' }, 10_000);
      expect(tagged?.digest).toBe(ARTIFACT.digest);
    });
  });

  it('takes a pointer: its registry, then its other locations, and the signature that it names without a list', async () => {
    await withArtifact({}, async (registry, _, cwd) => {
      const pointer = renderPointer({
        recipe: 'h100',
        profile: undefined,
        attestedAt: new Date(0),
        predicateType: 'https://aicr.run/recipe-evidence/v3',
        artifact: { oci: `${registry.host}/gone:v1`, digest: ARTIFACT.digest },
        signer: undefined,
        affidavit: {
          attestation: ATTESTATION.digest,
          locations: [`${registry.host}/evidence`],
        },
      });
      writeFileSync(join(cwd, 'pointer.yaml'), pointer);
      const refused = await fetch(cwd, 'pointer.yaml');
      expect([refused.code, registry.asked]).toEqual([3, []]);
      expect(refused.stderr).toContain('error: REGISTRY_ADDRESS_PRIVATE');
      const run = await fetch(cwd, 'pointer.yaml', '--registry', registry.host);
      expect(run.code).toBe(0);
      expect(run.stderr).toContain(
        `warning: LOCATION_FAILED ${registry.host}/gone: found REGISTRY_LACKS`,
      );
      expect(registry.asked.filter((each) => each.includes('referrers'))).toEqual([]);
    });
  });

  it('takes a tag with --allow-tag alone, asks for it once, and prints what it is', async () => {
    await withArtifact({}, async (registry, _, cwd) => {
      const ref = `oci://${registry.host}/evidence:v1`;
      const refused = await fetch(cwd, ref);
      expect([refused.code, registry.asked, readdirSync(cwd)]).toEqual([64, [], []]);
      expect(refused.stderr).toMatch(/error: USAGE [^]*at: REF[^]*--allow-tag/);
      const run = await fetch(cwd, ref, '--allow-tag');
      expect(run.code).toBe(0);
      expect(run.stderr).toContain(`${registry.host}/evidence:v1 is ${ARTIFACT.digest} now\n`);
      expect(registry.asked.filter((each) => each.endsWith('/manifests/v1'))).toHaveLength(1);
    });
  });

  it('goes on where a download broke, also that of another day', async () => {
    await withArtifact(
      { cutsAfter: [SIGNATURE.length, 1000, 0, 0, 0] },
      async (registry, ref, cwd) => {
        const broken = await fetch(cwd, ref, '-o', 'out.tar.gz');
        expect([broken.code, readdirSync(cwd)]).toEqual([3, [PARTIAL]]);
        expect(lstatSync(join(cwd, PARTIAL)).mode & 0o777).toBe(0o600);
        expect(broken.stderr).toContain(`1000 bytes are left in ${PARTIAL}`);
        expect(readFileSync(join(cwd, PARTIAL))).toEqual(LAYER.subarray(0, 1000));
        const run = await fetch(cwd, ref, '-o', 'out.tar.gz');
        expect([run.code, readdirSync(cwd)]).toEqual([0, ['out.tar.gz']]);
        expect(registry.asked.filter((each) => each.includes(LAYER_BLOB.digest))).toHaveLength(5);
      },
    );
  });

  it('says nothing of what was left if another place had the rest', async () => {
    await withArtifact({ cutsAfter: [SIGNATURE.length, 1000, 0, 0, 0] }, async (_, ref, cwd) => {
      await withArtifact({}, async (other) => {
        const words = [ref, '-o', 'out.tar.gz', '--location', `${other.host}/evidence`];
        const run = await fetch(cwd, ...words);
        expect([run.code, readdirSync(cwd)]).toEqual([0, ['out.tar.gz']]);
        expect(run.stderr).not.toContain('are left');
      });
    });
  });

  it('that is interrupted says how many bytes are left, and the same command goes on with them', async () => {
    await withArtifact({}, async (registry, ref, cwd) => {
      const interrupt = (response: ServerResponse): void => {
        const held = lstatSync(join(cwd, PARTIAL), { throwIfNoEntry: false })?.size ?? 0;
        if (held === 1000) (process as EventEmitter).emit('SIGINT');
        else if (!response.destroyed) setImmediate(interrupt, response);
      };
      registry.faults.first = ({ url = '' }, response) => {
        if (!url.endsWith(LAYER_BLOB.digest)) return false;
        response.writeHead(200, { 'content-length': LAYER.length });
        response.write(LAYER.subarray(0, 1000), () => interrupt(response));
        return true;
      };
      const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
        process.exitCode = code;
        return undefined as never;
      });
      const run = await fetch(cwd, ref, '-o', 'out.tar.gz');
      exit.mockRestore();
      expect([run.code, readdirSync(cwd)]).toEqual([130, [PARTIAL]]);
      expect(readFileSync(join(cwd, PARTIAL))).toEqual(LAYER.subarray(0, 1000));
      expect(run.stderr).toContain(
        `run the same command again; it goes on from there: 1000 bytes are left in ${PARTIAL}\n`,
      );
      delete registry.faults.first;
      expect((await fetch(cwd, ref, '-o', 'out.tar.gz')).code).toBe(0);
      expect(readdirSync(cwd)).toEqual(['out.tar.gz']);
    });
  });

  it('that cannot write ends at once, and asks no other place', async () => {
    await withArtifact({}, async (_, ref, cwd) => {
      await withArtifact({}, async (other) => {
        mkdirSync(join(cwd, PARTIAL));
        const words = [ref, '-o', 'out.tar.gz', '--location', `${other.host}/evidence`];
        const run = await fetch(cwd, ...words);
        expect([run.code, readdirSync(cwd), other.asked]).toEqual([3, [PARTIAL], []]);
        expect(run.stderr).toContain(`error: FILE_UNWRITABLE `);
        expect(run.stderr).toContain(`at: ${PARTIAL}\n`);
        expect(run.stderr).not.toContain('warning');
      });
    });
  });

  it('begins anew if what is left is of something else', async () => {
    await withArtifact({}, async (_, ref, cwd) => {
      writeFileSync(join(cwd, PARTIAL), 'something else', { mode: 0o600 });
      const run = await fetch(cwd, ref, '-o', 'out.tar.gz');
      expect([run.code, readdirSync(cwd)]).toEqual([0, ['out.tar.gz']]);
    });
  });

  it('takes nothing into OUT that another run wrote into the same download', async () => {
    await withArtifact({}, async (registry, ref, cwd) => {
      registry.faults.first = ({ url = '' }) => {
        if (url.endsWith(LAYER_BLOB.digest)) writeFileSync(join(cwd, PARTIAL), 'of another run');
        return false;
      };
      const run = await fetch(cwd, ref, '-o', 'out.tar.gz');
      expect([run.code, readdirSync(cwd)]).toEqual([3, []]);
      expect(run.stderr).toContain('error: FILE_CHANGED');
    });
  });

  it('leaves nothing of other bytes than the digest names', async () => {
    const spoil = (bytes: Buffer): Buffer => Buffer.alloc(bytes.length);
    await withArtifact({ spoil }, async (_, ref, cwd) => {
      const run = await fetch(cwd, ref, '--attestation', ATTESTATION.digest);
      expect([run.code, readdirSync(cwd)]).toEqual([2, []]);
      expect(run.stderr).toContain('error: REGISTRY_BYTES_OTHER');
    });
  });

  it('writes nothing whichever request fails, and the same command succeeds afterwards', async () => {
    await withArtifact({}, async (registry, ref, cwd) => {
      for (let request = 1; ; request += 1) {
        registry.asked.length = 0;
        registry.faults.failsAt = { request, status: 403 };
        const run = await fetch(cwd, ref, '--oci-layout', 'copy');
        if (registry.asked.length < request) break;
        expect([run.code, run.stderr]).toEqual([3, expect.stringContaining('REGISTRY_REFUSED')]);
        expect(readdirSync(cwd).filter((name) => !name.endsWith('.partial'))).toEqual([]);
        delete registry.faults.failsAt;
        expect((await fetch(cwd, ref, '--oci-layout', 'copy')).code).toBe(0);
        rmSync(join(cwd, 'copy'), { recursive: true });
      }
      expect(registry.asked.length).toBeGreaterThan(4);
      expect(readdirSync(cwd)).toEqual(['copy']);
    });
  });

  it('looks at the layout that it adds to before it asks for anything', async () => {
    await withArtifact({}, async (registry, ref, cwd) => {
      mkdirSync(join(cwd, 'mine'));
      writeFileSync(join(cwd, 'mine/letter.txt'), 'x');
      const run = await fetch(cwd, ref, '--oci-layout', 'mine');
      expect([run.code, registry.asked, readdirSync(cwd)]).toEqual([3, [], ['mine']]);
      expect(run.stderr).toContain('error: OUTPUT_FOREIGN');
    });
  });

  it('takes a folder as tab completion writes it, twice', async () => {
    await withArtifact({}, async (_, ref, cwd) => {
      expect((await fetch(cwd, ref, '--oci-layout', 'copy/')).code).toBe(0);
      const files = readdirSync(join(cwd, 'copy'), { recursive: true });
      expect((await fetch(cwd, ref, '--oci-layout', 'copy//')).code).toBe(0);
      expect(readdirSync(cwd)).toEqual(['copy']);
      expect(readdirSync(join(cwd, 'copy'), { recursive: true })).toEqual(files);
    });
  });

  it.each([
    ['a FIFO', 0, (path: string) => void execFileSync('mkfifo', [path])],
    [
      'a file with a second name',
      4,
      (path: string) => {
        writeFileSync(`${path}.mine`, 'mine');
        linkSync(`${path}.mine`, path);
      },
    ],
    [
      'a file of another user',
      4,
      (path: string) => {
        writeFileSync(path, 'mine', { mode: 0o600 });
        vi.spyOn(process, 'getuid').mockReturnValue(lstatSync(path).uid + 1);
      },
    ],
    [
      'a file into which others may write',
      4,
      (path: string) => {
        writeFileSync(path, 'mine');
        chmodSync(path, 0o620);
      },
    ],
  ])('writes into %s that waits at the name of the download no byte', async (_, size, make) => {
    await withArtifact({}, async (_registry, ref, cwd) => {
      make(join(cwd, PARTIAL));
      const run = await fetch(cwd, ref, '-o', 'out.tar.gz');
      vi.restoreAllMocks();
      expect([run.code, run.stderr]).toEqual([3, expect.stringContaining('FILE_UNWRITABLE')]);
      expect(run.stderr).toContain(PARTIAL);
      expect(readdirSync(cwd)).not.toContain('out.tar.gz');
      expect(lstatSync(join(cwd, PARTIAL)).size).toBe(size);
    });
  });

  it('replaces no file without --force, and asks nobody then', async () => {
    await withArtifact({}, async (registry, ref, cwd) => {
      writeFileSync(join(cwd, 'out.tar.gz'), 'mine');
      const run = await fetch(cwd, ref, '-o', 'out.tar.gz');
      expect([run.code, registry.asked]).toEqual([3, []]);
      expect(run.stderr).toContain('error: OUTPUT_EXISTS');
      expect(readFileSync(join(cwd, 'out.tar.gz'), 'utf8')).toBe('mine');
      expect((await fetch(cwd, ref, '-o', 'out.tar.gz', '--force')).code).toBe(0);
    });
  });

  it.each([
    ['a repository alone', 'oci://ghcr.io/you/evidence', 64, 'USAGE'],
    ['no host', 'oci://evidence', 64, 'USAGE'],
    ['another digest algorithm', `oci://ghcr.io/you/e@sha512:${'0'.repeat(128)}`, 64, 'USAGE'],
    ['nothing that is there', 'evidence.yaml', 3, 'FILE_UNREADABLE'],
    ['a file that is no pointer', 'notes.txt', 2, 'KIND_UNEXPECTED'],
  ])('refuses %s', async (_, ref, exitCode, code) => {
    const cwd = scratch({ 'notes.txt': 'nothing but text\n' });
    const run = await fetch(cwd, ref);
    expect([run.code, run.stderr]).toEqual([exitCode, expect.stringContaining(`error: ${code} `)]);
    expect(readdirSync(cwd)).toEqual(['notes.txt']);
  });

  it.each([
    ['an index', INDEX, 'KIND_UNEXPECTED'],
    ['a signature', ATTESTATION, 'KIND_UNEXPECTED'],
    [
      'two layers',
      changed(ARTIFACT, (m) => (m['layers'] = [...(m['layers'] as []), ...(m['layers'] as [])])),
      'FIELD_INVALID',
    ],
  ])('refuses %s for the artifact', async (_, manifest, code) => {
    const from = await layout([...STEPS, async (to) => await to.writeManifest(manifest)]);
    const cwd = scratch();
    const run = await fetch(cwd, `${from}@${manifest.digest}`);
    expect([run.code, readdirSync(cwd)]).toEqual([2, []]);
    expect(run.stderr).toContain(`error: ${code} `);
    expect(run.stderr).toContain(`at: ${from}@${manifest.digest}`);
  });
});
