// Attacks that other verifiers of signatures have let through, by their number in the list of classes
// that this project tests against, each with the advisory. Each starts from a bundle that verifies.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { IN_TOTO_PAYLOAD_TYPE } from '../../src/media-types.ts';
import { preAuthEncoding } from '../../src/trust/dsse.ts';
import { propertyRuns } from '../property-runs.ts';
import { mirrored } from './edits/ecdsa.ts';
import {
  encode as encodeTree,
  nodeAt,
  replaced,
  treeOf,
  type Path,
  type Tree,
} from './edits/tree.ts';
import {
  Forge,
  SIGNED_AT,
  STATEMENT,
  edited,
  encode,
  entryOf,
  ephemeralKeys,
  stampsOf,
} from './forge.ts';
import type { BundleJson, RootJson, Signing } from './forge.ts';
import { judgesUnder } from './judges.ts';

const FILE = 'attestation.intoto.jsonl';
const MATERIAL = `${FILE}#/verificationMaterial`;
const ENTRY = `${MATERIAL}/tlogEntries/0`;
const SIGNATURE = `${FILE}#/dsseEnvelope/signatures/0/sig`;
const STAMP = `${MATERIAL}/timestampVerificationData/rfc3161Timestamps`;

const forge = new Forge();
const verdict = judgesUnder(forge.root);
const keys = ephemeralKeys();

const KINDS: readonly { readonly kind: string; readonly signing: Signing }[] = [
  { kind: 'Rekor v1', signing: { rekor: 1, keys } },
  { kind: 'Rekor v1 with a timestamp', signing: { rekor: 1, timestamp: true, keys } },
  { kind: 'Rekor v2 with a timestamp', signing: { rekor: 2, keys } },
];

function later(seconds: number): Date {
  return new Date(SIGNED_AT.getTime() + seconds * 1000);
}

function under(change: (root: RootJson) => void): (bundle: unknown) => string {
  return judgesUnder(edited(forge.root, change));
}

/** A bundle that verifies, and an edited copy, with what becomes of it. */
function afterEdit(good: BundleJson, change: (copy: BundleJson) => unknown): string {
  expect(verdict(good)).toBe('verified');
  return verdict(edited(good, (copy) => void change(copy)));
}

function base64Of(tree: Tree): string {
  return JSON.parse(encodeTree(tree).toString()) as string;
}

/** With the ECDSA value in this base64 mirrored, which is one at the path. */
function mirroredAt(base64: string, path: Path): string {
  const tree = treeOf(base64);
  const whole = [0, 0, ...path];
  expect(nodeAt(tree, whole)?.children).toHaveLength(2);
  return base64Of(replaced(tree, whole, (node) => [mirrored(node)]));
}

describe('E2-4 the log entry of another signature (CVE-2022-36056, CVE-2026-22703, CVE-2024-51746)', () => {
  it.each(KINDS)('E2-4 of the same payload by the same key is refused ($kind)', ({ signing }) => {
    const other = entryOf(forge.sign(signing));
    const found = afterEdit(forge.sign(signing), (copy) => {
      copy.verificationMaterial.tlogEntries = [other];
    });
    expect(found).toBe(`LOG_ENTRY_INVALID ${ENTRY}/canonicalizedBody`);
  });

  it.each(KINDS)(
    'E2-4 beside the right one, before or after, is refused ($kind)',
    ({ signing }) => {
      const other = entryOf(forge.sign({ ...signing, payload: Buffer.from('{"other":1}') }));
      for (const at of [0, 1]) {
        const found = afterEdit(forge.sign(signing), (copy) => {
          copy.verificationMaterial.tlogEntries.splice(at, 0, other);
        });
        expect(found).toBe(`LOG_ENTRY_INVALID ${MATERIAL}/tlogEntries/${at}/canonicalizedBody`);
      }
    },
  );

  it.each(KINDS)(
    'E2-4 with the body of another, the rest its own, is refused ($kind)',
    ({ signing }) => {
      const other = entryOf(forge.sign(signing));
      const found = afterEdit(forge.sign(signing), (copy) => {
        entryOf(copy).canonicalizedBody = other.canonicalizedBody;
      });
      expect(found).toBe(`LOG_ENTRY_INVALID ${ENTRY}/canonicalizedBody`);
    },
  );
});

