// Evidence in a registry, judged in process: which attestation counts, and what a registry can do about it.
import type { IncomingMessage, ServerResponse } from 'node:http';

import { describe, expect, it } from 'vitest';

import { digestOf, type Digest } from '../../../src/digest.ts';
import type { PointerFile } from '../../../src/evidence/verify/check-pointer.ts';
import {
  verifyArtifact,
  type ArtifactChoice,
} from '../../../src/evidence/verify/verify-artifact.ts';
import type { VerificationReport } from '../../../src/evidence/verify/verify-evidence.ts';
import type { StoredManifest } from '../../../src/pointer/registry.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { rejection } from '../../document/refusal.ts';
import {
  ATTESTATION,
  MANIFEST,
  SIGNED_AT,
  SIGNER,
  STATEMENT,
  archiveOf,
  edited,
  fileIn,
  makeEvidence,
  withFile,
} from '../../e2e/evidence.ts';
import type { Faults, TestRegistry } from '../../oci/call.ts';
import { repositoryOf } from '../../oci/client.ts';
import { attach, list, pushBundle, put } from '../../oci/evidence.ts';
import { withRegistry } from '../../oci/registry.ts';
import { changed } from '../../pointer/oci.ts';

let clock = SIGNED_AT;
const evidence = await makeEvidence({ now: () => clock });
const unsigned = withFile(evidence.files, ATTESTATION);
const layer = await archiveOf(unsigned);
const statement = fileIn(unsigned, STATEMENT);
const ofRecipe = fileIn(evidence.files, ATTESTATION);
const FOREIGN = { email: 'stranger@sandbox.invalid' };
const foreign = await evidence.sign(statement, FOREIGN);
const PIN: Policy = { signers: [{ subject: SIGNER.identity, issuer: SIGNER.issuer }] };

/** The digest is always the same, so its attestations can be signed once. */
const ARTIFACT = pushBundle({ manifests: new Map(), blobs: new Map() }, layer);

const NOWHERE = { manifests: new Map(), blobs: new Map() };

function aboutArtifact(digest: Digest, name = 'ghcr.io/org/evidence:tag'): Buffer {
  return edited(statement, {
    '/subject/0': { name, digest: { sha256: digest.slice('sha256:'.length) } },
  });
}

const ofArtifact = await evidence.sign(aboutArtifact(ARTIFACT.digest));
const ofOtherArtifact = await evidence.sign(aboutArtifact(digestOf('another one')));
clock = new Date(SIGNED_AT.getTime() + 60_000);
const newer = await evidence.sign(statement);
const newerForeign = await evidence.sign(statement, FOREIGN);
const otherBundle = await evidence.emit({ attestedAt: new Date('2026-06-10T01:21:00Z') });
clock = SIGNED_AT;

interface Setup {
  readonly faults?: Faults;
  readonly policy?: Policy | undefined;
  readonly allowUnsigned?: boolean;
  readonly layer?: Buffer;
  /** Attached, in this order. */
  readonly attached?: readonly Buffer[];
  readonly prepare?: (registry: TestRegistry, artifact: StoredManifest) => unknown;
  readonly choice?: Partial<ArtifactChoice>;
  readonly pointer?: PointerFile;
}

interface Outcome {
  readonly report: VerificationReport;
  readonly faults: readonly string[];
  /** `FATE CODE`, of each referrer. */
  readonly fates: readonly string[];
  readonly requests: readonly string[];
}

/** The verdict; one test has one registry. */
async function judge(setup: Setup): Promise<Outcome> {
  const { faults = {}, attached = [], prepare, choice = {}, allowUnsigned, pointer } = setup;
  const policy = 'policy' in setup ? setup.policy : PIN;
  let outcome: Outcome | undefined;
  await withRegistry(faults, async (registry) => {
    const artifact = pushBundle(registry, setup.layer ?? layer);
    for (const bytes of attached) attach(registry, artifact, bytes);
    prepare?.(registry, artifact);
    const locations = [repositoryOf(registry)];
    const report = await verifyArtifact(
      { artifact: artifact.digest, locations, ...choice },
      { trust: evidence.trust, policy, allowUnsigned, pointer },
    );
    const all = report.checks.flatMap((check) => check.faults);
    outcome = {
      report,
      faults: all.map(({ code, at }) => `${code} ${at}`),
      fates: (report.source?.referrers ?? []).map(({ fate, fault }) =>
        `${fate} ${fault?.code ?? ''}`.trim(),
      ),
      requests: registry.asked,
    };
  });
  if (outcome === undefined) throw new Error('no outcome');
  return outcome;
}

