// Sigstore's conformance suite, without its network: each of its bundles by the file and by its digest.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { EvidenceError } from '../../src/errors/evidence-error.ts';
import { conform } from '../../tools/conformance.ts';
import { scratch } from '../io/scratch.ts';

const SUITE = join(import.meta.dirname, '..', '..', 'testdata', 'conformance', 'bundle-verify');
const NAMES = readdirSync(SUITE).filter((name) => name !== 'a.txt');

const BEACON =
  'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main';
const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';

interface Call {
  readonly identity?: string;
  readonly issuer?: string;
  readonly artifact?: string;
  readonly judge?: 'both' | 'own';
}

/** The options of the suite, in its order. */
function argsOf(name: string, call: Call = {}): readonly string[] {
  const file = (path: string): string | undefined =>
    existsSync(join(SUITE, name, path)) ? join(SUITE, name, path) : undefined;
  const text = (path: string): string | undefined => {
    const found = file(path);
    return found === undefined ? undefined : readFileSync(found, 'utf8').trim();
  };
  const key = file('key.pub');
  const root = file('trusted_root.json');
  const identity = call.identity ?? text('identity') ?? BEACON;
  const issuer = call.issuer ?? text('issuer') ?? GITHUB_ISSUER;
  return [
    ...['verify-bundle', '--bundle', join(SUITE, name, 'bundle.sigstore.json')],
    ...(key === undefined
      ? ['--certificate-identity', identity, '--certificate-oidc-issuer', issuer]
      : ['--key', key]),
    ...(root === undefined ? [] : ['--trusted-root', root]),
    ...(call.judge === 'own' ? ['--judge', 'own'] : []),
    call.artifact ?? artifactOf(name),
  ];
}

function artifactOf(name: string): string {
  const own = join(SUITE, name, 'artifact');
  return existsSync(own) ? own : join(SUITE, 'a.txt');
}

function digestOf(name: string): string {
  return `sha256:${createHash('sha256')
    .update(readFileSync(artifactOf(name)))
    .digest('hex')}`;
}

/** `accepted`, or the code and the pointer of the refusal. */
async function verdictOf(args: readonly string[]): Promise<string> {
  try {
    await conform(args);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof EvidenceError)) return `other: ${String(error)}`;
    const pointer = error.at?.replace(/^.*?(?:#|$)/, '').replace('/verificationMaterial', '');
    return `${error.code} ${pointer}`.trim();
  }
}

