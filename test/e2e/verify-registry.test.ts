// `verify-evidence` of an artifact: by a reference, by a pointer, and in an OCI layout.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { digestOf, type Digest } from '../../src/digest.ts';
import { renderPointer, type Pointer } from '../../src/evidence/pointer/pointer.ts';
import { writeLayout } from '../../src/io/oci/write-layout.ts';
import { descriptorOf } from '../../src/pointer/descriptor.ts';
import { parseOciManifest } from '../../src/pointer/oci-manifest.ts';
import type { StoredManifest } from '../../src/pointer/registry.ts';
import type { Faults, TestRegistry } from '../oci/call.ts';
import { attach, pushBundle, put } from '../oci/evidence.ts';
import { withRegistry } from '../oci/registry.ts';
import { runProgram } from '../run-here.ts';
import {
  ATTESTATION,
  SIGNER,
  STATEMENT,
  archiveOf,
  edited,
  failureOf,
  fileIn,
  makeEvidence,
  withFile,
  type Files,
  type ReportJson,
} from './evidence.ts';

const evidence = await makeEvidence();
const unsigned = withFile(evidence.files, ATTESTATION);
const layer = await archiveOf(unsigned);
const NONE = { manifests: new Map(), blobs: new Map() };
const ARTIFACT = pushBundle(NONE, layer);
const ofRecipe = fileIn(evidence.files, ATTESTATION);
const ofArtifact = await evidence.sign(
  edited(fileIn(unsigned, STATEMENT), {
    '/subject/0': {
      name: 'ghcr.io/org/evidence:tag',
      digest: { sha256: ARTIFACT.digest.slice('sha256:'.length) },
    },
  }),
);
const MANIFEST_OF = attach(NONE, ARTIFACT, ofRecipe);
const TAG = 'evidence:today';

/** A registry with the evidence under a tag. */
async function withEvidence(
  faults: Faults,
  use: (registry: TestRegistry, reference: string) => Promise<void>,
  attestation = ofRecipe,
): Promise<void> {
  await withRegistry(faults, async (registry) => {
    attach(registry, pushBundle(registry, layer), attestation);
    const { bytes, mediaType } = ARTIFACT;
    registry.manifests.set(TAG, { bytes: Buffer.from(bytes), mediaType });
    await use(registry, `oci://${registry.host}/evidence@${ARTIFACT.digest}`);
  });
}

interface SourceJson {
  readonly registry: string;
  readonly requests: number;
}

function apart(report: ReportJson): unknown {
  return { ...report, source: undefined, repeat: undefined };
}

function sourceOf({ source }: ReportJson): SourceJson {
  return source as SourceJson;
}

function pointerTo(host: string, change: Partial<Pointer> = {}): string {
  const oci = `${host}/${TAG}`;
  const pointer: Pointer = {
    recipe: 'h100-eks-ubuntu-training-kubeflow',
    profile: undefined,
    attestedAt: new Date('2026-06-10T01:20:00Z'),
    predicateType: 'https://aicr.run/recipe-evidence/v3',
    artifact: { oci, digest: ARTIFACT.digest },
    signer: { ...SIGNER, rekorLogIndex: undefined },
    ...change,
  };
  return evidence.write(renderPointer(pointer), '.yaml');
}

async function layoutOf(artifact: StoredManifest, attached: StoredManifest): Promise<string> {
  const path = evidence.path();
  await writeLayout(path, async (layout) => {
    const blobs = [layer, ofRecipe, ofArtifact, Buffer.from('{}')];
    for (const bytes of blobs) {
      const blob = { mediaType: 'x/y', digest: digestOf(bytes), size: bytes.length };
      await layout.writeBlob(blob, async function* open() {
        yield bytes;
      });
    }
    await layout.writeManifest(artifact, 'tag');
    await layout.writeManifest(attached);
  });
  return path;
}

