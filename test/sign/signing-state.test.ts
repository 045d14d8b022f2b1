import { generateKeyPairSync, sign } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { startSandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { keylessSigner } from '../../src/io/sigstore/keyless-signer.ts';
import { IN_TOTO_PAYLOAD_TYPE } from '../../src/media-types.ts';
import { parseSigningConfig } from '../../src/sign/signing-config.ts';
import {
  encodeSigningState,
  parseSigningState,
  resumable,
  type SigningState,
} from '../../src/sign/signing-state.ts';
import { preAuthEncoding } from '../../src/trust/dsse.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { refusalOf } from '../document/refusal.ts';
import { KEYS } from '../io/sigstore/kms-plugins.ts';
import { propertyRuns } from '../property-runs.ts';

const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((array) => Buffer.from(array));
const base64 = bytes.map((each) => each.toString('base64'));
const number = fc.nat().map(String);
const entry = fc.record({
  logIndex: number,
  logId: fc.record({ keyId: base64 }),
  kindVersion: fc.record({ kind: fc.string(), version: fc.string() }),
  integratedTime: fc.option(fc.integer({ min: 1 }).map(String), { nil: undefined }),
  inclusionPromise: fc.option(fc.record({ signedEntryTimestamp: base64 }), { nil: undefined }),
  inclusionProof: fc.option(
    fc.record({
      logIndex: number,
      rootHash: base64,
      treeSize: number,
      hashes: fc.array(base64, { maxLength: 3 }),
      checkpoint: fc.record({ envelope: fc.string() }),
    }),
    { nil: undefined },
  ),
  canonicalizedBody: base64,
});
const state = fc
  .record({
    payload: bytes,
    signature: bytes,
    der: bytes,
    timestamps: fc.array(fc.tuple(fc.webUrl(), base64), { maxLength: 2 }),
    entries: fc.array(fc.tuple(fc.webUrl(), entry), { maxLength: 2 }),
  })
  .map(({ payload, signature, der, timestamps, entries }): SigningState => ({
    envelope: {
      payload,
      payloadType: IN_TOTO_PAYLOAD_TYPE,
      encoding: preAuthEncoding(IN_TOTO_PAYLOAD_TYPE, payload),
      signature,
      verifier: { type: 'certificate', der },
    },
    timestamps: new Map(timestamps),
    entries: new Map(entries),
  }));

describe('the state of a signing', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(state, (written) => {
        expect(parseSigningState(encodeSigningState(written), 'file')).toEqual(written);
      }),
      { numRuns: propertyRuns(200, 2000) },
    );
  });

  it('that was cut off is refused in words that read well', () => {
    const [written] = fc.sample(state, 1);
    if (written === undefined) throw new Error('no sample');
    const whole = encodeSigningState(written);
    for (const length of [1, 2, 20, whole.length - 3]) {
      const error = refusalOf(() => parseSigningState(whole.subarray(0, length), 'file'));
      expect(error?.found).toMatch(/ where .+ should be$/);
      expect(error?.expected).toBe('the whole file, of a signing that was interrupted');
    }
  });

  it.each(['1.0.1', '1.1.0', '2.0.0', '1.0', ''])(
    'of another version is refused, whatever else is in it: %j',
    (version) => {
      const [written] = fc.sample(state, 1);
      if (written === undefined) throw new Error('no sample');
      const json = JSON.parse(Buffer.from(encodeSigningState(written)).toString()) as object;
      for (const change of [{}, { more: 1 }, { entries: 'other' }]) {
        const text = JSON.stringify({ ...json, ...change, schemaVersion: version });
        const error = refusalOf(() => parseSigningState(Buffer.from(text), 'file'));
        expect(error).toMatchObject({
          code: 'SIGNING_STATE_INVALID',
          at: 'file',
          found: `schemaVersion "${version}"`,
        });
        expect(error?.expected).toContain('schemaVersion "1.0.0"');
        expect(error?.hint).toContain('sign with the version of affidavit that left the file');
      }
    },
  );

  it('is refused by one code, whatever else is in the file', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const error = refusalOf(() => parseSigningState(Buffer.from(text), 'file'));
        expect(error).toMatchObject({ code: 'SIGNING_STATE_INVALID', at: 'file' });
      }),
      { numRuns: propertyRuns(300, 1500) },
    );
  });
});

describe('a signing can go on', () => {
  const STATEMENT = Buffer.from('{"_type":"https://in-toto.io/Statement/v1","subject":[]}');

  it('for its own statement, while its certificate is valid, under its root, and with its signature', async () => {
    const sandbox = await startSandbox();
    const trust = sigstoreTrust(Buffer.from(JSON.stringify(sandbox.trustedRoot)), 'root');
    const other = await startSandbox();
    const otherTrust = sigstoreTrust(Buffer.from(JSON.stringify(other.trustedRoot)), 'other root');
    const config = Buffer.from(JSON.stringify(sandbox.signingConfigs['signing_config.v1.json']));
    const kept: SigningState[] = [];
    const signer = keylessSigner({
      signingConfig: parseSigningConfig(config, 'config'),
      token: sandbox.token(),
      now: new Date(),
      trust,
      journal: { found: undefined, keep: (each) => kept.push(each) },
    });
    await signer.sign(STATEMENT);
    await Promise.all([sandbox.close(), other.close()]);
    const [first] = kept;
    if (first === undefined) throw new Error('nothing was kept');
    expect(kept.map(({ entries }) => entries.size)).toEqual([0, 1]);

    const now = new Date();
    const goesOn = (change: Partial<SigningState['envelope']>, more: object = {}): unknown =>
      resumable({ ...first, envelope: { ...first.envelope, ...change } }, STATEMENT, {
        trust,
        now,
        ...more,
      })?.subject;
    expect(goesOn({})).toBe('contributor@sandbox.invalid');
    const minutes = (count: number): Date => new Date(now.getTime() + count * 60_000);
    expect(goesOn({}, { now: minutes(9) })).toBe('contributor@sandbox.invalid');
    expect(goesOn({}, { now: minutes(11) })).toBeUndefined();
    expect(goesOn({}, { now: minutes(-2) })).toBeUndefined();
    expect(goesOn({}, { trust: otherTrust })).toBeUndefined();
    expect(goesOn({ payload: Buffer.from('{}') })).toBeUndefined();
    // A certificate for a key of another kind, whether it signed or not: signing begins anew.
    for (const { publicKey, privateKey } of [KEYS.ed25519, KEYS.p384, KEYS.rsa]) {
      const verifyCertificate = (der: Uint8Array): object => ({
        ...trust.verifyCertificate(der),
        publicKey,
      });
      const hash = publicKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
      const signature = sign(hash, first.envelope.encoding, privateKey);
      for (const change of [{}, { signature }]) {
        expect(goesOn(change, { trust: { verifyCertificate } })).toBeUndefined();
      }
    }
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(
      goesOn({ signature: sign('sha256', first.envelope.encoding, privateKey) }),
    ).toBeUndefined();
    expect(goesOn({ verifier: { type: 'certificate', der: Buffer.from('x') } })).toBeUndefined();
    expect(resumable(first, Buffer.from('{}'), { trust, now })).toBeUndefined();
  });
});