/** No blob is there. */
function missing({ url = '' }: IncomingMessage, response: ServerResponse): boolean {
  if (!url.includes('/blobs/')) return false;
  response.writeHead(404).end();
  return true;
}

async function failure(setup: Setup): Promise<readonly unknown[]> {
  const error = await rejection(judge(setup));
  return [error?.class, error?.code, error?.at?.replace(/^127\.0\.0\.1:\d+/, 'HOST')];
}

describe('an attestation counts that', () => {
  it('is signed for the recipe, or for the artifact', async () => {
    for (const [bytes, subject] of [
      [ofRecipe, 'recipe'],
      [ofArtifact, 'artifact'],
    ] as const) {
      const { report, faults } = await judge({ attached: [bytes] });
      expect([report.exitCode, faults]).toEqual([0, []]);
      expect(report.source?.referrers[0]).toMatchObject({ fate: 'reported', subject });
    }
  });

  it('takes 6 requests, with or without an API of the registry', async () => {
    for (const referrers of [undefined, 'none'] as const) {
      const { report, requests } = await judge({
        faults: { referrers },
        attached: [ofRecipe],
        prepare: (registry, artifact) => {
          if (referrers === undefined) return;
          list(registry, artifact, [attach(registry, artifact, ofRecipe)]);
        },
      });
      expect([report.exitCode, requests.length, report.source?.requests]).toEqual([0, 6, 6]);
    }
  });

  it('is listed by the API and under the tag, or by one of them, and each is read once', async () => {
    const { report, fates } = await judge({
      attached: [ofRecipe],
      prepare: (registry, artifact) => {
        const hidden = attach(registry, artifact, ofArtifact);
        list(registry, artifact, [hidden, attach(registry, artifact, ofRecipe)]);
      },
    });
    expect(report.exitCode).toBe(0);
    expect(fates.toSorted()).toEqual(['good', 'reported']);
  });

  it.each([
    ['lists everything as the empty type', { isLax: true }],
    ['gives one entry a page', { pageSize: 1 }],
    ['answers the list with a page of HTML', { referrers: 'page' }],
  ] as const)('is found although the registry %s', async (_, faults) => {
    const { report } = await judge({
      faults,
      attached: [foreign, ofRecipe],
      prepare: (registry, artifact) => {
        list(registry, artifact, [attach(registry, artifact, ofRecipe)]);
      },
    });
    expect(report.exitCode).toBe(0);
  });

  it('is found under the tag although the second page of the API is none; without it nothing is judged', async () => {
    const first: Faults['first'] = ({ url = '' }, response) => {
      if (!url.includes('from=1')) return false;
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      return true;
    };
    const attached = [foreign, ofRecipe];
    const faults = { pageSize: 1, first };
    const { report, fates } = await judge({
      ...{ faults, attached },
      prepare: (registry, artifact) => {
        list(registry, artifact, [attach(registry, artifact, ofRecipe)]);
      },
    });
    expect(report.exitCode).toBe(0);
    expect(fates).toContain('unread SERVICE_ANSWER_INVALID');
    const unknown = ['unjudged', 'SERVICE_ANSWER_INVALID', 'HOST/evidence'];
    expect(await failure({ faults, attached })).toEqual(unknown);
  });

  it('is found although the tag of referrers leads to the artifact itself, as on GitLab', async () => {
    const { report, fates } = await judge({
      attached: [ofRecipe],
      prepare: ({ manifests }, { digest, bytes, mediaType }) => {
        const itself = { bytes: Buffer.from(bytes), mediaType };
        manifests.set(`evidence:${digest.replace(':', '-')}`, itself);
      },
    });
    expect([report.exitCode, fates]).toEqual([0, ['reported']]);
  });

  it('is the newest of those that are good; the others are listed', async () => {
    for (const attached of [
      [newer, ofRecipe],
      [ofRecipe, newer],
    ]) {
      const { report, fates } = await judge({ attached });
      expect([report.exitCode, fates.toSorted()]).toEqual([0, ['good', 'reported']]);
      const { signature } = report;
      expect(signature.state === 'verified' && signature.proof.signedAt > SIGNED_AT).toBe(true);
    }
  });

  it('is good beside a foreign, a broken and another one, and junk of other kinds', async () => {
    const broken = edited(ofRecipe, { '/dsseEnvelope/signatures/0/sig': 'AAAA' });
    const { report, fates } = await judge({
      attached: [foreign, broken, ofOtherArtifact, fileIn(otherBundle, ATTESTATION), ofRecipe],
      prepare: (registry, artifact) => {
        const good = attach(registry, artifact, ofRecipe);
        const junk = [
          changed(good, (manifest) => (manifest['subject'] = undefined)),
          changed(good, (manifest) => {
            manifest['artifactType'] = 'application/spdx+json';
            manifest['layers'] = [];
          }),
          changed(good, (manifest) => {
            const layers = manifest['layers'] as unknown[];
            manifest['layers'] = [...layers, ...layers];
          }),
        ];
        for (const manifest of junk) put(registry, manifest);
        list(registry, artifact, [...junk, artifact]);
      },
    });
    expect(report.exitCode).toBe(0);
    expect(fates.toSorted()).toEqual([
      'other KIND_UNEXPECTED',
      'other REFERRER_OTHER',
      'other REFERRER_OTHER',
      'refused MANIFEST_DIFFERS',
      'refused SIGNATURE_INVALID',
      'refused SIGNER_NOT_ALLOWED',
      'refused SUBJECT_OTHER',
      'reported',
      'unread FIELD_INVALID',
    ]);
  });
});

