import { generateKeyPairSync, scryptSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import * as der from '../../src/der/write-der.ts';
import { parseKeyFile } from '../../src/sign/key-file.ts';
import { parsePublicKey } from '../../src/trust/public-key.ts';
import { refusalOf, rejection } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';
import { ROOT } from '../run-cli.ts';

const PASSWORD = 'correct horse';
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ed25519 = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

function spki({ publicKey }: { readonly publicKey: KeyObject }): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' });
}

function pem(key: KeyObject, type: 'pkcs8' | 'sec1' | 'pkcs1', passphrase?: string): string {
  const locked = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return key.export({ format: 'pem', type, ...locked }).toString();
}

function block(label: string, bytes: Uint8Array | string): string {
  const body = Buffer.from(bytes)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

function fixture(name: string): string {
  return readFileSync(join(ROOT, 'testdata/keys', name), 'utf8');
}

function read(text: string): ReturnType<typeof parseKeyFile> {
  return parseKeyFile(Buffer.from(text), 'signer.key');
}

async function open(text: string, password = PASSWORD): Promise<Buffer> {
  const file = read(text);
  const key = file.locked ? await file.unlock(password) : file.key;
  return key.publicKey.spki;
}

describe('a key file', () => {
  it.each([
    ['P-256 in PKCS #8', pem(ec.privateKey, 'pkcs8'), ec],
    ['P-256 in SEC 1', pem(ec.privateKey, 'sec1'), ec],
    ['P-384 in SEC 1', pem(p384.privateKey, 'sec1'), p384],
    ['Ed25519 in PKCS #8', pem(ed25519.privateKey, 'pkcs8'), ed25519],
    ['RSA in PKCS #8', pem(rsa.privateKey, 'pkcs8'), rsa],
    ['RSA in PKCS #1', pem(rsa.privateKey, 'pkcs1'), rsa],
    [
      'SEC 1 after its curve',
      block('EC PARAMETERS', Buffer.from('06082a8648ce3d030107', 'hex')) +
        pem(ec.privateKey, 'sec1'),
      ec,
    ],
  ])('is read without a password: %s', (_, text, keys) => {
    const file = read(text);
    if (file.locked) throw new Error('locked');
    expect(file.key.publicKey.spki).toEqual(spki(keys));
    expect(file.key.privateKey.type).toBe('private');
  });

  it.each([
    ['PKCS #8', pem(ec.privateKey, 'pkcs8', PASSWORD), ec],
    ['SEC 1 with the headers of RFC 1421', pem(ec.privateKey, 'sec1', PASSWORD), ec],
    ['PKCS #1 with the headers of RFC 1421', pem(rsa.privateKey, 'pkcs1', PASSWORD), rsa],
  ])('is read with its password, and no other: %s', async (_, text, keys) => {
    expect(read(text).locked).toBe(true);
    expect(await open(text)).toEqual(spki(keys));
    const refusal = await rejection(open(text, 'correct horses'));
    expect(refusal).toMatchObject({ code: 'KEY_LOCKED', at: 'signer.key' });
    expect(JSON.stringify(refusal)).not.toContain('horse');
    expect(refusal?.cause).toBeUndefined();
  });

  it.each(['cosign', 'scrypt'])('is read as another program wrote it: %s.key', async (name) => {
    const text = fixture(`${name}.key`);
    const publicKey = parsePublicKey(Buffer.from(fixture(`${name}.pub`)), 'signer.pub');
    expect(await open(text)).toEqual(publicKey.spki);
    expect(await rejection(open(text, ''))).toMatchObject({ code: 'KEY_LOCKED' });
  });

  it.each([
    ['nothing', '', 'no PEM block'],
    ['text', 'hello', 'plain text'],
    ['a policy', '{"signers": []}', 'a policy'],
    ['two keys', pem(ec.privateKey, 'sec1') + pem(ec.privateKey, 'sec1'), '2 PEM blocks'],
    ['a public key', block('PUBLIC KEY', spki(ec)), '"PUBLIC KEY"'],
    ['a certificate', block('CERTIFICATE', 'x'), '"CERTIFICATE"'],
    ['a key of OpenSSH', block('OPENSSH PRIVATE KEY', 'x'), '"OPENSSH PRIVATE KEY"'],
    ['another label', block('ENCRYPTED GPG PRIVATE KEY', 'x'), '"ENCRYPTED GPG PRIVATE KEY"'],
    ['half a key', block('PRIVATE KEY', 'half'), 'no key can be read'],
    [
      'another curve',
      pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey, 'sec1'),
      'secp256k1',
    ],
    [
      'RSA-PSS',
      pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey, 'pkcs8'),
      'rsa-pss',
    ],
    [
      'a short RSA key',
      pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey, 'pkcs1'),
      '1024 bits',
    ],
  ])('is refused: %s', (_, text, found) => {
    const refusal = refusalOf(() => read(text));
    expect(refusal).toMatchObject({ code: 'KEY_INVALID', at: 'signer.key' });
    expect(refusal?.found).toContain(found);
    // No other spelling of such a key helps.
    const isOfNoKind = refusal?.found.endsWith('which is not used') === true;
    expect(refusal?.hint.startsWith('make a new key: ECDSA P-256')).toBe(isOfNoKind);
  });

  it('is refused or reads as the same key, whatever one edit does to it', () => {
    const texts = [
      pem(ec.privateKey, 'pkcs8'),
      pem(ed25519.privateKey, 'pkcs8'),
      pem(ec.privateKey, 'pkcs8', PASSWORD),
      pem(ec.privateKey, 'sec1', PASSWORD),
      fixture('cosign.key'),
    ];
    const edit = fc.tuple(fc.constantFrom(...texts), fc.double({ min: 0, max: 1, noNaN: true }));
    const change = fc.tuple(edit, fc.string({ maxLength: 4 }), fc.nat(400));
    fc.assert(
      fc.property(change, ([[text, where], more, cut]) => {
        const at = Math.floor(where * text.length);
        const refusal = refusalOf(() => read(text.slice(0, at) + more + text.slice(at + cut)));
        expect(refusal?.code ?? 'KEY_INVALID').toBe('KEY_INVALID');
      }),
      { numRuns: propertyRuns(300, 2000) },
    );
  });
});

