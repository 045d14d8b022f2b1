import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  parseKmsReference,
  parsePublicKeyReply,
  parseSignatureReply,
} from '../../src/sign/kms-protocol.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';

describe('NAME://REF', () => {
  it.each([
    ['hsm://key', 'sigstore-kms-hsm', 'key'],
    ['my-hsm2://a/b?c=d#e f', 'sigstore-kms-my-hsm2', 'a/b?c=d#e f'],
    ['x://', 'sigstore-kms-x', ''],
    ['x://y://z', 'sigstore-kms-x', 'y://z'],
  ])('names a plugin and a key: %s', (text, program, key) => {
    expect(parseKmsReference(text)).toEqual({ program, key });
  });

  it.each(['signer.key', './hsm://key', '/keys/hsm://key', 'hsm:/key', 'hsm:key', ''])(
    'is not %s, which is a file',
    (text) => {
      expect(parseKmsReference(text)).toBeUndefined();
    },
  );

  it.each(['HSM://key', '://key', 'a b://key', 'a.b://key', 'a_b://key', 'ä://key', 'x://a\0b'])(
    'is no name of a plugin: %j',
    (text) => {
      expect(refusalOf(() => parseKmsReference(text))).toMatchObject({
        code: 'USAGE',
        at: '--key',
      });
    },
  );

  it('is no PKCS #11 URI: the hint says what to do', () => {
    expect(refusalOf(() => parseKmsReference('pkcs11:token=t;object=k'))).toMatchObject({
      code: 'USAGE',
      at: '--key',
      hint: expect.stringMatching(
        /without a plugin; put a program sigstore-kms-pkcs11 .* write --key pkcs11:\/\//,
      ),
    });
    expect(parseKmsReference('./pkcs11:token')).toBeUndefined();
  });

  it('never makes a path of a name', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, key) => {
        refusalOf(() => {
          const { program = 'sigstore-kms-x' } = parseKmsReference(`${name}://${key}`) ?? {};
          expect(program).toMatch(/^sigstore-kms-[a-z0-9-]+$/);
        });
      }),
      { numRuns: propertyRuns(300, 2000) },
    );
  });
});

describe('the answer of a plugin', () => {
  const place = { code: 'KEY_PLUGIN_FAILED', at: 'plugin', hint: '' } as const;

  it('gives back what was put in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const base64 = Buffer.from(bytes).toString('base64');
        const key = Buffer.from(JSON.stringify({ publicKey: { publicKeyPEM: base64 } }));
        const signed = Buffer.from(JSON.stringify({ signMessage: { signature: base64 } }));
        expect(parsePublicKeyReply(key, place)).toEqual(Buffer.from(bytes));
        expect(parseSignatureReply(signed, place)).toEqual(Buffer.from(bytes));
      }),
      { numRuns: propertyRuns(100, 2000) },
    );
  });

  it('is refused with one code, whatever it is', () => {
    const names = fc.constantFrom(
      'publicKey',
      'publicKeyPEM',
      'signMessage',
      'signature',
      'errorMessage',
    );
    const json = fc.letrec((tie) => ({
      value: fc.oneof(fc.jsonValue(), fc.dictionary(names, tie('value'), { maxKeys: 3 })),
    }));
    const reply = fc.oneof(
      fc.uint8Array(),
      json.value.map((value) => Buffer.from(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(reply, (bytes) => {
        for (const parse of [parsePublicKeyReply, parseSignatureReply]) {
          expect(refusalOf(() => parse(bytes, place))?.code ?? place.code).toBe(place.code);
        }
      }),
      { numRuns: propertyRuns(300, 2000) },
    );
  });
});