describe('without a good attestation', () => {
  it.each([
    [
      'is invalid if only strangers signed, who are named',
      { attached: [foreign] },
      2,
      [`SIGNER_NOT_ALLOWED ${ATTESTATION}`],
    ],
    [
      'is invalid if it is of another artifact',
      { attached: [ofOtherArtifact] },
      2,
      [`SUBJECT_OTHER ${STATEMENT}#/subject/0/digest/sha256`],
    ],
    [
      'is invalid if it is of another bundle of the recipe',
      { attached: [fileIn(otherBundle, ATTESTATION)] },
      2,
      [`STATEMENT_DIFFERS ${STATEMENT}`],
    ],
    [
      'has to be decided if nothing is attached',
      {},
      4,
      [`UNSIGNED ${ATTESTATION}`, `UNSIGNED ${ATTESTATION}`, `UNSIGNED ${ATTESTATION}`],
    ],
    [
      'has to be decided if nobody said who should have signed',
      { attached: [ofRecipe], policy: undefined },
      4,
      [`SIGNER_NOT_PINNED ${ATTESTATION}`],
    ],
    [
      'has to be decided if two signed and nobody said who should have',
      { attached: [foreign, newer], policy: undefined },
      4,
      [`SIGNER_NOT_PINNED ${ATTESTATION}`],
    ],
  ] as const)('evidence %s', async (_, setup: Setup, code, faults) => {
    const judged = await judge(setup);
    expect([judged.report.exitCode, judged.faults]).toEqual([code, faults]);
  });

  it('names each signer of foreign ones', async () => {
    const { report } = await judge({ attached: [foreign] });
    expect(report.source?.referrers).toMatchObject([
      {
        fate: 'reported',
        signer: { subject: FOREIGN.email },
        fault: { code: 'SIGNER_NOT_ALLOWED' },
      },
    ]);
  });

  it.each([
    [
      'two layers',
      '"layers":[',
      '"layers":[{"mediaType":"a/b","digest":"D","size":1},',
      'FIELD_INVALID',
    ],
    ['one key twice', '{', '{"schemaVersion":2,', 'DOCUMENT_DUPLICATE_KEY'],
  ])('is invalid if the only one has %s', async (_, from, to, code) => {
    const text = Buffer.from(attach(NOWHERE, ARTIFACT, ofRecipe).bytes).toString();
    const bytes = Buffer.from(text.replace(from, to.replace('D', ARTIFACT.digest)));
    const broken = { bytes, mediaType: ARTIFACT.mediaType, digest: digestOf(bytes) };
    const setup: Setup = {
      allowUnsigned: true,
      prepare: (registry, artifact) => {
        put(registry, broken);
        list(registry, artifact, [broken]);
      },
    };
    const [kind, found, at] = await failure(setup);
    expect([kind, found]).toEqual(['invalid', code]);
    expect(String(at).startsWith(`HOST/evidence@${broken.digest}`)).toBe(true);
  });

  it('judges the files alone only if nothing is attached', async () => {
    expect((await judge({ allowUnsigned: true })).report.exitCode).toBe(0);
    const judged = await judge({ allowUnsigned: true, attached: [foreign] });
    expect(judged.report.exitCode).toBe(2);
  });

  it('judges nothing if one cannot be read, whatever the others are', async () => {
    const setup: Setup = {
      allowUnsigned: true,
      attached: [ofRecipe, foreign],
      prepare: ({ blobs }) => blobs.delete(digestOf(ofRecipe)),
    };
    expect(await failure(setup)).toEqual(['unjudged', 'REGISTRY_LACKS', 'HOST/evidence']);
    const good = await judge({ ...setup, attached: [ofRecipe, newer] });
    expect([good.report.exitCode, good.fates.toSorted()]).toEqual([
      0,
      ['reported', 'unread REGISTRY_LACKS'],
    ]);
  });

  it('judges nothing of more than 256, and one that is named', async () => {
    const names = Array.from({ length: 257 }, (__, index) => digestOf(String(index)));
    const good = attach({ manifests: new Map(), blobs: new Map() }, ARTIFACT, ofRecipe);
    const setup: Setup = {
      faults: { referrers: 'none' },
      attached: [ofRecipe],
      prepare: (registry, artifact) => {
        list(
          registry,
          artifact,
          names.map((digest) => ({ ...good, digest })),
        );
      },
    };
    expect(await failure(setup)).toEqual(['unjudged', 'REFERRERS_TOO_MANY', 'HOST/evidence']);
    const judged = await judge({ ...setup, choice: { attestation: good.digest } });
    expect([judged.report.exitCode, judged.requests.length]).toEqual([0, 4]);
  });
});