describe('E-39 the kind of INPUT is seen without flags', () => {
  it.each([
    ['the recipe', ofRecipe],
    ['the artifact', ofArtifact],
  ])('and the JSON differs in source alone, signed for %s', async (signedFor, attestation) => {
    const files: Files = withFile(evidence.files, ATTESTATION, attestation);
    const archive = await evidence.verify(await evidence.pack(files));
    expect(archive.code).toBe(0);
    const directory = await evidence.verify(evidence.unpack(files));
    expect(apart(directory.report)).toEqual(apart(archive.report));
    // Which artifact an archive came from it does not say; what is fetched by its digest was compared.
    const isDoubtful = ({ code }: { readonly code: string }): boolean =>
      code === 'SUBJECT_NOT_CONFIRMED';
    const { findings } = archive.report;
    expect(findings.filter(isDoubtful)).toHaveLength(signedFor === 'the artifact' ? 1 : 0);
    const expected = {
      ...(apart(archive.report) as object),
      findings: findings.filter((finding) => !isDoubtful(finding)),
    };
    const layout = await layoutOf(ARTIFACT, attach(NONE, ARTIFACT, attestation));
    for (const input of [layout, `${layout}@${ARTIFACT.digest}`]) {
      const inLayout = await evidence.verify(input);
      expect(apart(inLayout.report)).toEqual(expected);
      expect(sourceOf(inLayout.report).registry).toBe(layout);
    }
    await withEvidence(
      {},
      async (registry, reference) => {
        const fetched = await evidence.verify(reference);
        expect(apart(fetched.report)).toEqual(expected);
        expect(fetched.report['source']).toMatchObject({
          registry: `${registry.host}/evidence`,
          digest: ARTIFACT.digest,
          attestation: attach(NONE, ARTIFACT, attestation).digest,
          requests: 6,
          referrers: [{ fate: 'reported', signer: SIGNER }],
        });
        expect(registry.asked).toHaveLength(6);
      },
      attestation,
    );
  });

  it('and a layout beside other files is many, of which a summary cannot be: its artifact is one', async () => {
    const layout = await layoutOf(ARTIFACT, attach(NONE, ARTIFACT, ofArtifact));
    writeFileSync(`${layout}/README.md`, 'what this is');
    const emit = async (input: string) =>
      await runProgram(['verify-evidence', input, ...evidence.pin, '--emit-vsa', `${layout}.vsa`]);
    const refused = await emit(layout);
    expect([refused.code, refused.stdout]).toEqual([64, '']);
    const said = refused.stderr.replaceAll(/\s+/g, ' ');
    expect(said).toContain('at: --emit-vsa found: an OCI image layout with other files in it');
    expect(said).toContain(
      'next: name the artifact, LAYOUT@sha256:HEX, or take the other files out',
    );
    expect((await emit(`${layout}@${ARTIFACT.digest}`)).code).toBe(0);
    expect(existsSync(`${layout}.vsa`)).toBe(true);
  });

  it('also of a pointer, whether the bundle is fetched or at hand', async () => {
    await withEvidence({}, async ({ host }) => {
      const pointer = pointerTo(host);
      const flags = [...evidence.pin, '--registry', host];
      const fetched = await evidence.verify(pointer, flags);
      expect([fetched.code, fetched.faults]).toEqual([0, []]);
      const archive = await evidence.pack();
      const atHand = await evidence.verify(pointer, [...evidence.pin, '--bundle', archive]);
      expect(apart(fetched.report)).toEqual(apart(atHand.report));
    });
  });

  it('and every form of the report says where it was', async () => {
    await withEvidence({}, async (_, reference) => {
      const terminal = await runProgram([
        ...['verify-evidence', reference, ...evidence.pin, '--format', 'terminal'],
      ]);
      expect(terminal.stdout.replaceAll(/\s+/g, ' ')).toContain(
        `source ${reference.slice('oci://'.length)}, signed for its recipe, not for the artifact`,
      );
      const aicr = await runProgram([
        ...['verify-evidence', reference, ...evidence.pin, '--format', 'aicr-json'],
      ]);
      expect(JSON.parse(aicr.stdout)).toMatchObject({
        input: 'oci',
        bundleDigest: ARTIFACT.digest,
        exit: 0,
      });
    });
  });
});

