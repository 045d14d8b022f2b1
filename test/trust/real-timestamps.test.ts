// Timestamps that other programs made: what no code of ours can get wrong in its own favour.
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ChainJudge } from '../../src/trust/judge/chain.ts';
import { parseTimestampResponse } from '../../src/trust/judge/timestamp-response.ts';
import { TimestampJudge } from '../../src/trust/judge/timestamp.ts';
import { parseTrustedRoot } from '../../src/trust/parse-trusted-root.ts';
import { publicGoodRoot } from '../../src/trust/public-good.ts';
import type { Authority } from '../../src/trust/trusted-root.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';

const DATA = join(import.meta.dirname, '..', '..', 'testdata');
const CONFORMANCE = join(DATA, 'conformance', 'bundle-verify');
const PUBLIC_GOOD = join(DATA, 'public-good', 'bundles');
const PLACE = { code: 'TIMESTAMP_INVALID', at: 'token', hint: 'none' } as const;
const ALWAYS = { start: new Date('2016-01-01T00:00:00Z'), end: new Date('2100-01-01T00:00:00Z') };

interface Stamped {
  readonly response: Buffer;
  readonly signature: Buffer;
  readonly authorities: readonly Authority[];
}

function verdict({ response, signature, authorities }: Stamped): string {
  const judge = new TimestampJudge(authorities, new ChainJudge());
  let at = '';
  const refusal = refusalOf(() => {
    const [found] = judge.judge([{ response, place: PLACE }], signature);
    at = found?.at.toISOString() ?? '';
  });
  return refusal === undefined ? at : `${refusal.code}: ${refusal.found}`;
}

function authorityOf(chain: readonly Uint8Array[]): Authority {
  const [leaf, ...others] = chain.map((bytes) => new X509Certificate(bytes));
  if (leaf === undefined) throw new TypeError('no certificate');
  return { chain: [leaf, ...others], validFor: ALWAYS };
}

const { stamped, tokens } = JSON.parse(
  readFileSync(join(DATA, 'timestamps', 'programs.json'), 'utf8'),
) as {
  stamped: string;
  tokens: { program: string; about: string; response: string; chain: string[] }[];
};

const PROGRAMS = tokens.map(({ program, about, response, chain }) => ({
  name: `${program}, ${about}`,
  stamp: {
    response: Buffer.from(response, 'base64'),
    signature: Buffer.from(stamped),
    authorities: [authorityOf(chain.map((bytes) => Buffer.from(bytes, 'base64')))],
  },
}));

interface BundleJson {
  readonly verificationMaterial: {
    readonly timestampVerificationData?: {
      readonly rfc3161Timestamps?: readonly { readonly signedTimestamp: string }[];
    };
  };
  readonly dsseEnvelope?: { readonly signatures: readonly { readonly sig: string }[] };
  readonly messageSignature?: { readonly signature: string };
}

/** The timestamp of a bundle; undefined if it has none. */
function stampOf(bundle: Buffer, root: Uint8Array): Stamped | undefined {
  const json = JSON.parse(bundle.toString()) as BundleJson;
  const [stamp] = json.verificationMaterial.timestampVerificationData?.rfc3161Timestamps ?? [];
  const signature = json.dsseEnvelope?.signatures[0]?.sig ?? json.messageSignature?.signature;
  if (stamp === undefined || signature === undefined) return undefined;
  return {
    response: Buffer.from(stamp.signedTimestamp, 'base64'),
    signature: Buffer.from(signature, 'base64'),
    authorities: parseTrustedRoot(root, 'root').timestampAuthorities,
  };
}

/** freeTSA's token carries its own chain, which the case's root does not list. */
function freeTsa(): Stamped {
  const name = 'rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail';
  const stamp = conformanceStamp(name);
  if (stamp === undefined) throw new TypeError('no timestamp');
  const { certificates } = parseTimestampResponse(stamp.response, PLACE);
  return { ...stamp, authorities: [authorityOf(certificates)] };
}

function conformanceStamp(name: string): Stamped | undefined {
  const own = join(CONFORMANCE, name, 'trusted_root.json');
  const root = existsSync(own) ? readFileSync(own) : publicGoodRoot();
  const file = join(CONFORMANCE, name, 'bundle.sigstore.json');
  const bundle = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  // Other cases have no bundle, or one that is no JSON.
  return bundle.includes('"signedTimestamp"') ? stampOf(bundle, root) : undefined;
}

/** The cases whose timestamp itself is wrong, with what is found. */
const REFUSED: Readonly<Record<string, string>> = {
  'rekor2-timestamp-outside-trust-root-tsa-validity_fail':
    'a timestamp of 2025-06-12T12:02:20.000Z',
  'rekor2-timestamp-outside-tsa-cert-validity_fail':
    '2025-08-07T15:38:32.000Z, when the certificate',
  'rekor2-timestamp-payload-mismatch_fail': 'a timestamp of something else',
  'rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail':
    'a timestamp of an authority that is not trusted',
  'rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail':
    'a timestamp of an authority that is not trusted',
};

const CASES = readdirSync(CONFORMANCE)
  // Its root is refused before anything is judged.
  .filter((name) => name !== 'trust-root-tlog-missing-validity-start_fail')
  .flatMap((name) => {
    const stamp = conformanceStamp(name);
    return stamp === undefined ? [] : [{ name, stamp }];
  });

const BUNDLES = readdirSync(PUBLIC_GOOD).flatMap((name) => {
  const stamp = stampOf(readFileSync(join(PUBLIC_GOOD, name)), publicGoodRoot());
  return stamp === undefined ? [] : [{ name, stamp }];
});

const GOOD = [...PROGRAMS, ...BUNDLES, { name: 'freeTSA', stamp: freeTsa() }];

describe('a timestamp by another program', () => {
  it.each(GOOD)('$name verifies', ({ stamp }) => {
    expect(verdict(stamp)).toMatch(/^20\d\d-/);
  });

  it('is among them of each kind: with RSA, with both ids, with every fraction', () => {
    expect(verdict(freeTsa())).toBe('2025-08-06T19:38:49.000Z');
    expect(PROGRAMS).toHaveLength(7);
    expect(BUNDLES.length).toBeGreaterThan(2);
  });

  it.each(GOOD)('$name is refused with one byte changed', ({ stamp }) => {
    const step = propertyRuns(31, 1);
    const survivors = [...stamp.response.keys()]
      .filter((at) => at % step === 0)
      .filter((at) => {
        const response = Buffer.from(stamp.response);
        response[at] = (response[at] ?? 0) ^ 1;
        return !verdict({ ...stamp, response }).startsWith(PLACE.code);
      });
    expect(survivors).toEqual([]);
  });

  it.each(GOOD)('$name is no timestamp of something else', ({ stamp }) => {
    const found = verdict({ ...stamp, signature: Buffer.from('something else') });
    expect(found).toBe('TIMESTAMP_INVALID: a timestamp of something else');
  });
});

describe('the timestamp of a conformance case', () => {
  it('is there in many cases', () => {
    expect(CASES.length).toBeGreaterThan(30);
    expect(CASES.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(REFUSED)));
  });

  it.each(CASES)('$name is judged', ({ name, stamp }) => {
    const found = REFUSED[name];
    expect(verdict(stamp)).toContain(found === undefined ? '.000Z' : `TIMESTAMP_INVALID: ${found}`);
  });
});
