// Vectors in which one layer was changed, from the outside inwards.
import { gunzipSync, gzipSync } from 'node:zlib';

import * as x509 from '../../../src/sandbox/certificate.ts';
import { pax, tar, type Part } from '../../archive/tar-parts.ts';
import { EMAIL, ISSUER, SIGNED_AT, edited as changed, nameExtension } from '../../trust/forge.ts';
import {
  ATTESTATION,
  MANIFEST,
  STATEMENT,
  edited,
  fileIn,
  flipped,
  withFile,
  type Edits,
  type Files,
} from '../evidence.ts';
import { encodeBundle, packed, type Kit, type Make } from './kit.ts';

const BLOCK = 512;

/** The tar part of an honest archive, changed; compressed again. */
function tarred(change: (bytes: Buffer) => Buffer): Make {
  return async (kit) => gzipSync(change(gunzipSync(await packed(await kit.honest()))));
}

function gzipped(change: (bytes: Buffer) => Buffer): Make {
  return async (kit) => change(await packed(await kit.honest()));
}

/** The entries of an honest archive and others. */
function entries(change: (parts: readonly Part[]) => readonly Part[]): Make {
  return async (kit) => {
    const files = [...(await kit.honest())];
    const parts = change(files.map(([name, content]) => ({ name, content })));
    return gzipSync(tar(...parts));
  };
}

const added = (part: Part): Make => entries((parts) => [...parts, part]);

/** Files changed after everything was signed. */
function after(change: (files: Files) => Files): Make {
  return async (kit) => await packed(change(await kit.honest()));
}

const lied =
  (edits: Edits): Make =>
  async (kit) =>
    await packed(await kit.liar(edits));

const claimed = (pointer: string, value: unknown): Make =>
  lied({ statement: { [pointer]: value } });

function restated(from: string, to: string): Make {
  return async (kit) => {
    const files = await kit.restated((text) => {
      if (!text.includes(from)) throw new Error(`not there: ${from}`);
      return text.replace(from, to);
    });
    return await packed(files);
  };
}

const attested =
  (...args: Parameters<Kit['attested']>): Make =>
  async (kit) =>
    await kit.attested(...args);

const bundled =
  (...[signing]: Parameters<Kit['signed']> extends [unknown, ...infer Rest] ? Rest : never): Make =>
  async (kit) =>
    await packed(kit.signed(await kit.honest(), signing));

const minutes = (count: number): Date => new Date(SIGNED_AT.getTime() + count * 60_000);

const ARCHIVE: Readonly<Record<string, Make>> = {
  'gzip-cut-off': gzipped((bytes) => bytes.subarray(0, bytes.length - 20)),
  'gzip-wrong-crc': gzipped((bytes) => flipped(bytes, bytes.length - 8)),
  'gzip-two-members': async (kit) => {
    const bytes = gunzipSync(await packed(await kit.honest()));
    return Buffer.concat([gzipSync(bytes.subarray(0, BLOCK)), gzipSync(bytes.subarray(BLOCK))]);
  },
  'gzip-trailing-byte': gzipped((bytes) => Buffer.concat([bytes, Buffer.of(0)])),
  'tar-no-end': tarred((bytes) => bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1)),
  'tar-wrong-checksum': tarred((bytes) => flipped(bytes, 0)),
  'tar-data-after-end': tarred((bytes) => Buffer.concat([bytes, Buffer.alloc(BLOCK, 'x')])),
  'tar-padding-not-zero': tarred((bytes) => {
    const size = Number.parseInt(bytes.toString('latin1', 124, 135), 8);
    return flipped(bytes, BLOCK + size);
  }),
  'tar-symlink': added({ name: 'logs/x', typeFlag: '2', linkName: 'recipe.yaml' }),
  'tar-path-upwards': added({ name: '../x', content: 'x' }),
  'tar-path-twice': entries((parts) => [...parts, ...parts.slice(0, 1)]),
  'tar-path-in-other-case': added({ name: 'Recipe.yaml', content: 'x' }),
  'tar-pax-path': entries((parts) => [pax([['path', 'logs/y']]), ...parts]),
  'no-manifest': after((files) => withFile(files, MANIFEST)),
};