describe('E-40 a pointer, against a registry', () => {
  const OTHER = { ...SIGNER, rekorLogIndex: undefined };
  it.each([
    ['names another signer', { signer: { ...OTHER, identity: 'x@y' } }, 'signer/identity'],
    [
      'names another log entry',
      { signer: { ...OTHER, rekorLogIndex: '99' } },
      'signer/rekorLogIndex',
    ],
  ])('that %s is invalid', async (_, change: Partial<Pointer>, place) => {
    await withEvidence({}, async ({ host }) => {
      const pointer = pointerTo(host, change);
      const judged = await evidence.verify(pointer, [...evidence.pin, '--registry', host]);
      expect([judged.code, judged.faults]).toEqual([
        2,
        [`POINTER_DIFFERS ${pointer}#/attestations/0/${place}`],
      ]);
    });
  });

  it('that leads to another artifact is invalid, and to none is not judged', async () => {
    await withEvidence(
      {},
      async (registry) => {
        const { host } = registry;
        const other = pushBundle(registry, await archiveOf(withFile(unsigned, 'logs/x.log', 'x')));
        attach(registry, other, ofArtifact);
        const to = (digest: Digest): string =>
          pointerTo(host, { artifact: { oci: `${host}/${TAG}`, digest } });
        const flags = [...evidence.pin, '--registry', host];
        const judged = await evidence.verify(to(other.digest), flags);
        expect([judged.code, judged.faults]).toEqual([
          2,
          [`SUBJECT_OTHER ${STATEMENT}#/subject/0/digest/sha256`],
        ]);
        const { code, error } = await failureOf([to(digestOf('none')), ...flags]);
        expect([code, error.code, error.at]).toEqual([3, 'REGISTRY_LACKS', `${host}/evidence`]);
      },
      ofArtifact,
    );
  });

  it('of an unknown schemaVersion is invalid, before anything is asked for', async () => {
    await withEvidence({}, async ({ host, asked }) => {
      const text = readFileSync(pointerTo(host), 'utf8').replace('1.0.0', '9.0.0');
      const pointer = evidence.write(text, '.yaml');
      const { code, error } = await failureOf([pointer, '--registry', host]);
      expect([code, error.code, asked.length]).toEqual([2, 'SCHEMA_VERSION_UNKNOWN', 0]);
    });
  });

  it('is at no private address, unless the user names it', async () => {
    await withEvidence({}, async ({ host, asked }) => {
      const { code, error } = await failureOf([pointerTo(host), ...evidence.pin]);
      expect([code, error.code, asked.length]).toEqual([3, 'REGISTRY_ADDRESS_PRIVATE', 0]);
    });
  });

  it('names an attestation, which is asked for without a list', async () => {
    await withEvidence({}, async ({ host, asked }) => {
      const affidavit = { attestation: MANIFEST_OF.digest, locations: [] };
      const flags = [...evidence.pin, '--registry', host];
      const judged = await evidence.verify(pointerTo(host, { affidavit }), flags);
      expect([judged.code, asked.length]).toEqual([0, 4]);
    });
  });

  it('whose bundle is in no registry yet needs it at hand', async () => {
    const pointer = pointerTo('x', { artifact: undefined });
    const { code, error } = await failureOf([pointer, ...evidence.pin]);
    expect([code, error.code, error.at]).toEqual([64, 'USAGE', pointer]);
  });
});