describe('E2-5 a checkpoint or a promise that nobody signed (CVE-2022-23649, CVE-2024-54140)', () => {
  it.each(KINDS)(
    'E2-5 the checkpoint of another log of the same name is refused ($kind)',
    ({ signing }) => {
      const other = entryOf(new Forge().sign(signing));
      const found = afterEdit(forge.sign(signing), (copy) => {
        entryOf(copy).inclusionProof = other.inclusionProof;
        if (signing.rekor === 2) entryOf(copy).logIndex = other.logIndex;
      });
      expect(found).toBe(`LOG_ENTRY_INVALID ${ENTRY}/inclusionProof/checkpoint/envelope`);
    },
  );

  it.each(KINDS)(
    'E2-5 another checkpoint of the log, which is larger, is refused ($kind)',
    ({ signing }) => {
      const good = forge.sign(signing);
      const { checkpoint, rootHash, treeSize } = entryOf(forge.sign(signing)).inclusionProof;
      const found = afterEdit(good, (copy) => {
        Object.assign(entryOf(copy).inclusionProof, { checkpoint, rootHash, treeSize });
      });
      expect(found).toMatch(/^LOG_ENTRY_INVALID .*\/tlogEntries/);
    },
  );

  it.each(KINDS)(
    'E2-5 the checkpoint without its signature line is refused ($kind)',
    ({ signing }) => {
      for (const line of ['', '\u2014 witness.test AAAAAAAAAAAA\n']) {
        const found = afterEdit(forge.sign(signing), (copy) => {
          const { checkpoint } = entryOf(copy).inclusionProof;
          checkpoint.envelope = checkpoint.envelope.replace(/(?<=\n\n).*$/s, line);
        });
        expect(found).toMatch(/_INVALID .*\/tlogEntries\/0\/inclusionProof\/checkpoint\/envelope$/);
      }
    },
  );

  it('E2-5 the promise of another log with the same id is refused', () => {
    const other = entryOf(new Forge().sign({ keys }));
    const found = afterEdit(forge.sign({ keys }), (copy) => {
      entryOf(copy).inclusionPromise = other.inclusionPromise ?? { signedEntryTimestamp: '' };
    });
    expect(found).toMatch(/^LOG_ENTRY_INVALID .*\/tlogEntries/);
  });

  it.each(['-1', '-0', '00', '+1', '1e3', '0x1', '9007199254740993'])(
    'E2-5 the index %s is refused',
    (index) => {
      for (const place of [entryOf, (bundle: BundleJson) => entryOf(bundle).inclusionProof]) {
        const found = afterEdit(forge.sign({ rekor: 2, keys }), (copy) => {
          place(copy).logIndex = index;
        });
        expect(found).toMatch(/^(?:SIGSTORE_BUNDLE|LOG_ENTRY)_INVALID .*\/logIndex$/);
      }
    },
  );
});