const FILES: Readonly<Record<string, Make>> = {
  'file-changed': after((files) => withFile(files, 'logs/performance/nccl.log', '999.99 GB/s\n')),
  'file-missing': after((files) => withFile(files, 'logs/performance/nccl.log')),
  'file-added': after((files) => withFile(files, 'logs/performance/more.log', 'x')),
  'recipe-changed': after((files) =>
    withFile(
      files,
      'recipe.yaml',
      fileIn(files, 'recipe.yaml').toString().replace("'>= 1.32'", "'>= 1.30'"),
    ),
  ),
  'manifest-changed': after((files) =>
    withFile(files, MANIFEST, edited(fileIn(files, MANIFEST), { '/files/0/size': 1 })),
  ),
  'manifest-spaces': after((files) =>
    withFile(files, MANIFEST, JSON.stringify(JSON.parse(fileIn(files, MANIFEST).toString()))),
  ),
  'manifest-major-version': lied({ manifest: { '/schemaVersion': '2.0.0' } }),
  'manifest-file-twice': lied({
    manifest: { '/files/-': { path: 'recipe.yaml', size: 0, sha256: `sha256:${'0'.repeat(64)}` } },
  }),
  'manifest-lists-itself': lied({
    manifest: { '/files/0/path': 'manifest.json' },
  }),
  'manifest-key-in-other-case': lied({ manifest: { '/Files': [] } }),
  'manifest-file-count': claimed('/predicate/manifest/fileCount', 5),
  'stray-report': lied({ files: { 'ctrf/notes.txt': 'x' } }),
};

const ZEROS = '0'.repeat(64);

const STATEMENTS: Readonly<Record<string, Make>> = {
  'statement-differs': after((files) =>
    withFile(files, STATEMENT, `${fileIn(files, STATEMENT).toString()}\n`),
  ),
  'statement-byte-order-mark': restated('{\n', '\uFEFF{\n'),
  'statement-key-twice': restated('"aicrVersion"', '"aicrVersion": "", "aicrVersion"'),
  'statement-key-in-other-case': claimed('/predicate/Recipe', {}),
  'statement-half-surrogate': restated(
    '"aicrVersion": "v1.0.0"',
    String.raw`"aicrVersion": "\ud83d"`,
  ),
  'statement-type': claimed('/_type', 'https://in-toto.io/Statement/v0.1'),
  'predicate-type-v2': claimed('/predicateType', 'https://aicr.run/recipe-evidence/v2'),
  'predicate-major-version': claimed('/predicate/schemaVersion', '2.0'),
  'predicate-field-missing': claimed('/predicate/validatorImages', undefined),
  'predicate-count-1.0': restated('"passed": 1,', '"passed": 1.0,'),
  'predicate-time-with-offset': claimed('/predicate/attestedAt', '2026-06-01T13:30:00+02:00'),
  'predicate-profile': claimed('/predicate/profile', { selection: 'a=b' }),
  'affidavit-unknown-field': claimed('/predicate/affidavit/mood', 'good'),
  'affidavit-row-unknown-field': claimed('/predicate/affidavit/constraints/0/mood', 'good'),
  'subject-other-name': claimed('/subject/0/name', 'recipe:other'),
  'subject-two': claimed('/subject/-', { name: 'recipe:x', digest: { sha256: ZEROS } }),
  'subject-second-digest': claimed('/subject/0/digest/sha512', ZEROS),
  'claim-recipe-name': lied({
    statement: { '/predicate/recipe/name': 'other', '/subject/0/name': 'recipe:other' },
  }),
  'claim-recipe-digest': lied({
    statement: { '/predicate/recipe/digest': ZEROS, '/subject/0/digest/sha256': ZEROS },
  }),
  'claim-fingerprint': claimed('/predicate/fingerprint/accelerator/value', 'gb200'),
  'claim-fingerprint-source': claimed('/predicate/fingerprint/service/source', 'somewhere'),
  'claim-match': claimed('/predicate/criteriaMatch/perDimension/3/match', 'matched'),
  'claim-match-row-added': claimed('/predicate/criteriaMatch/perDimension/-', {
    dimension: 'os',
    match: 'matched',
  }),
  'claim-constraint': claimed('/predicate/affidavit/constraints/0/actual', 'v1.34.0'),
  'claim-phase-count': claimed('/predicate/phases/deployment/skipped', 0),
  'claim-phase-added': claimed('/predicate/phases/conformance', {
    ...{ passed: 1, failed: 0, skipped: 0, ctrfDigest: `sha256:${ZEROS}` },
  }),
  'claim-missing': claimed('/predicate/affidavit/phases/deployment/missing', ['operator-health']),
  'claim-aicr-version': claimed('/predicate/aicrVersion', 'v1.0.1'),
  'claim-bom-count': claimed('/predicate/bom/imageCount', 3),
  'recipe-not-canonical': async (kit) => {
    const files = await kit.honest();
    const recipe = `# signed as it is\n${fileIn(files, 'recipe.yaml').toString()}`;
    return await packed(await kit.liar({ files: { 'recipe.yaml': recipe } }, files));
  },
};