/** Why each bundle that must fail does. */
const REFUSED: ReadonlyMap<string, string> = new Map(
  [
    [
      'bundle-empty-certificate-chain',
      'SIGSTORE_BUNDLE_INVALID /x509CertificateChain/certificates',
    ],
    ['bundle-from-wrong-instance', 'LOG_ENTRY_INVALID /tlogEntries/0/logId/keyId'],
    ['bundle-invalid-base64-signature', 'SIGSTORE_BUNDLE_INVALID /messageSignature/signature'],
    ['bundle-malformed-json', 'SIGSTORE_BUNDLE_INVALID /tlogEntries/0/canonicalizedBody'],
    ['bundle-negative-log-index', 'SIGSTORE_BUNDLE_INVALID /tlogEntries/0/logIndex'],
    ['bundle-unknown-version', 'SIGSTORE_BUNDLE_INVALID /mediaType'],
    ['bundle-with-root-cert', 'SIGSTORE_BUNDLE_INVALID /x509CertificateChain/certificates'],
    [
      'checkpoint-bad-keyhint',
      'LOG_ENTRY_INVALID /tlogEntries/0/inclusionProof/checkpoint/envelope',
    ],
    ['checkpoint-wrong-roothash', 'LOG_ENTRY_INVALID /tlogEntries/0/inclusionProof/treeSize'],
    ['dsse-invalid-sig', 'SIGNATURE_INVALID /dsseEnvelope/signatures/0/sig'],
    ['dsse-mismatch-envelope', 'LOG_ENTRY_INVALID /tlogEntries/0/canonicalizedBody'],
    ['dsse-mismatch-sig', 'LOG_ENTRY_INVALID /tlogEntries/0/canonicalizedBody'],
    ['inclusion-proof-corrupted-hash', 'LOG_ENTRY_INVALID /tlogEntries/0/inclusionProof/hashes'],
    ['incorrect-public-key', 'LOG_ENTRY_INVALID /tlogEntries/0/canonicalizedBody'],
    ['integrated-time-in-future', 'CERTIFICATE_INVALID /certificate/rawBytes'],
    [
      'intoto-expired-certificate',
      'CERTIFICATE_INVALID /x509CertificateChain/certificates/0/rawBytes',
    ],
    ['intoto-log-entry-mismatch', 'LOG_ENTRY_INVALID /tlogEntries/0/canonicalizedBody'],
    ['intoto-missing-inclusion-proof', 'SIGSTORE_BUNDLE_INVALID /tlogEntries/0/inclusionProof'],
    [
      'intoto-set-outside-signing-cert-validity',
      'CERTIFICATE_INVALID /x509CertificateChain/certificates/0/rawBytes',
    ],
    [
      'intoto-tsa-timestamp-outside-cert-validity',
      'CERTIFICATE_INVALID /x509CertificateChain/certificates/0/rawBytes',
    ],
    [
      'invalid-checkpoint-signature',
      'LOG_ENTRY_INVALID /tlogEntries/0/inclusionProof/checkpoint/envelope',
    ],
    ['invalid-ct-key', 'CERTIFICATE_INVALID /x509CertificateChain/certificates/0/rawBytes'],
    ['invalid-inclusion-proof', 'SIGSTORE_BUNDLE_INVALID /tlogEntries/0/inclusionProof/checkpoint'],
    ['managed-key-no-key', 'PUBLIC_KEY_UNKNOWN /publicKey/hint'],
    ['managed-key-wrong-key', 'KEY_INVALID'],
    ['message-digest-mismatch', 'SIGNATURE_INVALID /messageSignature/messageDigest/digest'],
    [
      'rekor2-checkpoint-missing-log-signature',
      'SIGSTORE_BUNDLE_INVALID /tlogEntries/0/inclusionProof/checkpoint/envelope',
    ],
    [
      'rekor2-checkpoint-missing-origin',
      'SIGSTORE_BUNDLE_INVALID /tlogEntries/0/inclusionProof/checkpoint/envelope',
    ],
    [
      'rekor2-checkpoint-missing-root-hash',
      'SIGSTORE_BUNDLE_INVALID /tlogEntries/0/inclusionProof/checkpoint/envelope',
    ],
    [
      'rekor2-checkpoint-missing-size',
      'SIGSTORE_BUNDLE_INVALID /tlogEntries/0/inclusionProof/checkpoint/envelope',
    ],
    [
      'rekor2-checkpoint-no-matching-signature',
      'LOG_ENTRY_INVALID /tlogEntries/0/inclusionProof/checkpoint/envelope',
    ],
    ['rekor2-dsse-invalid-sig', 'SIGNATURE_INVALID /dsseEnvelope/signatures/0/sig'],
    ['rekor2-dsse-mismatch-envelope', 'LOG_ENTRY_INVALID /tlogEntries/0/canonicalizedBody'],
    ['rekor2-dsse-mismatch-sig', 'LOG_ENTRY_INVALID /tlogEntries/0/canonicalizedBody'],
    ['rekor2-no-inclusion-proof', 'SIGSTORE_BUNDLE_INVALID /tlogEntries/0/inclusionProof'],
    ['rekor2-no-timestamp', 'TIMESTAMP_INVALID /timestampVerificationData'],
    [
      'rekor2-timestamp-outside-trust-root-tsa-validity',
      'TIMESTAMP_INVALID /timestampVerificationData/rfc3161Timestamps/0/signedTimestamp',
    ],
    [
      'rekor2-timestamp-outside-tsa-cert-validity',
      'TIMESTAMP_INVALID /timestampVerificationData/rfc3161Timestamps/0/signedTimestamp',
    ],
    [
      'rekor2-timestamp-payload-mismatch',
      'TIMESTAMP_INVALID /timestampVerificationData/rfc3161Timestamps/0/signedTimestamp',
    ],
    [
      'rekor2-timestamp-untrusted-tsa-with-embedded-cert',
      'TIMESTAMP_INVALID /timestampVerificationData/rfc3161Timestamps/0/signedTimestamp',
    ],
    [
      'rekor2-timestamp-untrusted-tsa-without-embedded-cert',
      'TIMESTAMP_INVALID /timestampVerificationData/rfc3161Timestamps/0/signedTimestamp',
    ],
    [
      'rekor2-timestamp-with-incorrect-time',
      'SIGSTORE_BUNDLE_INVALID /timestampVerificationData/rfc3161Timestamps/0/signedTimestamp',
    ],
    [
      'set-invalid-signature',
      'LOG_ENTRY_INVALID /tlogEntries/0/inclusionPromise/signedEntryTimestamp',
    ],
    ['signature-mismatch', 'SIGNATURE_INVALID /messageSignature/signature'],
    [
      'trust-root-tlog-missing-validity-start',
      'TRUSTED_ROOT_INVALID /tlogs/1/publicKey/validFor/start',
    ],
    ['wrong-hashedrekord-artifact', 'LOG_ENTRY_INVALID /tlogEntries/0/canonicalizedBody'],
    ['wrong-hashedrekord-cert-and-sig', 'LOG_ENTRY_INVALID /tlogEntries/0/canonicalizedBody'],
    ['wrong-hashedrekord-entry', 'LOG_ENTRY_INVALID /tlogEntries/0/canonicalizedBody'],
    ['wrong-material', 'SIGNATURE_INVALID /messageSignature/messageDigest/digest'],
  ].map(([name, refusal]) => [`${name}_fail`, refusal ?? '']),
);