describe('E2-6 a time outside of the life of the certificate (CVE-2024-55655, CVE-2026-24122)', () => {
  const START = later(-600);
  it.each([
    { why: 'at its first second', notBefore: SIGNED_AT, isGood: true },
    { why: 'a second before it', notBefore: later(1), isGood: false },
    { why: 'at its last second', notBefore: START, isGood: true },
    { why: 'a second after it', notBefore: later(-601), isGood: false },
  ])('E2-6 signed $why', ({ notBefore, isGood }) => {
    for (const { signing } of KINDS) {
      const found = verdict(forge.sign({ ...signing, notBefore }));
      expect(found).toMatch(isGood ? /^verified$/ : /^CERTIFICATE_INVALID /);
    }
  });

  it('E2-6 one of several times outside is enough to refuse', () => {
    const signing = { rekor: 'both', timestamp: true, keys } as const;
    expect(verdict(forge.sign({ ...signing, stampedAt: later(598) }))).toBe('verified');
    expect(verdict(forge.sign({ ...signing, stampedAt: later(600) }))).toMatch(
      /^CERTIFICATE_INVALID /,
    );
    expect(verdict(forge.sign({ ...signing, loggedAt: later(600) }))).toMatch(
      /^CERTIFICATE_INVALID /,
    );
  });

  it('E2-6 a time that no promise covers proves nothing', () => {
    const found = afterEdit(forge.sign({ rekor: 2, keys }), (copy) => {
      entryOf(copy).integratedTime = String(SIGNED_AT.getTime() / 1000);
      delete copy.verificationMaterial.timestampVerificationData;
    });
    expect(found).toBe(`LOG_ENTRY_INVALID ${ENTRY}/integratedTime`);
  });

  it.each(['certificateAuthorities', 'timestampAuthorities'] as const)(
    'E2-6 %s of the root must be in force at the time, not today',
    (list) => {
      const bundle = forge.sign({ rekor: 2, keys });
      const ending = (end: string): string =>
        under((root) => {
          for (const authority of root[list]) authority.validFor.end = end;
        })(bundle);
      expect(ending('2026-06-01T12:00:00Z')).toBe('verified');
      expect(ending('2026-06-01T11:59:59Z')).toMatch(/^(?:CERTIFICATE|TIMESTAMP)_INVALID /);
    },
  );
});

describe('E2-7 a witness that is counted twice (sigstore-js #1702)', () => {
  it('E2-7 the same entry', () => {
    const found = afterEdit(forge.sign({ keys }), (copy) => {
      copy.verificationMaterial.tlogEntries.push(entryOf(copy));
    });
    expect(found).toMatch(/^(?:LOG_ENTRY|TIMESTAMP)_INVALID /);
  });

  it('E2-7 the same entry with the other value of the same promise', () => {
    const found = afterEdit(forge.sign({ keys }), (copy) => {
      const { signedEntryTimestamp = '' } = entryOf(copy).inclusionPromise ?? {};
      const inclusionPromise = { signedEntryTimestamp: mirroredAt(signedEntryTimestamp, []) };
      copy.verificationMaterial.tlogEntries.push({ ...entryOf(copy), inclusionPromise });
    });
    expect(found).toMatch(/^(?:LOG_ENTRY|TIMESTAMP)_INVALID /);
  });

  const TOKEN: Path = [1, 1, 0];
  it.each<[string, (token: string) => string]>([
    ['the same timestamp', (token) => token],
    [
      'the same timestamp with the other value of its signature',
      (token) => mirroredAt(token, [...TOKEN, 4, 0, 5, 0]),
    ],
    [
      'the same timestamp without its certificates',
      (token) => {
        const tree = replaced(treeOf(token), [0, 0, ...TOKEN, 3], () => []);
        return base64Of(tree);
      },
    ],
  ])('E2-7 %s', (_, copyOf) => {
    const found = afterEdit(forge.sign({ rekor: 2, keys }), (copy) => {
      const [{ signedTimestamp } = { signedTimestamp: '' }] = stampsOf(copy);
      stampsOf(copy).push({ signedTimestamp: copyOf(signedTimestamp) });
    });
    expect(found).toMatch(/^TIMESTAMP_INVALID /);
  });

  it('E2-7 the same key of a checkpoint', () => {
    const found = afterEdit(forge.sign({ keys }), (copy) => {
      const { checkpoint } = entryOf(copy).inclusionProof;
      checkpoint.envelope += checkpoint.envelope.slice(checkpoint.envelope.indexOf('\u2014'));
    });
    expect(found).toBe(`LOG_ENTRY_INVALID ${ENTRY}/inclusionProof/checkpoint/envelope`);
  });

  it('E2-7 the same envelope signature', () => {
    const found = afterEdit(forge.sign({ keys }), (copy) => {
      copy.dsseEnvelope.signatures.push(...copy.dsseEnvelope.signatures);
    });
    expect(found).toBe(`SIGSTORE_BUNDLE_INVALID ${FILE}#/dsseEnvelope/signatures`);
  });
});