describe('locations', () => {
  it('are tried in order, those of the call last, and one that fails is a finding', async () => {
    await withRegistry({ wants: 'forbidden' }, async (closed) => {
      await withRegistry({}, async (empty) => {
        await withEvidence({}, async ({ host }) => {
          const affidavit = { attestation: undefined, locations: [`${empty.host}/evidence`] };
          const pointer = pointerTo(closed.host, { affidavit });
          const hosts = [closed, empty].flatMap((each) => ['--registry', each.host]);
          const flags = [...evidence.pin, ...hosts];
          const judged = await evidence.verify(pointer, [
            ...flags,
            ...['--location', `${host}/evidence`],
          ]);
          expect([judged.code, sourceOf(judged.report).registry]).toEqual([0, `${host}/evidence`]);
          const failed = judged.report.findings.filter(({ code }) => code === 'LOCATION_FAILED');
          expect(failed.map(({ at, found }) => [at, found.split(':')[0]])).toEqual([
            [`${closed.host}/evidence`, 'REGISTRY_REFUSED'],
            [`${empty.host}/evidence`, 'REGISTRY_LACKS'],
          ]);
          const { code, error } = await failureOf([pointer, ...flags]);
          expect([code, error.code]).toEqual([3, 'REGISTRY_REFUSED']);
        });
      });
    });
  });
});

describe('E-41 a tag', () => {
  it('is refused, and nothing is asked for', async () => {
    await withEvidence({}, async ({ host, asked }) => {
      for (const name of ['evidence', TAG]) {
        const { code, error } = await failureOf([`oci://${host}/${name}`, ...evidence.pin]);
        expect([code, error.code, error.at, asked.length]).toEqual([64, 'USAGE', 'INPUT', 0]);
      }
    });
  });

  it('beside a digest does not count', async () => {
    await withEvidence({}, async ({ host, manifests }) => {
      manifests.delete(TAG);
      const { code } = await evidence.verify(`oci://${host}/${TAG}@${ARTIFACT.digest}`);
      expect(code).toBe(0);
    });
  });

  it('is asked for once with --allow-tag, printed, and repeated by its digest', async () => {
    await withEvidence({}, async ({ host, asked }) => {
      const words = [`oci://${host}/${TAG}`, ...evidence.pin, '--allow-tag'];
      const run = await runProgram(['verify-evidence', ...words, '--format', 'markdown']);
      expect([run.code, asked.length]).toEqual([0, 6]);
      expect(run.stderr).toContain(`affidavit: ${host}/${TAG} is ${ARTIFACT.digest} now\n`);
      expect(run.stdout).toContain(`verify-evidence oci://${host}/${TAG}@${ARTIFACT.digest} `);
      const moved = `oci://${host}/evidence:other`;
      const { code, error } = await failureOf([moved, ...evidence.pin, '--allow-tag']);
      expect([code, error.code, error.at]).toEqual([3, 'REGISTRY_LACKS', `${host}/evidence:other`]);
    });
  });
});

