import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Place } from '../../src/place.ts';
import { decodeBase64 } from '../../src/trust/base64.ts';
import { parseCheckpoint } from '../../src/trust/checkpoint.ts';
import { preAuthEncoding } from '../../src/trust/dsse.ts';
import { parseLeafCertificate } from '../../src/trust/judge/leaf-certificate.ts';
import { parseLogBody } from '../../src/trust/judge/log-body.ts';
import { parseTimestampResponse } from '../../src/trust/judge/timestamp-response.ts';
import { parseSigstoreBundle } from '../../src/trust/sigstore-bundle.ts';
import { refusalOf } from '../document/refusal.ts';
import { Forge } from './forge.ts';

const PLACE: Place = { code: 'TIMESTAMP_INVALID', at: 'here', hint: 'look again' };

/** The code of the refusal; undefined if there is none. Any other error passes through. */
function codeOf(call: () => unknown): string | undefined {
  return refusalOf(call)?.code;
}

const forge = new Forge();
const signed = forge.sign({ rekor: 2 });
const { certificate, timestampVerificationData } = signed.verificationMaterial;
const [stamp] = timestampVerificationData?.rfc3161Timestamps ?? [];

describe('base64', () => {
  it('has one spelling for each text of bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(decodeBase64(text, PLACE)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('never decodes two texts to the same bytes', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const refusal = refusalOf(() =>
          expect(decodeBase64(text, PLACE).toString('base64')).toBe(text),
        );
        expect([undefined, 'TIMESTAMP_INVALID']).toContain(refusal?.code);
      }),
    );
  });

  it.each(['QUI', 'QUI=\n', 'QU I=', 'QUJ=', 'QU-_', 'Q', '=', ''])('refuses %j', (text) => {
    expect(codeOf(() => decodeBase64(text, PLACE))).toBe('TIMESTAMP_INVALID');
  });
});

describe('what comes from a service', () => {
  it.each<[string, string, (bytes: Buffer) => unknown]>([
    ['certificate', certificate?.rawBytes ?? '', (bytes) => parseLeafCertificate(bytes, PLACE)],
    ['timestamp', stamp?.signedTimestamp ?? '', (bytes) => parseTimestampResponse(bytes, PLACE)],
  ])('a %s with any bytes replaced is read or refused with a code', (_, base64, parse) => {
    const good = Buffer.from(base64, 'base64');
    expect(codeOf(() => parse(good))).toBeUndefined();
    fc.assert(
      fc.property(
        fc.nat({ max: good.length - 1 }),
        fc.uint8Array({ minLength: 1, maxLength: 4 }),
        (at, bytes) => {
          const changed = Buffer.concat([
            good.subarray(0, at),
            bytes,
            good.subarray(at + bytes.length),
          ]);
          expect([undefined, 'TIMESTAMP_INVALID']).toContain(codeOf(() => parse(changed)));
        },
      ),
    );
  });

  it('a log body of any JSON is read or refused with a code', () => {
    const entry = { kind: 'dsse', version: '0.0.1' };
    fc.assert(
      fc.property(fc.json(), (json) => {
        const parse = (): unknown =>
          parseLogBody({ ...entry, body: Buffer.from(json) }, 'envelope', PLACE);
        expect(codeOf(parse)).toBe('TIMESTAMP_INVALID');
      }),
    );
  });

  it.each([
    { kind: 'hashedrekord', version: '0.0.1' },
    { kind: 'dsse', version: '0.0.3' },
    { kind: 'rekord', version: '0.0.1' },
    { kind: 'toString', version: '' },
  ])('an entry of kind $kind $version binds no envelope', (entry) => {
    const parse = (): unknown =>
      parseLogBody({ ...entry, body: Buffer.from('{}') }, 'envelope', PLACE);
    expect(codeOf(parse)).toBe('TIMESTAMP_INVALID');
  });
});