describe('a pointer that names a signer', () => {
  const { verificationMaterial } = JSON.parse(ofArtifact.toString()) as {
    readonly verificationMaterial: { readonly tlogEntries: readonly { logIndex: string }[] };
  };
  const both: Policy = {
    signers: [...PIN.signers, { subject: FOREIGN.email, issuer: SIGNER.issuer }],
  };
  const to = (rekorLogIndex?: string): PointerFile => ({
    ...{ file: 'p.yaml', path: ['p.yaml'] },
    pointer: {
      ...{ recipe: 'h100-eks-ubuntu-training-kubeflow', profile: undefined },
      attestedAt: new Date('2026-06-10T01:20:00Z'),
      predicateType: 'https://aicr.run/recipe-evidence/v3',
      artifact: { oci: 'ghcr.io/org/evidence:tag', digest: ARTIFACT.digest },
      signer: { ...SIGNER, rekorLogIndex },
    },
  });
  const ofLog = to(verificationMaterial.tlogEntries[0]?.logIndex);
  const older = attach(NOWHERE, ARTIFACT, ofArtifact).digest;

  it.each([
    ['the same signer', ofLog, newer, PIN, 0],
    ['another signer who is allowed', to(), newerForeign, both, 0],
    ['a stranger, if nobody is pinned', to(), newerForeign, undefined, 4],
  ] as const)('is not made wrong by a newer one of %s', async (...row) => {
    const [, pointer, other, policy, code] = row;
    const { report, fates } = await judge({ attached: [ofArtifact, other], pointer, policy });
    expect([report.exitCode, report.source?.attestation]).toEqual([code, older]);
    expect(fates.toSorted()).toEqual(['good', 'reported']);
  });

  it('is wrong if only others are good, and not judged while one cannot be read', async () => {
    const setup: Setup = { attached: [newerForeign], pointer: to(), policy: both };
    const { report, faults } = await judge(setup);
    expect([report.exitCode, faults]).toEqual([
      2,
      ['POINTER_DIFFERS p.yaml#/attestations/0/signer/identity'],
    ]);
    const prepare: Setup['prepare'] = ({ blobs }) => blobs.delete(digestOf(ofArtifact));
    const unread = { ...setup, attached: [newerForeign, ofArtifact], prepare };
    expect(await failure(unread)).toEqual(['unjudged', 'REGISTRY_LACKS', 'HOST/evidence']);
  });
});