describe('what is asked of a registry', () => {
  it('is nothing with --offline', async () => {
    await withEvidence({}, async ({ asked }, reference) => {
      const { code, error } = await failureOf([reference, ...evidence.pin, '--offline']);
      expect([code, error.code, asked.length]).toEqual([3, 'NETWORK_BLOCKED', 0]);
    });
  });

  it('is one attestation if it is named', async () => {
    await withEvidence({}, async ({ asked }, reference) => {
      const named = ['--attestation', MANIFEST_OF.digest];
      const judged = await evidence.verify(reference, [...evidence.pin, ...named]);
      expect([judged.code, asked.length]).toEqual([0, 4]);
      const other = ['--attestation', ARTIFACT.digest];
      const { code, error } = await failureOf([reference, ...evidence.pin, ...other]);
      const at = `${reference.slice('oci://'.length).split('@')[0]}@${ARTIFACT.digest}#/subject`;
      expect([code, error.code, error.at]).toEqual([2, 'REFERRER_OTHER', at]);
    });
  });

  it.each([
    ['--attestation', 'latest', '--attestation'],
    ['--location', 'HOST/x', '--location'],
    ['--location', 'ghcr.io/x:tag', '--location'],
  ])('is nothing for %s %s', async (flag, value, at) => {
    await withEvidence({}, async ({ asked }, reference) => {
      const { code, error } = await failureOf([reference, ...evidence.pin, flag, value]);
      expect([code, error.code, error.at, asked.length]).toEqual([64, 'USAGE', at, 0]);
    });
  });

  it.each([
    ['--attestation', ARTIFACT.digest],
    ['--location', 'ghcr.io/org/x'],
    ['--registry', 'ghcr.io'],
    ['--allow-tag'],
  ])('is nothing for a bundle on disk, which %s does not fit', async (...flag) => {
    const { code, error } = await failureOf([await evidence.pack(), ...evidence.pin, ...flag]);
    expect([code, error.code, error.at]).toEqual([64, 'USAGE', flag[0]]);
  });

  it('is refused for an image, which is named', async () => {
    await withEvidence({}, async (registry) => {
      const config = 'application/vnd.oci.image.config.v1+json';
      const manifest = JSON.parse(Buffer.from(ARTIFACT.bytes).toString()) as object;
      const bytes = Buffer.from(
        JSON.stringify({
          ...manifest,
          artifactType: undefined,
          config: { ...parseOciManifest(ARTIFACT, 'm').config, mediaType: config },
        }),
      );
      const image = { bytes, mediaType: ARTIFACT.mediaType, digest: digestOf(bytes) };
      put(registry, image);
      const at = `${registry.host}/evidence@${descriptorOf(image).digest}`;
      const { code, error } = await failureOf([`oci://${at}`, ...evidence.pin]);
      expect([code, error.code, error.at, error.found]).toEqual([
        2,
        'KIND_UNEXPECTED',
        at,
        'a container image',
      ]);
    });
  });
});

describe('a stored report of pointers and artifacts', () => {
  it('is of the inputs that were listed, as the user named them', async () => {
    await withEvidence({}, async ({ host }, reference) => {
      const pointer = pointerTo(host);
      const words = [pointer, reference, '--jobs', '1', '--registry', host, '--format', 'json'];
      const { code, stdout } = await runProgram(['verify-evidence', ...words, ...evidence.root]);
      const { summary } = JSON.parse(stdout) as { summary: object };
      const merge = async (text: string) =>
        await runProgram(['report', 'merge', evidence.write(text, '.json'), '--format', 'json']);
      const merged = await merge(stdout);
      expect([merged.code, code]).toEqual([4, 4]);
      expect(JSON.parse(merged.stdout)).toMatchObject({ summary });
      for (const [input, other] of [
        [pointer, 'other.yaml'],
        [reference, reference.replace('/evidence@', '/others@')],
      ] as const) {
        const [before = '', after = ''] = [input, other].map(
          (name) => `"repeat":["affidavit","verify-evidence",${JSON.stringify(name)}`,
        );
        expect(stdout).toContain(before);
        const once = await merge(stdout.replace(before, after));
        expect([once.code, once.stdout.includes('REPORT_INVALID')]).toEqual([3, true]);
        const everywhere = await merge(stdout.replaceAll(input, other));
        expect([everywhere.code, everywhere.stdout.includes('#/summary/inputs/digest')]).toEqual([
          ...[3, true],
        ]);
      }
    });
  });

  it('by a tag cannot be compared with the list: which name was typed is not known', async () => {
    await withEvidence({}, async ({ host }) => {
      const words = [`oci://${host}/${TAG}`, evidence.path(), '--allow-tag', '--registry', host];
      const argv = ['verify-evidence', ...words, ...evidence.root, '--format', 'json'];
      const { code, stdout } = await runProgram(argv);
      const file = evidence.write(stdout, '.json');
      expect((await runProgram(['report', 'merge', file])).code).toBe(code);
    });
  });
});
