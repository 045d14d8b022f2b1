// What is saved of the library's work must change nothing of what it finds.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { X509Certificate } from '@sigstore/core';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { remembering } from '../../src/trust/library/library-certificate.ts';
import { publicGoodRoot } from '../../src/trust/public-good.ts';
import { VerifyMemory } from '../../src/trust/verify-memory.ts';
import { propertyRuns } from '../property-runs.ts';
import { ROOT } from '../run-cli.ts';

interface Root {
  readonly certificateAuthorities: readonly Authority[];
  readonly timestampAuthorities: readonly Authority[];
}

interface Authority {
  readonly certChain: { readonly certificates: readonly { readonly rawBytes: string }[] };
}

const root = JSON.parse(Buffer.from(publicGoodRoot()).toString()) as Root;
const chains = [...root.certificateAuthorities, ...root.timestampAuthorities].map(({ certChain }) =>
  certChain.certificates.map(({ rawBytes }) => Buffer.from(rawBytes, 'base64')),
);
const certificates = chains.flat();
const chain = chains.find(({ length }) => length > 1) ?? [];
const [child = Buffer.of(), parent = Buffer.of()] = chain;

function wrap(raw: Buffer<ArrayBuffer>, memory = new VerifyMemory()): X509Certificate {
  return remembering(X509Certificate.parse(raw), raw, memory);
}

describe('a certificate that remembers', () => {
  it.each(certificates.map((raw, index) => ({ raw, index })))(
    'has the encoding that the library would make, $index',
    ({ raw }) => {
      const plain = X509Certificate.parse(raw);
      const quick = wrap(raw);
      expect(quick.root.toDER()).toEqual(plain.root.toDER());
      expect(quick.tbsCertificate.toDER()).toEqual(plain.tbsCertificate.toDER());
      expect(quick.clone().tbsCertificate.toDER()).toEqual(plain.tbsCertificate.toDER());
    },
  );

  it('has it for whatever else the library can read', () => {
    const numRuns = propertyRuns(500, 1000);
    let read = 0;
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(
        fc.constantFrom(...certificates),
        fc.array(change, { maxLength: 3 }),
        (raw, changes) => {
          const bytes = Buffer.from(raw);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          const plain = parsed(bytes);
          if (plain === undefined) return;
          read += 1;
          const quick = wrap(bytes);
          expect(quick.root.toDER()).toEqual(plain.root.toDER());
          expect(quick.tbsCertificate.toDER()).toEqual(plain.tbsCertificate.toDER());
          expect(keyOf(quick)).toEqual(keyOf(plain));
          expect(withoutOne(quick)).toEqual(withoutOne(plain));
        },
      ),
      { numRuns },
    );
    expect(read).toBeGreaterThan(numRuns / 4);
  });

  it('verifies as the library does, each pair', () => {
    const memory = new VerifyMemory();
    for (const raw of certificates) {
      for (const issuer of certificates) {
        const found = X509Certificate.parse(raw).verify(X509Certificate.parse(issuer));
        expect(wrap(raw, memory).verify(wrap(issuer))).toBe(found);
        expect(wrap(raw, memory).verify(wrap(issuer))).toBe(found);
      }
      expect(wrap(raw, memory).verify()).toBe(X509Certificate.parse(raw).verify());
    }
  });

  it('takes no other certificate for one that it has verified', () => {
    const memory = new VerifyMemory();
    expect(wrap(child, memory).verify(wrap(parent))).toBe(true);
    // The last byte is in the signature, and the other in the key of the issuer or what it signed.
    const forged = flip(child, child.length - 1);
    expect(wrap(forged, memory).verify(wrap(parent))).toBe(false);
    const key = X509Certificate.parse(parent).publicKey;
    const other = flip(parent, parent.indexOf(key) + key.length - 1);
    // No point of its curve any more.
    expect(() => wrap(child, memory).verify(wrap(other))).toThrow('Failed to read asymmetric key');
    expect(wrap(child, memory).verify(wrap(parent))).toBe(true);
  });
});

function parsed(bytes: Buffer<ArrayBuffer>): X509Certificate | undefined {
  try {
    const certificate = X509Certificate.parse(bytes);
    return certificate.tbsCertificate.toDER().length > 0 ? certificate : undefined;
  } catch {
    return undefined;
  }
}

/** Where the library expects the key, whatever is there. */
function keyOf({ tbsCertificate }: X509Certificate): Buffer | undefined {
  return tbsCertificate.subs[6]?.toDER();
}

/** As it signs for a certificate log: a copy, from which an extension is taken. */
function withoutOne(certificate: X509Certificate): readonly Buffer[] {
  return certificate.extensions.map((_, index) => {
    const copy = certificate.clone();
    copy.extensions.splice(index, 1);
    return copy.tbsCertificate.toDER();
  });
}

function flip(bytes: Buffer, at: number): Buffer<ArrayBuffer> {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe('the memory', () => {
  const one = Buffer.from('one');
  const two = Buffer.from('two');

  it('asks once for the same two certificates, and again for any other two', () => {
    const memory = new VerifyMemory();
    const verify = vi.fn<() => boolean>(() => true);
    for (let time = 0; time < 3; time += 1) memory.remember(one, two, verify);
    expect(verify).toHaveBeenCalledTimes(1);
    memory.remember(two, one, verify);
    memory.remember(Buffer.from('onet'), Buffer.from('wo'), verify);
    expect(verify).toHaveBeenCalledTimes(3);
  });

  it('remembers a refusal as well', () => {
    const memory = new VerifyMemory();
    const verify = vi.fn<() => boolean>(() => false);
    expect([memory.remember(one, two, verify), memory.remember(one, two, verify)]).toEqual([
      false,
      false,
    ]);
    expect(verify).toHaveBeenCalledTimes(1);
  });

  it('does not grow for ever', () => {
    const memory = new VerifyMemory();
    const verify = vi.fn<() => boolean>(() => true);
    for (let index = 0; index < 1000; index += 1) {
      memory.remember(Buffer.of(index >> 8, index), two, verify);
    }
    memory.remember(Buffer.of(3, 231), two, verify);
    expect(verify).toHaveBeenCalledTimes(1001);
  });

  it("is the library's alone: none of our own checks imports it", () => {
    for (const file of readdirSync(join(ROOT, 'src/trust/judge'))) {
      const text = readFileSync(join(ROOT, 'src/trust/judge', file), 'utf8');
      expect(text).not.toContain('/library/');
    }
  });
});