describe('a referrer that is named', () => {
  const good = attach({ manifests: new Map(), blobs: new Map() }, ARTIFACT, ofRecipe).digest;
  const bad = attach({ manifests: new Map(), blobs: new Map() }, ARTIFACT, foreign).digest;

  it('is the only one', async () => {
    const attached = [ofRecipe, foreign];
    const { report, requests } = await judge({ attached, choice: { attestation: good } });
    expect([report.exitCode, requests.length]).toEqual([0, 4]);
    expect((await judge({ attached, choice: { attestation: bad } })).report.exitCode).toBe(2);
  });

  it('by a pointer comes first, and others only if it is not good', async () => {
    const attached = [ofRecipe, foreign];
    const first = await judge({ attached, choice: { pointed: good } });
    expect([first.report.exitCode, first.requests.length]).toEqual([0, 4]);
    const second = await judge({ attached, choice: { pointed: bad } });
    expect([second.report.exitCode, second.requests.length, second.fates]).toEqual([
      0,
      8,
      ['refused SIGNER_NOT_ALLOWED', 'reported'],
    ]);
  });

  it('and attached to something else, is invalid', async () => {
    const other = changed(
      attach({ manifests: new Map(), blobs: new Map() }, ARTIFACT, ofRecipe),
      (manifest) => Object.assign(manifest['subject'] as object, { digest: digestOf('x') }),
    );
    for (const choice of [{ attestation: other.digest }, { pointed: other.digest }]) {
      const [kind, code, at] = await failure({
        prepare: (registry) => {
          put(registry, other);
        },
        choice,
      });
      const place = `HOST/evidence@${other.digest}#/subject`;
      expect([kind, code, at]).toEqual(['invalid', 'REFERRER_OTHER', place]);
    }
  });
});

describe('an archive that was signed before it was pushed', () => {
  it('is judged as the archive is: its own attestation is one of them', async () => {
    const whole = await archiveOf(evidence.files);
    const { report, fates } = await judge({ layer: whole });
    expect([report.exitCode, fates, report.source?.attestation]).toEqual([
      0,
      ['reported'],
      undefined,
    ]);
    const moved = await archiveOf(withFile(evidence.files, ATTESTATION, ofArtifact));
    const other = await judge({ layer: moved });
    expect([other.report.exitCode, other.fates]).toEqual([2, ['reported SUBJECT_OTHER']]);
    const strange = await archiveOf(withFile(evidence.files, ATTESTATION, foreign));
    const both = await judge({ layer: strange, attached: [ofRecipe], allowUnsigned: true });
    expect([both.report.exitCode, both.fates]).toEqual([
      0,
      ['refused SIGNER_NOT_ALLOWED', 'reported'],
    ]);
    expect((await judge({ layer: strange, allowUnsigned: true })).report.exitCode).toBe(2);
  });
});