describe('E2-10 what was signed is not what is read (CVE-2026-48758)', () => {
  const type = IN_TOTO_PAYLOAD_TYPE;
  const text = STATEMENT.toString();
  it.each([
    ['the payload alone', STATEMENT],
    ['the payload in base64', Buffer.from(STATEMENT.toString('base64'))],
    [
      'the encoding of the payload in base64',
      preAuthEncoding(type, Buffer.from(STATEMENT.toString('base64'))),
    ],
    ['the encoding of another type', preAuthEncoding('text/plain', STATEMENT)],
    [
      'another version of the encoding',
      Buffer.from(`DSSEv2 ${type.length} ${type} ${text.length} ${text}`),
    ],
    ['an encoding without lengths', Buffer.from(`DSSEv1 ${type} ${text}`)],
    [
      'an encoding with other lengths',
      Buffer.from(`DSSEv1 ${type.length + 3} ${type} ${text.length} ${text}`),
    ],
  ])('E2-10 a signature over %s is refused', (_, encoding) => {
    expect(verdict(forge.sign({ rekor: 2, keys }))).toBe('verified');
    expect(verdict(forge.sign({ rekor: 2, keys, encoding }))).toBe(
      `SIGNATURE_INVALID ${SIGNATURE}`,
    );
  });

  it.each([
    'application/vnd.in-toto+json ',
    'application/vnd.in-toto+json; charset=utf-8',
    'application/vnd.in-toto+jso\u{FF4E}',
    'application/vnd.in-toto+json\0',
    'APPLICATION/VND.IN-TOTO+JSON',
    '',
  ])('E2-10 the signed type %j is refused', (payloadType) => {
    expect(verdict(forge.sign({ keys, payloadType, rekor: 2 }))).toMatch(
      /^(?:PAYLOAD_TYPE_UNEXPECTED|SIGSTORE_BUNDLE_INVALID) .*\/payloadType$/,
    );
  });

  it.each([
    ['white space', `${text} `],
    ['an escape', text.replace('_type', String.raw`\u005ftype`)],
    ['another order or nothing else', '{"_type":"https://in-toto.io/Statement/v1","a":1}'],
  ])('E2-10 the same statement written with %s is refused', (_, other) => {
    const found = afterEdit(forge.sign({ keys }), (copy) => {
      copy.dsseEnvelope.payload = Buffer.from(other).toString('base64');
    });
    expect(found).toBe(`SIGNATURE_INVALID ${SIGNATURE}`);
  });

  it('E2-10 the statement itself in place of its base64 is refused', () => {
    for (const payload of [text, JSON.parse(text), Buffer.from(text).toString('base64url')]) {
      const found = afterEdit(forge.sign({ keys }), (copy) => {
        copy.dsseEnvelope.payload = payload;
      });
      expect(found).toMatch(/^(?:SIGSTORE_BUNDLE|SIGNATURE)_INVALID /);
    }
  });
});