describe('an encrypted PKCS #8', () => {
  const PBES2 = '2a864886f70d01050d';
  const PBKDF2 = '2a864886f70d01050c';
  const SCRYPT = '2b06010401da47040b';

  function algorithm(oid: string, ...parameters: readonly Buffer[]): Buffer {
    return der.sequence(objectId(oid), der.sequence(...parameters));
  }

  /** One in which nothing but the cost is looked at. */
  function encrypted(derivation: Buffer, scheme = PBES2): string {
    const cipher = algorithm('60864801650304012a', der.octetString(Buffer.alloc(16)));
    const info = der.sequence(
      algorithm(scheme, derivation, cipher),
      der.octetString(Buffer.alloc(64)),
    );
    return block('ENCRYPTED PRIVATE KEY', info);
  }

  function numbers(...values: readonly bigint[]): readonly Buffer[] {
    return [der.octetString(Buffer.alloc(8)), ...values.map((value) => der.integer(value))];
  }

  it('that is affordable gets as far as its password', async () => {
    for (const derivation of [
      algorithm(PBKDF2, ...numbers(600_000n)),
      algorithm(SCRYPT, ...numbers(16_384n, 8n, 1n)),
    ]) {
      expect(await rejection(open(encrypted(derivation)))).toMatchObject({ code: 'KEY_LOCKED' });
    }
  });

  it.each([
    ['2^31 iterations', algorithm(PBKDF2, ...numbers(2n ** 31n)), 'PBKDF2 with 2147483648'],
    ['2^70 iterations', algorithm(PBKDF2, ...numbers(2n ** 70n)), 'a number of 9 bytes'],
    ['scrypt with all the memory', algorithm(SCRYPT, ...numbers(2n ** 30n, 8n, 1n)), 'scrypt with'],
    ['scrypt with much work', algorithm(SCRYPT, ...numbers(1024n, 1n, 2n ** 30n)), 'scrypt with'],
    ['scrypt with large blocks', algorithm(SCRYPT, ...numbers(2n, 2n ** 25n, 1n)), 'scrypt with'],
    [
      'scrypt above what OpenSSL takes',
      algorithm(SCRYPT, ...numbers(2n ** 16n, 8n, 1n)),
      'N = 65536',
    ],
    ['scrypt with N of zero', algorithm(SCRYPT, ...numbers(0n, 8n, 1n)), 'N = 0'],
    [
      'scrypt with N below zero',
      algorithm(SCRYPT, ...numbers(8n).slice(0, 1), Buffer.of(0x02, 0x01, 0xf0)),
      'N = -16',
    ],
    ['scrypt without r and p', algorithm(SCRYPT, ...numbers(1024n)), 'r = 0'],
    ['PBKDF2 without iterations', algorithm(PBKDF2, ...numbers()), 'too few parameters'],
    ['another derivation', algorithm('2b06', ...numbers(1n)), 'in another way'],
    ['no parameters', der.sequence(objectId(PBKDF2)), 'no algorithm'],
  ])('is refused before its password is used: %s', (_, derivation, found) => {
    const refusal = refusalOf(() => read(encrypted(derivation)));
    expect(refusal).toMatchObject({ code: 'KEY_INVALID', at: 'signer.key' });
    expect(refusal?.found).toContain(found);
  });

  it('is refused in an encryption before PBES2', () => {
    const text = encrypted(algorithm(PBKDF2, ...numbers(1n)), '2a864886f70d010503');
    expect(refusalOf(() => read(text))?.found).toBe('a key in an outdated encryption');
  });
});

