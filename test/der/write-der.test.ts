import { ASN1Obj } from '@sigstore/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import * as der from '../../src/der/write-der.ts';

function read(bytes: Uint8Array): ASN1Obj {
  return ASN1Obj.parseBuffer(Buffer.from(bytes));
}

const arc = fc.integer({ min: 0, max: 2 ** 40 });

describe('the DER writer', () => {
  it.each([
    ['0', der.integer(0), '020100'],
    ['127', der.integer(127), '02017f'],
    ['128, with a sign byte', der.integer(128), '02020080'],
    ['256', der.integer(256), '02020100'],
    ['2^64', der.integer(2n ** 64n), '0209010000000000000000'],
    ['TRUE', der.boolean(true), '0101ff'],
    ['FALSE', der.boolean(false), '010100'],
    ['NULL', der.nullValue(), '0500'],
    ['an empty SEQUENCE', der.sequence(), '3000'],
    // X.690 §8.19.5
    ['the OID 2.999.3', der.oid('2.999.3'), '0603883703'],
    ['the OID 1.2.840.113549', der.oid('1.2.840.113549'), '06062a864886f70d'],
    ['digitalSignature', der.bitString(Buffer.of(0x80), 7), '03020780'],
    ['a UTF8String', der.utf8String('é'), '0c02c3a9'],
    ['[0] EXPLICIT', der.explicit(0, der.integer(2)), 'a003020102'],
    ['[6] IMPLICIT', der.implicit(6, Buffer.from('a:')), '8602613a'],
    ['[0] IMPLICIT SET', der.retag(0, der.setOf(der.integer(1))), 'a003020101'],
  ])('writes %s', (_, written, hex) => {
    expect(written.toString('hex')).toBe(hex);
  });

  it.each([
    ['2049-12-31T23:59:59.999Z', '170d3439313233313233353935395a'],
    ['2050-01-01T00:00:00Z', '180f32303530303130313030303030305a'],
  ])('writes the time %s in the form that RFC 5280 §4.1.2.5 asks for', (at, hex) => {
    expect(der.time(new Date(at)).toString('hex')).toBe(hex);
  });

  it('writes lengths that a reader reads back, over every border of the length form', () => {
    for (const size of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
      expect(read(der.utf8String('x'.repeat(size))).value.length).toBe(size);
    }
  });

  it('writes integers that a reader reads back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 200n }), (value) => {
        expect(read(der.integer(value)).toInteger()).toBe(value);
      }),
    );
  });

  it('writes one form of an integer, however many zeros lead its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.nat(5), (bytes, zeros) => {
        const padded = Buffer.concat([Buffer.alloc(zeros), bytes]);
        expect(der.unsignedInteger(padded)).toEqual(der.unsignedInteger(bytes));
      }),
    );
  });

  it('writes object identifiers that a reader reads back', () => {
    fc.assert(
      fc.property(fc.nat(2), fc.nat(39), fc.array(arc, { maxLength: 8 }), (first, second, rest) => {
        const text = [first, second, ...rest].join('.');
        expect(read(der.oid(text)).toOID()).toBe(text);
      }),
    );
  });

  it('writes times that a reader reads back, in whole seconds', () => {
    const date = fc.date({ min: new Date(0), max: new Date('2099-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (at) => {
        const seconds = Math.floor(at.getTime() / 1000);
        expect(read(der.generalizedTime(at)).toDate().getTime()).toBe(seconds * 1000);
        expect(read(der.time(at)).toDate().getTime()).toBe(seconds * 1000);
      }),
    );
  });

  it('sorts a SET OF, so that the order of its parts does not show', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 6 }), (parts) => {
        const encoded = parts.map((part) => der.octetString(part));
        expect(der.setOf(...encoded.toReversed())).toEqual(der.setOf(...encoded));
      }),
    );
  });

  it('nests: what is put into a SEQUENCE comes out of it', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 8 }), (texts) => {
        const { subs } = read(der.sequence(...texts.map((text) => der.utf8String(text))));
        expect(subs.map(({ value }) => value.toString('utf8'))).toEqual(
          texts.map((text) => Buffer.from(text).toString('utf8')),
        );
      }),
    );
  });
});