describe('E2-11 a key that two readers read differently (CVE-2017-12635)', () => {
  it('E2-11 twice, at any depth, with the same value or another, is refused', () => {
    const text = encode(forge.sign({ rekor: 'both', keys })).toString();
    const members = [...text.matchAll(/(?<=[{,])("\w+":)("[^"]*")/g)];
    expect(members.length).toBeGreaterThan(20);
    for (const { index, 1: key = '', 2: value = '' } of members) {
      for (const first of [value, '""', 'null']) {
        const twice = `${text.slice(0, index)}${key}${first},${text.slice(index)}`;
        expect(verdict(Buffer.from(twice))).toMatch(/^SIGSTORE_BUNDLE_INVALID /);
      }
    }
  });

  it('E2-11 in another case is refused', () => {
    const text = encode(forge.sign({ rekor: 'both', keys })).toString();
    for (const { index, 0: key } of text.matchAll(/(?<=")\w+(?=":)/g)) {
      const others = [key.toUpperCase(), key.replace(/^\w/, (char) => char.toUpperCase())];
      for (const other of others) {
        const folded = `${text.slice(0, index)}${other}${text.slice(index + key.length)}`;
        expect(verdict(Buffer.from(folded))).not.toBe('verified');
      }
    }
  });

  it.each([
    '1e400',
    'NaN',
    'Infinity',
    '-0',
    '1.0',
    '0x1',
    '9007199254740993',
    String.raw`"\ud800"`,
  ])('E2-11 the value %s is refused', (value) => {
    const text = encode(forge.sign({ rekor: 2, keys })).toString();
    const changed = text.replace(/"logIndex":"\d+"/, `"logIndex":${value}`);
    expect(changed).not.toBe(text);
    expect(verdict(Buffer.from(changed))).toMatch(/^SIGSTORE_BUNDLE_INVALID /);
  });
});

describe('E2-12 a key that changes objects (CVE-2025-64718)', () => {
  it.each(['__proto__', 'constructor', 'prototype'])('E2-12 %s is an unknown key', (key) => {
    const text = encode(forge.sign({ keys })).toString();
    for (const { index } of text.matchAll(/\{/g)) {
      const more = `${text.slice(0, index + 1)}"${key}":{},${text.slice(index + 1)}`;
      expect(verdict(Buffer.from(more))).toMatch(
        new RegExp(`^SIGSTORE_BUNDLE_INVALID .*/${key}$`, 'u'),
      );
    }
  });
});

describe('E2-14 what is too deep or claims to be too long (sigstore-js #1722)', () => {
  const deepJson = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const manyKeys = `{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":0`).join()}}`;
  it.each([
    ['deep lists', deepJson],
    ['deep objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['very many keys', manyKeys],
  ])('E2-14 %s are refused', (_, json) => {
    expect(verdict(Buffer.from(json))).toMatch(/^(?:SIGSTORE_BUNDLE_INVALID|LIMIT_EXCEEDED) /);
    const text = encode(forge.sign({ keys })).toString();
    const inside = text.replace(/"hashes":\[[^\]]*\]/, `"hashes":${json}`);
    expect(verdict(Buffer.from(inside))).toMatch(/^(?:SIGSTORE_BUNDLE_INVALID|LIMIT_EXCEEDED) /);
  });

  /** Sequences in one another, each with the length of what is in it. */
  function nested(depth: number): Buffer {
    const headers: Buffer[] = [];
    for (let length = 0, level = 0; level < depth; level += 1) {
      const header = Buffer.from([0x30, 0x84, 0, 0, 0, 0]);
      header.writeUInt32BE(length, 2);
      headers.unshift(length < 0x80 ? Buffer.of(0x30, length) : header);
      length += length < 0x80 ? 2 : 6;
    }
    return Buffer.concat(headers);
  }

  it.each([
    ['a length of 4 GiB', Buffer.from('3084ffffffff0201', 'hex')],
    ['a length of 2^64', Buffer.from('3088ffffffffffffffff02', 'hex')],
    ['a length of 126 bytes', Buffer.concat([Buffer.of(0x30, 0xfe), Buffer.alloc(126, 0xff)])],
    ['no length', Buffer.from('3080020101000000', 'hex')],
    ['a tag without end', Buffer.concat([Buffer.of(0x3f), Buffer.alloc(1000, 0xff)])],
    ['100,000 levels', nested(100_000)],
  ])('E2-14 DER with %s is refused', (_, bytes) => {
    const rawBytes = bytes.toString('base64');
    const certified = afterEdit(forge.sign({ keys }), (copy) => {
      copy.verificationMaterial.certificate = { rawBytes };
    });
    expect(certified).toBe(`CERTIFICATE_INVALID ${MATERIAL}/certificate/rawBytes`);
    const stamped = afterEdit(forge.sign({ rekor: 2, keys }), (copy) => {
      stampsOf(copy).splice(0, 1, { signedTimestamp: rawBytes });
    });
    expect(stamped).toBe(`TIMESTAMP_INVALID ${STAMP}/0/signedTimestamp`);
  });

  it('E2-14 any DER at all in place of a certificate or a timestamp is refused', () => {
    const [good, stamped] = [forge.sign({ keys }), forge.sign({ rekor: 2, keys })];
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (content) => {
        const bytes = Buffer.concat([Buffer.of(0x30, content.length), content]);
        const rawBytes = bytes.toString('base64');
        const certified = edited(good, (copy) => {
          copy.verificationMaterial.certificate = { rawBytes };
        });
        expect(verdict(certified)).toMatch(/^CERTIFICATE_INVALID /);
        const timed = edited(stamped, (copy) => {
          stampsOf(copy).splice(0, 1, { signedTimestamp: rawBytes });
        });
        expect(verdict(timed)).toMatch(/^TIMESTAMP_INVALID /);
      }),
      { numRuns: propertyRuns(100, 1000) },
    );
  });
});

describe('E2-22 an older format, which asks for less (CVE-2026-22703)', () => {
  it.each([
    'application/vnd.dev.sigstore.bundle+json;version=0.1',
    'application/vnd.dev.sigstore.bundle+json;version=0.2',
    'application/vnd.dev.sigstore.bundle.v0.4+json',
  ])('E2-22 %s is refused, with its chain or without proof', (mediaType) => {
    for (const change of [
      () => undefined,
      (copy: BundleJson) => Reflect.deleteProperty(entryOf(copy), 'inclusionProof'),
    ]) {
      const found = afterEdit(forge.sign({ keys }), (copy) => {
        change(copy);
        copy.mediaType = mediaType;
      });
      expect(found).toBe(`SIGSTORE_BUNDLE_INVALID ${FILE}#/mediaType`);
    }
  });
});