describe('the bytes of the layer', () => {
  const cut = layer.subarray(0, layer.length - 20);
  const spoilt = Buffer.concat([cut, Buffer.alloc(20)]);

  it.each([
    ['are others', { spoil: () => spoilt }, 'invalid', 'REGISTRY_BYTES_OTHER'],
    [
      'are no archive, and others',
      { spoil: (bytes: Buffer) => Buffer.alloc(bytes.length) },
      'invalid',
      'REGISTRY_BYTES_OTHER',
    ],
    ['are not there', { first: missing }, 'unjudged', 'REGISTRY_LACKS'],
  ] as const)('%s: no verdict, and the next location', async (_, faults, kind, code) => {
    const setup: Setup = { attached: [ofRecipe] };
    expect((await failure({ ...setup, faults })).slice(0, 2)).toEqual([kind, code]);
    await withRegistry({}, async (mirror) => {
      pushBundle(mirror, layer);
      attach(mirror, ARTIFACT, ofRecipe);
      await withRegistry(faults, async (first) => {
        pushBundle(first, layer);
        const locations = [repositoryOf(first), repositoryOf(mirror)];
        const report = await verifyArtifact(
          { artifact: ARTIFACT.digest, locations },
          { trust: evidence.trust, policy: PIN },
        );
        expect([report.exitCode, report.source?.registry]).toEqual([0, `${mirror.host}/evidence`]);
        const failed = report.findings.find((finding) => finding.code === 'LOCATION_FAILED');
        expect(failed).toMatchObject({ at: `${first.host}/evidence` });
        expect(failed?.found).toContain(code);
      });
    });
  });

  it('are nowhere: the error names each location', async () => {
    await withRegistry({}, async (empty) => {
      await withRegistry({ wants: 'forbidden' }, async (closed) => {
        const locations = [repositoryOf(empty), repositoryOf(closed)];
        const choice = { artifact: ARTIFACT.digest, locations };
        const error = await rejection(
          verifyArtifact(choice, { trust: evidence.trust, policy: PIN }),
        );
        expect(error).toMatchObject({ code: 'REGISTRY_LACKS', at: `${empty.host}/evidence` });
        expect(error?.found).toContain(`; ${closed.host}/evidence: REGISTRY_REFUSED, status 403`);
      });
    });
  });

  it('are right and no bundle: as the archive, invalid', async () => {
    const tar = await archiveOf(withFile(unsigned, MANIFEST));
    const { report, faults } = await judge({ layer: tar, attached: [ofRecipe] });
    expect([report.exitCode, faults]).toEqual([2, [`BUNDLE_INCOMPLETE ${MANIFEST}`]]);
    const none = await judge({ layer: Buffer.from('not an archive') });
    expect([none.report.exitCode, none.faults[0]?.slice(0, 18)]).toEqual([2, 'ARCHIVE_UNREADABLE']);
  });

  it('have no attestation at the first location: the next one is asked for it', async () => {
    await withRegistry({}, async (mirror) => {
      attach(mirror, ARTIFACT, ofRecipe);
      const judged = await judge({
        prepare: () => undefined,
      });
      expect(judged.report.exitCode).toBe(4);
      await withRegistry({}, async (first) => {
        pushBundle(first, layer);
        const locations = [repositoryOf(first), repositoryOf(mirror)];
        const report = await verifyArtifact(
          { artifact: ARTIFACT.digest, locations },
          { trust: evidence.trust, policy: PIN },
        );
        expect([report.exitCode, report.source?.registry]).toEqual([0, `${first.host}/evidence`]);
        expect(report.source?.referrers).toMatchObject([{ registry: `${mirror.host}/evidence` }]);
      });
    });
  });
});

describe('an artifact is refused that', () => {
  it.each([
    [
      'is an index',
      (artifact: StoredManifest) => ({
        ...changed(artifact, (m) => {
          for (const key of Object.keys(m)) delete m[key];
          Object.assign(m, { schemaVersion: 2, manifests: [] });
        }),
        mediaType: 'application/vnd.oci.image.index.v1+json',
      }),
      'KIND_UNEXPECTED',
      '',
    ],
    [
      'has two layers',
      (artifact: StoredManifest) =>
        changed(artifact, (m) => (m['layers'] = [...(m['layers'] as []), ...(m['layers'] as [])])),
      'FIELD_INVALID',
      '#/layers',
    ],
    [
      'is an attestation of itself, in a circle',
      (artifact: StoredManifest) =>
        changed(artifact, (m) => (m['artifactType'] = 'application/vnd.oci.image.config.v1+json')),
      'KIND_UNEXPECTED',
      '',
    ],
  ] as const)('%s', async (_, change, code, place) => {
    const other = change(ARTIFACT);
    const setup: Setup = {
      prepare: (registry) => {
        put(registry, other);
      },
      choice: { artifact: other.digest },
    };
    const at = `HOST/evidence@${other.digest}${place}`;
    expect(await failure(setup)).toEqual(['invalid', code, at]);
  });

  it('names one key twice', async () => {
    const bytes = Buffer.from(
      Buffer.from(ARTIFACT.bytes).toString().replace('{', '{"schemaVersion":2,'),
    );
    const other = { ...ARTIFACT, bytes, digest: digestOf(bytes) };
    const [kind, code] = await failure({
      prepare: (registry) => {
        put(registry, other);
      },
      choice: { artifact: other.digest },
    });
    expect([kind, code]).toEqual(['invalid', 'DOCUMENT_DUPLICATE_KEY']);
  });

  it('is larger than any archive, before it is read', async () => {
    const other = changed(ARTIFACT, (m) => {
      Object.assign((m['layers'] as object[])[0] ?? {}, { size: 2 ** 40 });
    });
    const error = await failure({
      prepare: (registry) => {
        put(registry, other);
      },
      choice: { artifact: other.digest },
    });
    const at = `HOST/evidence@${other.digest}#/layers/0/size`;
    expect(error).toEqual(['invalid', 'LIMIT_EXCEEDED', at]);
  });
});