/** The tests of the suite that need no network. */
const CASES = NAMES.flatMap((name) => [
  { name, by: 'PATH', artifact: artifactOf(name) },
  { name, by: 'DIGEST', artifact: digestOf(name) },
]);

describe("Sigstore's conformance suite", () => {
  it('E-48 has 70 bundles, of which 49 must fail', () => {
    expect(NAMES).toHaveLength(70);
    const failing = NAMES.filter((name) => name.endsWith('_fail'));
    expect(failing.toSorted()).toEqual([...REFUSED.keys()].toSorted());
  });

  it('E-48 counts', ({ task }) => {
    task.meta.figure = `${CASES.length} conformance tests: ${NAMES.length} bundles by path and by digest`;
    expect(CASES).toHaveLength(140);
  });

  it.each(CASES)('E-48 $name ($by) gets its verdict of both judges', async ({ name, artifact }) => {
    expect(await verdictOf(argsOf(name, { artifact }))).toBe(REFUSED.get(name) ?? 'accepted');
  });

  it.each(CASES)('E-48 $name ($by) gets it of our own judge', async ({ name, artifact }) => {
    const call = { artifact, judge: 'own' } as const;
    expect(await verdictOf(argsOf(name, call))).toBe(REFUSED.get(name) ?? 'accepted');
  });
});

/** The bundle of a case with one change, in a file. */
function withChange(name: string, change: (text: string) => string): readonly string[] {
  const good = readFileSync(join(SUITE, name, 'bundle.sigstore.json'), 'utf8');
  const bundle = change(good);
  expect(bundle).not.toBe(good);
  const file = join(scratch({ 'bundle.json': bundle }), 'bundle.json');
  return argsOf(name).map((word) => (word.endsWith('bundle.sigstore.json') ? file : word));
}

describe('what the suite does not try', () => {
  const ENVELOPES = [
    'happy-path-intoto-in-dsse-v3',
    'intoto-with-custom-trust-root',
    'rekor2-dsse-happy-path',
  ];
  const MESSAGES = ['happy-path-v0.3', 'rekor2-happy-path', 'bundle-with-sct-with-extensions'];
  const OTHER = join(SUITE, '..', 'statement.json');

  it.each([...ENVELOPES, ...MESSAGES])('E2-3 %s of another file is refused', async (name) => {
    const digest = `sha256:${'0'.repeat(64)}`;
    for (const artifact of [OTHER, digest]) {
      const verdict = await verdictOf(argsOf(name, { artifact }));
      expect(verdict).toMatch(/^(?:SIGNATURE_INVALID|other: Error: the file is no subject)/);
    }
  });

  it.each([...ENVELOPES, ...MESSAGES])(
    'E2-8 %s: identity and issuer each must be exactly the same',
    async (name) => {
      for (const call of [
        { identity: BEACON.slice(0, -1) },
        { identity: `${BEACON}x` },
        { identity: BEACON.replace('.yml', 'xyml') },
        { identity: BEACON.toUpperCase() },
        { identity: '' },
        { identity: '.*' },
        { issuer: `${GITHUB_ISSUER}/` },
        { issuer: 'https://accounts.google.com' },
        { issuer: '' },
      ]) {
        expect(await verdictOf(argsOf(name, call))).toMatch(/^other: Error: another signer/);
      }
    },
  );

  it('E-34 the timestamp with line breaks is too late also without them', async () => {
    const args = withChange('rekor2-timestamp-with-incorrect-time_fail', (text) =>
      text.replace(/(?<="signedTimestamp": ?")[^"]*/, (base64) =>
        base64.replaceAll(String.raw`\n`, ''),
      ),
    );
    expect(await verdictOf(args)).toBe('CERTIFICATE_INVALID /certificate/rawBytes');
  });

  it('E2-10 a payload of another type is refused', async () => {
    const args = withChange('happy-path-intoto-in-dsse-v3', (text) =>
      text.replace('application/vnd.in-toto+json', 'text/plain'),
    );
    expect(await verdictOf(args)).toBe('SIGNATURE_INVALID /dsseEnvelope/signatures/0/sig');
  });

  it.each([
    ['no verb', ['verify']],
    ['no file', ['verify-bundle', '--bundle', 'x']],
    ['no pin', ['verify-bundle', '--bundle', 'x', 'y']],
    ['the staging instance, whose root is not here', [...argsOf('happy-path-v0.3'), '--staging']],
    ['an option that it does not have', [...argsOf('happy-path-v0.3'), '--insecure']],
  ])('with %s is an error', async (_, args) => {
    expect(await verdictOf(args)).toMatch(/^other: /);
  });
});
