import { generateKeyPairSync } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parsePem } from '../../src/trust/pem.ts';
import { parsePublicKey } from '../../src/trust/public-key.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PEM = publicKey.export({ format: 'pem', type: 'spki' }).toString();
const SPKI = publicKey.export({ format: 'der', type: 'spki' });

function read(text: string): ReturnType<typeof parsePublicKey> {
  return parsePublicKey(Buffer.from(text), 'signer.pub');
}

describe('a public key', () => {
  it.each([
    ['as OpenSSL writes it', PEM],
    ['without a line break at the end', PEM.trim()],
    ['with CRLF', PEM.replaceAll('\n', '\r\n')],
    ['with text around it', `The key of our builds:\n${PEM}\n(made in 2026)\n`],
    ['in lines of 48 characters', PEM.replace(/\n(?=.)/g, '\n').replace(/(.{48})/g, '$1\n')],
  ])('is read %s', (_, text) => {
    expect(read(text)).toMatchObject({ kind: { name: 'ECDSA P-256' }, spki: SPKI });
  });

  it('is read from PKCS #1, and then has the same spelling as in SPKI', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
    const text = rsa.export({ format: 'pem', type: 'pkcs1' }).toString();
    expect(read(text).spki).toEqual(rsa.export({ format: 'der', type: 'spki' }));
  });

  const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey;
  const body = PEM.split('\n').slice(1, -2);
  it.each([
    ['no PEM', 'hello', 'plain text'],
    ['a trusted root', '{"mediaType": "trustedroot"}', 'a Sigstore trusted root'],
    ['nothing', '', 'no PEM block'],
    ['two keys', PEM + PEM, '2 PEM blocks'],
    ['a private key', String(privateKey.export({ format: 'pem', type: 'pkcs8' })), '"PRIVATE KEY"'],
    ['a certificate', PEM.replaceAll('PUBLIC KEY', 'CERTIFICATE'), '"CERTIFICATE"'],
    ['no end', PEM.slice(0, 100), 'without its end'],
    ['another end', PEM.replace('END PUBLIC', 'END PRIVATE'), 'without its end'],
    ['a second begin', PEM.replace(body[0] ?? '', PEM), 'without its end'],
    ['other characters', PEM.replace(/.\n(?=.*==)/, '*\n'), 'not canonical base64'],
    ['a key that is cut off', PEM.replace(/\n.*(?=\n-----END)/, ''), 'no key can be read'],
    ['another kind of key', String(p521.export({ format: 'pem', type: 'spki' })), 'secp521r1'],
    ['a broken RSA key', PEM.replaceAll('PUBLIC', 'RSA PUBLIC'), 'no key can be read'],
  ])('is refused: %s', (_, text, found) => {
    const refusal = refusalOf(() => read(text));
    expect(refusal).toMatchObject({ code: 'KEY_INVALID', at: 'signer.pub' });
    expect(refusal?.found).toContain(found);
  });

  it('never throws anything but a refusal, whatever the bytes are', () => {
    const edits = fc.tuple(fc.nat(PEM.length - 1), fc.string({ maxLength: 4 }), fc.nat(3));
    fc.assert(
      fc.property(edits, ([at, text, cut]) => {
        const edited = PEM.slice(0, at) + text + PEM.slice(at + cut);
        const refusal = refusalOf(() => read(edited));
        expect(refusal?.code ?? 'KEY_INVALID').toBe('KEY_INVALID');
      }),
      { numRuns: propertyRuns(300, 2000) },
    );
  });
});

describe('PEM', () => {
  const place = { code: 'KEY_INVALID', at: 'file', hint: '' } as const;

  it('gives back what was put in', () => {
    const block = fc.record({
      label: fc.stringMatching(/^[A-Z][A-Z0-9 ]{0,20}[A-Z]$/),
      der: fc.uint8Array({ minLength: 1, maxLength: 200 }),
      columns: fc.integer({ min: 1, max: 80 }),
    });
    fc.assert(
      fc.property(fc.array(block, { maxLength: 3 }), fc.constantFrom('\n', '\r\n'), (all, end) => {
        const text = all.map(({ label, der, columns }) => {
          const lines = Buffer.from(der)
            .toString('base64')
            .match(new RegExp(`.{1,${columns}}`, 'g'));
          return ['text', `-----BEGIN ${label}-----`, ...(lines ?? []), `-----END ${label}-----`];
        });
        const blocks = parsePem(Buffer.from(text.flat().join(end)), place);
        expect(blocks.map(({ label, der }) => ({ label, der }))).toEqual(
          all.map(({ label, der }) => ({ label, der: Buffer.from(der) })),
        );
      }),
      { numRuns: propertyRuns(100, 2000) },
    );
  });
});