describe('E2-23 a signature of nothing (CVE-2025-62375, CVE-2022-21449)', () => {
  const zeros = Buffer.from('3006020100020100', 'hex').toString('base64');
  const ones = Buffer.from('3006020101020101', 'hex').toString('base64');
  it.each([
    ['zeros', zeros],
    ['ones', ones],
    ['one zero byte', 'AA=='],
  ])('E2-23 of %s is refused: envelope, promise, checkpoint', (_, value) => {
    const envelope = afterEdit(forge.sign({ keys }), (copy) => {
      copy.dsseEnvelope.signatures = [{ sig: value }];
    });
    expect(envelope).toBe(`SIGNATURE_INVALID ${SIGNATURE}`);
    const promise = afterEdit(forge.sign({ keys }), (copy) => {
      entryOf(copy).inclusionPromise = { signedEntryTimestamp: value };
    });
    expect(promise).toMatch(/^LOG_ENTRY_INVALID .*\/tlogEntries/);
    const checkpoint = afterEdit(forge.sign({ rekor: 2, keys }), (copy) => {
      const note = entryOf(copy).inclusionProof.checkpoint;
      note.envelope = note.envelope.replace(/(?<= )(\S+)\n$/, (base64) => {
        const hint = Buffer.from(base64, 'base64').subarray(0, 4);
        return `${Buffer.concat([hint, Buffer.from(value, 'base64')]).toString('base64')}\n`;
      });
    });
    expect(checkpoint).toMatch(/^LOG_ENTRY_INVALID .*\/tlogEntries/);
  });
});
