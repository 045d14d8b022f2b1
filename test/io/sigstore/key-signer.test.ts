import { createHash, verify } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Signer } from '../../../src/attestation/seal.ts';
import { startSandbox, type Sandbox } from '../../../src/io/sandbox/sandbox-server.ts';
import { keySigner } from '../../../src/io/sigstore/key-signer.ts';
import type { SigningConfigName } from '../../../src/sandbox/trust-material.ts';
import {
  checkedCredential,
  keyCredential,
  type KeyCredential,
} from '../../../src/sign/key-credential.ts';
import { parseSigningConfig, type SigningConfig } from '../../../src/sign/signing-config.ts';
import { preAuthEncoding } from '../../../src/trust/dsse.ts';
import { spkiOf } from '../../../src/trust/key-kind.ts';
import { allowedKey } from '../../../src/trust/public-key.ts';
import type { SigstoreTrust } from '../../../src/trust/trust.ts';
import { sigstoreTrust } from '../../../src/trust/verify/sigstore-trust.ts';
import { refusalOf, rejection } from '../../document/refusal.ts';
import { at, textAt } from '../../sandbox/ask.ts';
import { KEYS } from './kms-plugins.ts';

const STATEMENT = Buffer.from('{"_type":"https://in-toto.io/Statement/v1","subject":[]}');
const ENCODING = preAuthEncoding('application/vnd.in-toto+json', STATEMENT);
const PLACE = { code: 'KEY_INVALID', at: 'signer.key', hint: '' } as const;

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(async () => {
  await sandbox.close();
});

function configOf(json: unknown): SigningConfig {
  return parseSigningConfig(Buffer.from(JSON.stringify(json)), 'signing_config.json');
}

function trustIn({ publicKey }: KeyCredential): SigstoreTrust {
  const root = Buffer.from(JSON.stringify(sandbox.trustedRoot));
  return sigstoreTrust(root, 'trusted_root.json', { publicKeys: [publicKey.key] });
}

function signerOf(credential: KeyCredential, config: unknown): Signer {
  const signing = { credential, signingConfig: configOf(config), now: new Date() };
  return keySigner({ ...signing, trust: trustIn(credential) });
}

type Kind = Exclude<keyof typeof KEYS, 'p521'>;

async function sign(
  name: Kind,
  config: SigningConfigName,
  statement = STATEMENT,
): Promise<unknown> {
  const { privateKey } = KEYS[name];
  const publicKey = allowedKey(privateKey, PLACE);
  const credential = keyCredential({ privateKey, publicKey }, 'signer.key');
  const signer = signerOf(credential, sandbox.signingConfigs[config]);
  return JSON.parse(Buffer.from(await signer.sign(statement)).toString());
}

function jsonAt(json: unknown, ...path: readonly (string | number)[]): unknown {
  return JSON.parse(Buffer.from(textAt(json, ...path), 'base64').toString());
}

/** Another statement: an RSA key signs the same one with the same bytes, which a log takes once. */
const OTHER = Buffer.from('{}');

async function loggedSpec(name: Kind, config: SigningConfigName): Promise<unknown> {
  const bundle = await sign(name, config, OTHER);
  const entry = at(bundle, 'verificationMaterial', 'tlogEntries', 0);
  return at(jsonAt(entry, 'canonicalizedBody'), 'spec');
}

const HASHES = { p256: 'sha256', p384: 'sha384', ed25519: null, rsa: 'sha256' } as const;
const DETAILS = {
  p256: 'PKIX_ECDSA_P256_SHA_256',
  p384: 'PKIX_ECDSA_P384_SHA_384',
  rsa: 'PKIX_RSA_PKCS1V15_2048_SHA256',
} as const;