describe("cosign's key file", () => {
  const nonce = Buffer.alloc(24, 7);
  const salt = Buffer.alloc(32, 9);
  const cheap = { N: 1024, r: 8, p: 1 };
  const secret = scryptSync(PASSWORD, salt, 32, cheap);

  function sealed(plain: Uint8Array): Record<string, unknown> {
    return {
      kdf: { name: 'scrypt', params: cheap, salt: salt.toString('base64') },
      cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
      ciphertext: Buffer.from(xsalsa20poly1305(secret, nonce).encrypt(plain)).toString('base64'),
    };
  }
  const good = sealed(ec.privateKey.export({ format: 'der', type: 'pkcs8' }));
  const LABELS = ['ENCRYPTED COSIGN PRIVATE KEY', 'ENCRYPTED SIGSTORE PRIVATE KEY'];

  it.each(LABELS)('is read with the label %s, by its password alone', async (label) => {
    const text = block(label, JSON.stringify(good));
    expect(await open(text)).toEqual(spki(ec));
    for (const password of ['', `${PASSWORD} `, PASSWORD.toUpperCase()]) {
      const refusal = await rejection(open(text, password));
      expect(refusal).toMatchObject({ code: 'KEY_LOCKED', at: 'signer.key' });
      expect(refusal?.cause).toBeUndefined();
    }
  });

  it.each(LABELS)('is refused with the label %s wherever it is cut off', async (label) => {
    const text = block(label, JSON.stringify(good));
    for (let end = 0; end < text.trimEnd().length; end += 1) {
      expect(refusalOf(() => read(text.slice(0, end)))?.code).toBe('KEY_INVALID');
    }
    const json = JSON.stringify(good);
    for (let end = 0; end < json.length; end += 1) {
      expect(refusalOf(() => read(block(label, json.slice(0, end))))?.code).toBe('KEY_INVALID');
    }
    const ciphertext = Buffer.from(String(good['ciphertext']), 'base64');
    for (const end of [16, 17, ciphertext.length - 1]) {
      const cut = { ...good, ciphertext: ciphertext.subarray(0, end).toString('base64') };
      const refusal = await rejection(open(block(label, JSON.stringify(cut))));
      expect(refusal?.code).toBe('KEY_LOCKED');
    }
  });

  it.each([
    [{ N: 2 ** 17, r: 8, p: 1 }, true],
    [{ N: 2 ** 18, r: 8, p: 1 }, false],
    [{ N: 2 ** 17, r: 9, p: 1 }, false],
    [{ N: 2 ** 17, r: 8, p: 2 }, false],
    [{ N: 2, r: 2 ** 19, p: 1 }, true],
    [{ N: 2, r: 2 ** 19 + 1, p: 1 }, false],
  ])('may ask for this work, %j: %s', (params, may) => {
    const kdf = { name: 'scrypt', params, salt: salt.toString('base64') };
    for (const label of LABELS) {
      const refusal = refusalOf(() => read(block(label, JSON.stringify({ ...good, kdf }))));
      expect(refusal?.code).toBe(may ? undefined : 'KEY_INVALID');
      expect(refusal?.expected ?? '').toContain(may ? '' : 'N·r·p up to 1048576');
    }
  });

  function withField(path: readonly string[], value: unknown, json = good): string {
    const copy: Record<string, unknown> = structuredClone(json);
    let part = copy;
    for (const name of path.slice(0, -1)) part = Object(part[name]);
    part[path.at(-1) ?? ''] = value;
    return block(LABELS[1] ?? '', JSON.stringify(copy));
  }

  it.each([
    ['N of 2^30', ['kdf', 'params', 'N'], 2 ** 30, 'N = 1073741824'],
    ['N that is no power of two', ['kdf', 'params', 'N'], 1000, 'N = 1000'],
    ['N of one', ['kdf', 'params', 'N'], 1, 'N = 1,'],
    ['r of 2^20', ['kdf', 'params', 'r'], 2 ** 20, 'r = 1048576'],
    ['p of 2^20', ['kdf', 'params', 'p'], 2 ** 20, 'p = 1048576'],
    ['p of zero', ['kdf', 'params', 'p'], 0, 'p = 0'],
    ['N as text', ['kdf', 'params', 'N'], '1024', '"1024"'],
    ['another derivation', ['kdf', 'name'], 'argon2', '"argon2"'],
    ['another cipher', ['cipher', 'name'], 'aes', '"aes"'],
    ['a short nonce', ['cipher', 'nonce'], 'AAAA', 'a nonce of 3 bytes'],
    ['a short ciphertext', ['ciphertext'], 'AAAA', 'a ciphertext of 3'],
    ['no salt', ['kdf', 'salt'], '', 'not canonical base64'],
    ['no parameters', ['kdf', 'params'], undefined, 'nothing'],
  ])('is refused before its password is used: %s', (_, path, value, found) => {
    const refusal = refusalOf(() => read(withField(path, value)));
    expect(refusal).toMatchObject({ code: 'KEY_INVALID', at: 'signer.key' });
    expect(refusal?.found).toContain(found);
  });

  it.each([
    ['another nonce', ['cipher', 'nonce'], Buffer.alloc(24, 8).toString('base64')],
    ['another salt', ['kdf', 'salt'], Buffer.alloc(32, 8).toString('base64')],
    ['more work', ['kdf', 'params', 'N'], 2048],
    ['another ciphertext', ['ciphertext'], Buffer.alloc(154, 1).toString('base64')],
  ])('does not open: %s', async (_, path, value) => {
    expect(await rejection(open(withField(path, value)))).toMatchObject({ code: 'KEY_LOCKED' });
  });

  it('is refused without JSON in it, and with something else than a key', async () => {
    expect(refusalOf(() => read(block(LABELS[0] ?? '', 'text')))).toMatchObject({
      code: 'KEY_INVALID',
    });
    const text = block(LABELS[0] ?? '', JSON.stringify(sealed(Buffer.from('no key'))));
    expect(await rejection(open(text))).toMatchObject({ code: 'KEY_INVALID' });
  });
});

function objectId(hex: string): Buffer {
  const bytes = der.octetString(Buffer.from(hex, 'hex'));
  bytes[0] = 0x06;
  return bytes;
}