describe('what a log of Rekor v1 recorded', () => {
  const pem = (text: string): string => Buffer.from(text).toString('base64');
  const BLOCK = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';

  function read(verifier: string, algorithm = 'sha256'): string | undefined {
    const spec = {
      payloadHash: { algorithm, value: '00' },
      signatures: [{ signature: 'AAAA', verifier: pem(verifier) }],
    };
    const body = Buffer.from(JSON.stringify({ kind: 'dsse', apiVersion: '0.0.1', spec }));
    const entry = { kind: 'dsse', version: '0.0.1', body };
    return codeOf(() => parseLogBody(entry, 'envelope', PLACE));
  }

  it.each([
    ['as most write it', `${BLOCK}\n`],
    ['without a line feed at its end', BLOCK],
    ['with three of them', `${BLOCK}\n\n\n`],
    ['with its base64 on two lines', BLOCK.replace('AAAA', 'AA\nAA')],
  ])('may be PEM %s', (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  it.each([
    ['DER', '\u0030\u0000'],
    ['PEM with carriage returns', BLOCK.replaceAll('\n', '\r\n')],
    ['PEM with a blank', BLOCK.replace('AAAA', 'AA AA')],
    ['PEM behind a line feed', `\n${BLOCK}`],
    ['PEM behind a text', `subject=\n${BLOCK}`],
    ['two blocks', `${BLOCK}\n${BLOCK}`],
    ['PEM with another label', BLOCK.replaceAll('CERT', 'X509 CERT')],
    ['PEM with a header', BLOCK.replace('AAAA', 'A: b\n\nAAAA')],
  ])('is refused as %s', (_, text) => {
    expect(read(text)).toBe('TIMESTAMP_INVALID');
  });

  it('names a payload by SHA-256 alone', () => {
    expect(read(BLOCK, 'sha384')).toBe('TIMESTAMP_INVALID');
  });
});

describe('a Sigstore bundle', () => {
  const parse = (bundle: unknown) => {
    const bytes = Buffer.from(JSON.stringify(bundle));
    return refusalOf(() => parseSigstoreBundle(bytes, { name: 'a.json', maxBytes: 100_000 }));
  };
  const material = signed.verificationMaterial;
  const [entry] = material.tlogEntries;

  it('lists the fields that it knows in the order of the format', () => {
    expect(parse({ ...signed, zzz: 1 })).toMatchObject({
      code: 'SIGSTORE_BUNDLE_INVALID',
      at: 'a.json#/zzz',
      expected: 'one of mediaType, verificationMaterial, dsseEnvelope',
    });
  });

  it.each([
    ['dsseEnvelope', { ...signed, dsseEnvelope: {} }, '/dsseEnvelope/payloadType'],
    [
      'verificationMaterial',
      { mediaType: signed.mediaType, dsseEnvelope: {} },
      '/verificationMaterial',
    ],
    [
      'an entry',
      { ...signed, verificationMaterial: { ...material, tlogEntries: [{}] } },
      '/verificationMaterial/tlogEntries/0/kindVersion',
    ],
    [
      'a proof',
      {
        ...signed,
        verificationMaterial: { ...material, tlogEntries: [{ ...entry, inclusionProof: {} }] },
      },
      '/verificationMaterial/tlogEntries/0/inclusionProof/checkpoint',
    ],
  ])('names first what is missing first: of %s', (_, bundle, place) => {
    expect(parse(bundle)).toMatchObject({ code: 'SIGSTORE_BUNDLE_INVALID', at: `a.json#${place}` });
  });
});

describe('a checkpoint', () => {
  const ROOT = Buffer.alloc(32, 7).toString('base64');
  const NOTE = `log.test\n5\n${ROOT}\n`;
  const LINE = '\u2014 log.test AAAAAAAA\n';

  it('is read whole', () => {
    expect(parseCheckpoint(`${NOTE}\n${LINE}`, PLACE)).toEqual({
      origin: 'log.test',
      treeSize: '5',
      rootHash: Buffer.alloc(32, 7),
      signatures: [{ name: 'log.test', keyHint: Buffer.alloc(4), signature: Buffer.alloc(2) }],
      signed: Buffer.from(NOTE),
    });
  });

  it.each([
    ['a root in other base64', `log.test\n5\n${ROOT.replace(/.=$/, 'd=')}\n\n${LINE}`],
    ['a short root', `log.test\n5\nAAAA\n\n${LINE}`],
    ['a size with a leading zero', `log.test\n05\n${ROOT}\n\n${LINE}`],
    ['a size of zero', `log.test\n0\n${ROOT}\n\n${LINE}`],
    ['no origin', `\n5\n${ROOT}\n\n${LINE}`],
    ['two lines only', `log.test\n5\n\n${LINE}`],
    ['a signature in other base64', `${NOTE}\n\u2014 log.test AAAAAAB=\n`],
    ['a hyphen for the dash', `${NOTE}\n- log.test AAAAAAAA\n`],
    ['a signature of four bytes', `${NOTE}\n${LINE}\u2014 witness.test AAAAAA==\n`],
    ['a plus in a name', `${NOTE}\n${LINE}\u2014 witness+test AAAAAAAA\n`],
    ['a blank of Unicode in a name', `${NOTE}\n${LINE}\u2014 witness\u0085test AAAAAAAA\n`],
    ['a blank line among the signatures', `${NOTE}\n${LINE}\n${LINE}`],
  ])('with %s is refused', (_, text) => {
    expect(codeOf(() => parseCheckpoint(text, PLACE))).toBe('TIMESTAMP_INVALID');
  });

  it('of any text is read or refused with a code', () => {
    const line = fc.oneof(fc.string(), fc.constantFrom('', 'log.test', '5', ROOT, LINE.trim()));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const code = codeOf(() => parseCheckpoint(lines.join('\n'), PLACE));
        expect([undefined, 'TIMESTAMP_INVALID']).toContain(code);
      }),
    );
  });
});

describe('the pre-authentication encoding', () => {
  it('is that of the example of DSSE', () => {
    // https://github.com/secure-systems-lab/dsse/blob/master/protocol.md, "Test Vectors"
    const encoding = preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'));
    expect(encoding.toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });

  it('counts bytes, not characters', () => {
    expect(preAuthEncoding('\u{E9}', Buffer.alloc(0)).toString()).toBe('DSSEv1 2 \u{E9} 0 ');
  });
});