describe('E-58 signing with a key', () => {
  it.each([
    ['p256', 'signing_config.v1.json', ['dsse']],
    ['p256', 'signing_config.v1-tsa.json', ['dsse']],
    ['p256', 'signing_config.v2-tsa.json', ['hashedrekord']],
    ['p384', 'signing_config.v2-tsa.json', ['hashedrekord']],
    ['ed25519', 'signing_config.v1.json', ['dsse']],
    ['ed25519', 'signing_config.v1-tsa.json', ['dsse']],
    ['rsa', 'signing_config.v1-tsa.json', ['dsse']],
    ['rsa', 'signing_config.v2-tsa.json', ['hashedrekord']],
  ] as const)(
    '%s by %s: no certificate, the hint, an entry with the key',
    async (name, config, kinds) => {
      const bundle = await sign(name, config);
      const { publicKey } = KEYS[name];
      const hint = createHash('sha256').update(spkiOf(publicKey)).digest('base64');
      expect(at(bundle, 'verificationMaterial')).toMatchObject({ publicKey: { hint } });
      expect(at(bundle, 'verificationMaterial', 'certificate')).toBeUndefined();
      const signature = Buffer.from(
        textAt(bundle, 'dsseEnvelope', 'signatures', 0, 'sig'),
        'base64',
      );
      expect(verify(HASHES[name], ENCODING, publicKey, signature)).toBe(true);
      expect(at(bundle, 'dsseEnvelope', 'signatures', 0, 'keyid')).toBeUndefined();
      const stamps = at(bundle, 'verificationMaterial', 'timestampVerificationData');
      expect(stamps === undefined).toBe(config === 'signing_config.v1.json');
      const entry = at(bundle, 'verificationMaterial', 'tlogEntries', 0);
      expect([textAt(entry, 'kindVersion', 'kind')]).toEqual(kinds);
    },
  );

  it.each(['p256', 'ed25519', 'rsa'] as const)('Rekor v1 logs the key in PEM: %s', async (name) => {
    const pem = KEYS[name].publicKey.export({ format: 'pem', type: 'spki' });
    const spec = await loggedSpec(name, 'signing_config.v1.json');
    const verifier = textAt(spec, 'signatures', 0, 'verifier');
    expect(Buffer.from(verifier, 'base64').toString()).toBe(pem);
  });

  it.each(['p256', 'p384', 'rsa'] as const)(
    'Rekor v2 logs the key with its details, and the digest by its hash: %s',
    async (name) => {
      const rawBytes = spkiOf(KEYS[name].publicKey).toString('base64');
      const spec = await loggedSpec(name, 'signing_config.v2-tsa.json');
      const entry = at(spec, 'hashedRekordV002');
      const verifier = { keyDetails: DETAILS[name], publicKey: { rawBytes } };
      expect(at(entry, 'signature', 'verifier')).toEqual(verifier);
      const encoding = preAuthEncoding('application/vnd.in-toto+json', OTHER);
      const digest = createHash(HASHES[name]).update(encoding).digest('base64');
      expect(textAt(entry, 'data', 'digest')).toBe(digest);
    },
  );

  it.each([
    ['ed25519', 'signing_config.v2-tsa.json', 'no log of Rekor v1', 'Ed25519 keys'],
    ['p384', 'signing_config.v1-tsa.json', 'no log of Rekor v2', 'ECDSA P-384 keys'],
  ] as const)(
    '%s with logs of the other version alone is refused before any request',
    (name, config, found, why) => {
      const publicKey = allowedKey(KEYS[name].privateKey, PLACE);
      const credential = checkedCredential(publicKey, PLACE, () => {
        throw new Error('signed');
      });
      const refusal = refusalOf(() => signerOf(credential, sandbox.signingConfigs[config]));
      expect(refusal).toMatchObject({
        code: 'SIGNING_CONFIG_INVALID',
        at: 'signing_config.json#/rekorTlogUrls',
      });
      expect(refusal?.found).toContain(found);
      expect(refusal?.expected).toContain(why);
    },
  );

  it('takes the log that fits, even if a newer version is preferred otherwise', async () => {
    const both = structuredClone(sandbox.signingConfigs['signing_config.v1-tsa.json']);
    const v2: unknown = sandbox.signingConfigs['signing_config.v2-tsa.json'];
    const urls = [at(both, 'rekorTlogUrls', 0), at(v2, 'rekorTlogUrls', 0)];
    const config = configOf({ ...Object(both), rekorTlogUrls: urls });
    const kindFor = async (name: Kind): Promise<string> => {
      const { privateKey } = KEYS[name];
      const publicKey = allowedKey(privateKey, PLACE);
      const credential = keyCredential({ privateKey, publicKey }, '');
      const signer = keySigner({
        credential,
        signingConfig: config,
        now: new Date(),
        trust: trustIn(credential),
      });
      const bundle: unknown = JSON.parse(Buffer.from(await signer.sign(STATEMENT)).toString());
      return textAt(bundle, 'verificationMaterial', 'tlogEntries', 0, 'kindVersion', 'kind');
    };
    expect(await kindFor('ed25519')).toBe('dsse');
    expect(await kindFor('p384')).toBe('hashedrekord');
    expect(await kindFor('p256')).toBe('hashedrekord');
  });

  it('needs no certificate authority, and a proof of the time', async () => {
    const { caUrls, ...v1 } = Object(sandbox.signingConfigs['signing_config.v1.json']) as Record<
      string,
      unknown
    >;
    expect(caUrls).toBeDefined();
    const publicKey = allowedKey(KEYS.p256.privateKey, PLACE);
    const credential = keyCredential({ privateKey: KEYS.p256.privateKey, publicKey }, '');
    const bytes = await signerOf(credential, { ...v1, caUrls: [] }).sign(STATEMENT);
    expect(bytes.length).toBeGreaterThan(0);
    const v2 = { ...Object(sandbox.signingConfigs['signing_config.v2-tsa.json']), tsaUrls: [] };
    expect(refusalOf(() => signerOf(credential, v2))).toMatchObject({
      code: 'SIGNING_CONFIG_INVALID',
      at: 'signing_config.json#/tsaUrls',
    });
  });

  it('logs nothing if the two halves of a key file do not belong together', async () => {
    const publicKey = allowedKey(KEYS.p384.privateKey, PLACE);
    const { privateKey } = KEYS.p256;
    const config = configOf(sandbox.signingConfigs['signing_config.v2-tsa.json']);
    const credential = keyCredential({ privateKey, publicKey }, 'signer.key');
    const signer = keySigner({
      credential,
      signingConfig: config,
      now: new Date(),
      trust: trustIn(credential),
    });
    expect(await rejection(signer.sign(STATEMENT))).toMatchObject({
      code: 'KEY_INVALID',
      at: 'signer.key',
      found: 'a signature that its public key does not verify',
    });
  });

  it('signs the same statement again: at Rekor v1 the entry is found, at Rekor v2 a new signature helps', async () => {
    const statement = Buffer.from('{"again":1}');
    const index = (bundle: unknown): string =>
      textAt(bundle, 'verificationMaterial', 'tlogEntries', 0, 'logIndex');
    const first = await sign('ed25519', 'signing_config.v1.json', statement);
    const second = await sign('ed25519', 'signing_config.v1.json', statement);
    expect(index(second)).toBe(index(first));
    await sign('p384', 'signing_config.v2-tsa.json', statement);
    await sign('p384', 'signing_config.v2-tsa.json', statement);
    await sign('rsa', 'signing_config.v2-tsa.json', statement);
    const again = sign('rsa', 'signing_config.v2-tsa.json', statement);
    expect(await rejection(again)).toMatchObject({
      code: 'SIGNING_FAILED',
      found: 'a log that has this signature already, and a key that makes no other',
    });
  });
});