const SIGNATURES: Readonly<Record<string, Make>> = {
  unsigned: after((files) => withFile(files, ATTESTATION)),
  'signature-changed': attested((bundle) => {
    const [signature] = bundle.dsseEnvelope.signatures;
    if (signature === undefined) throw new Error('no signature');
    signature.sig = flipped(Buffer.from(signature.sig, 'base64'), 40).toString('base64');
  }),
  'signature-key-id': attested((bundle) => {
    bundle.dsseEnvelope.signatures.forEach((signature) => Object.assign(signature, { keyid: 'x' }));
  }),
  'signature-two': attested((bundle) => {
    bundle.dsseEnvelope.signatures.push(...bundle.dsseEnvelope.signatures);
  }),
  'payload-changed': attested((bundle) => {
    const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString();
    const other = payload.replace('"failed": 0', '"failed": 1');
    bundle.dsseEnvelope.payload = Buffer.from(other).toString('base64');
  }),
  'payload-type': attested(() => undefined, { payloadType: 'application/json' }),
  'attestation-media-type': attested((bundle) => {
    bundle.mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.3';
  }),
  'attestation-unknown-field': attested((bundle) => Object.assign(bundle, { comment: 'x' })),
  'attestation-null': attested((bundle) =>
    Object.assign(bundle.verificationMaterial, { publicKey: null }),
  ),
  'attestation-loose-base64': attested((bundle) => {
    const { payload } = bundle.dsseEnvelope;
    bundle.dsseEnvelope.payload = `${payload.slice(0, 64)}\n${payload.slice(64)}`;
  }),
  'attestation-two-documents': after((files) => {
    const attestation = fileIn(files, ATTESTATION);
    return withFile(files, ATTESTATION, Buffer.concat([attestation, attestation]));
  }),
  'attestation-of-another-root': async (kit) => {
    const files = await kit.honest();
    const bundle = kit.bundle(fileIn(files, STATEMENT), {}, kit.stranger);
    return await packed(withFile(files, ATTESTATION, encodeBundle(bundle)));
  },
  'certificate-without-timestamp': bundled({ withoutSct: true }),
  'certificate-two-names': bundled({
    extensions: ({ usage, purpose, issuers }) => [
      ...[
        usage,
        purpose,
        nameExtension([EMAIL, 'alice@example.test'], [EMAIL, 'bob@example.test']),
      ],
      ...issuers,
    ],
  }),
  'certificate-for-timestamps': bundled({
    extensions: ({ usage, name, issuers }) => [
      ...[usage, x509.extendedKeyUsageExtension(x509.EXTENDED_KEY_USAGE.timeStamping, false), name],
      ...issuers,
    ],
  }),
  'certificate-expired': bundled({ notBefore: minutes(-11) }),
  'certificate-other-name': bundled({
    extensions: ({ usage, purpose, issuers }) => [
      ...[usage, purpose, nameExtension([EMAIL, 'alice@example.test.evil'])],
      ...issuers,
    ],
  }),
  'certificate-other-issuer': bundled({
    extensions: ({ usage, purpose, name }) => [
      ...[usage, purpose, name],
      x509.extension('1.3.6.1.4.1.57264.1.1', Buffer.from(`${ISSUER}/x`)),
    ],
  }),
  'log-no-entry': attested((bundle) => {
    bundle.verificationMaterial.tlogEntries = [];
  }),
  'log-entry-of-another-statement': async (kit) => {
    const files = await kit.honest();
    const other = kit.bundle(Buffer.from('{}'));
    const bundle = changed(kit.bundle(fileIn(files, STATEMENT)), (copy) => {
      copy.verificationMaterial.tlogEntries = other.verificationMaterial.tlogEntries;
    });
    return await packed(withFile(files, ATTESTATION, encodeBundle(bundle)));
  },
  'log-entry-twice': attested((bundle) => {
    const { tlogEntries } = bundle.verificationMaterial;
    tlogEntries.push(...tlogEntries);
  }),
  'log-second-entry-wrong': attested((bundle) => {
    const { tlogEntries } = bundle.verificationMaterial;
    const [first] = tlogEntries;
    if (first === undefined) throw new Error('no entry');
    const body = flipped(Buffer.from(first.canonicalizedBody, 'base64'), 20).toString('base64');
    tlogEntries.push({ ...first, canonicalizedBody: body });
  }),
  'log-v1-without-promise': attested(
    (bundle) => {
      for (const entry of bundle.verificationMaterial.tlogEntries) delete entry.inclusionPromise;
    },
    { rekor: 1, timestamp: true },
  ),
  'log-v1-other-time': attested(
    (bundle) => {
      for (const entry of bundle.verificationMaterial.tlogEntries) {
        entry.integratedTime = String(Number(entry.integratedTime) + 1);
      }
    },
    { rekor: 1 },
  ),
  'log-v2-with-time': attested((bundle) => {
    for (const entry of bundle.verificationMaterial.tlogEntries) {
      entry.integratedTime = '1780315200';
    }
  }),
  'log-other-root-hash': attested((bundle) => {
    for (const { inclusionProof } of bundle.verificationMaterial.tlogEntries) {
      inclusionProof.rootHash = Buffer.alloc(32, 1).toString('base64');
    }
  }),
  'log-checkpoint-extra-line': attested((bundle) => {
    for (const { inclusionProof } of bundle.verificationMaterial.tlogEntries) {
      inclusionProof.checkpoint.envelope += 'believe me\n';
    }
  }),
  'timestamp-missing': attested((bundle) => {
    delete bundle.verificationMaterial.timestampVerificationData;
  }),
  'timestamp-of-something-else': async (kit) => {
    const files = await kit.honest();
    const other = kit.bundle(Buffer.from('{}'));
    const bundle = changed(kit.bundle(fileIn(files, STATEMENT)), (copy) => {
      const { timestampVerificationData } = other.verificationMaterial;
      if (timestampVerificationData === undefined) throw new Error('no timestamp');
      copy.verificationMaterial.timestampVerificationData = timestampVerificationData;
    });
    return await packed(withFile(files, ATTESTATION, encodeBundle(bundle)));
  },
  'timestamp-after-certificate': bundled({ stampedAt: minutes(11) }),
  'signed-before-run': claimed('/predicate/attestedAt', '2026-06-01T12:05:01Z'),
};

export const TAMPERED: Readonly<Record<string, Make>> = {
  ...ARCHIVE,
  ...FILES,
  ...STATEMENTS,
  ...SIGNATURES,
};
