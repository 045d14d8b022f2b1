import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { publicGoodSigningConfig } from '../../src/sign/public-good-signing-config.ts';
import { chooseServices, parseSigningConfig } from '../../src/sign/signing-config.ts';
import type { SigningServices } from '../../src/sign/signing-config.ts';
import { refusalOf } from '../document/refusal.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const OLD = '2024-01-01T00:00:00Z';

interface ServiceJson {
  url: string;
  majorApiVersion: number;
  validFor: { start?: string; end?: string | null };
  operator: string;
}

function service(url: string, change: Partial<ServiceJson> = {}): ServiceJson {
  return { url, majorApiVersion: 1, validFor: { start: OLD }, operator: 'a.test', ...change };
}

const GOOD = {
  mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
  caUrls: [service('https://ca.test')],
  oidcUrls: [service('https://oidc.test')],
  rekorTlogUrls: [service('https://log.test')],
  rekorTlogConfig: { selector: 'ANY' },
  tsaUrls: [service('https://tsa.test/api/v1/timestamp')],
  tsaConfig: { selector: 'ANY' },
};

function choose(config: unknown, at = NOW): SigningServices {
  return chooseServices(parseSigningConfig(Buffer.from(JSON.stringify(config)), 'config.json'), at);
}

function logsOf(
  rekorTlogUrls: readonly ServiceJson[],
  config: object = { selector: 'ANY' },
): readonly string[] {
  const { logs } = choose({ ...GOOD, rekorTlogUrls, rekorTlogConfig: config });
  return logs.map(({ url }) => url);
}

function verdict(config: unknown): string {
  const refusal = refusalOf(() => choose(config));
  return refusal === undefined ? 'usable' : `${refusal.code} ${refusal.at}`;
}

describe('the embedded signing config', () => {
  const bytes = publicGoodSigningConfig();

  it('is the published file, byte for byte', () => {
    const folder = join(import.meta.dirname, '..', '..', 'testdata', 'public-good');
    expect(bytes).toEqual(readFileSync(join(folder, 'signing_config.v0.2.json')));
  });

  it('signs with Rekor v1 and a timestamp', () => {
    const services = chooseServices(parseSigningConfig(bytes, 'config.json'), NOW);
    expect(services.certificateAuthority.url).toBe('https://fulcio.sigstore.dev');
    expect(services.logs.map(({ url, majorApiVersion }) => [url, majorApiVersion])).toEqual([
      ['https://rekor.sigstore.dev', 1],
    ]);
    expect(services.timestampAuthorities.map(({ url }) => url)).toEqual([
      'https://timestamp.sigstore.dev/api/v1/timestamp',
    ]);
  });
});

describe('a choice of services', () => {
  const future = service('https://future.test', { validFor: { start: '2099-01-01T00:00:00Z' } });
  const past = service('https://past.test', {
    validFor: { start: OLD, end: '2025-01-01T00:00:00Z' },
  });
  const newer = service('https://newer.test', { validFor: { start: '2026-01-01T00:00:00Z' } });
  const second = service('https://second.test', { majorApiVersion: 2 });
  const third = service('https://third.test', { majorApiVersion: 3 });
  const older = service('https://older.test');
  const elsewhere = service('https://elsewhere.test', { operator: 'b.test' });

  it('leaves out what is not valid yet or no more', () => {
    expect(logsOf([future, past, older])).toEqual(['https://older.test']);
  });

  it('counts both ends of a window as valid', () => {
    const exact = { start: NOW.toISOString(), end: NOW.toISOString() };
    expect(logsOf([service('https://now.test', { validFor: exact })])).toEqual([
      'https://now.test',
    ]);
  });

  it('takes the highest API version that is spoken here, then the newest start', () => {
    expect(logsOf([older, newer])).toEqual(['https://newer.test']);
    expect(logsOf([newer, second, third])).toEqual(['https://second.test']);
  });

  it('takes one service of each operator for ALL', () => {
    const all = { selector: 'ALL' };
    expect(logsOf([older, newer, elsewhere], all)).toEqual([
      'https://newer.test',
      'https://elsewhere.test',
    ]);
  });

  it('takes so many operators for EXACT', () => {
    expect(logsOf([older, newer, elsewhere], { selector: 'EXACT', count: 2 })).toEqual([
      'https://newer.test',
      'https://elsewhere.test',
    ]);
    expect(logsOf([older, elsewhere], { selector: 'EXACT', count: 1 })).toHaveLength(1);
  });

  it('does not depend on the order of services with different starts', () => {
    const starts = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1 });
    fc.assert(
      fc.property(starts, (months) => {
        const services = months.map((month) => {
          const start = `2025-${String(month).padStart(2, '0')}-01T00:00:00Z`;
          return service(`https://m${month}.test`, { validFor: { start } });
        });
        expect(logsOf(services)).toEqual([`https://m${Math.max(...months)}.test`]);
      }),
    );
  });

  it('needs no timestamp beside Rekor v1', () => {
    const services = choose({ ...GOOD, tsaUrls: [], tsaConfig: undefined });
    expect(services.timestampAuthorities).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['no certificate authority', { caUrls: [] }, '/caUrls'],
    ['none that is valid', { caUrls: [past, future] }, '/caUrls'],
    ['no log', { rekorTlogUrls: [] }, '/rekorTlogUrls'],
    [
      'no log for ALL',
      { rekorTlogUrls: [past], rekorTlogConfig: { selector: 'ALL' } },
      '/rekorTlogUrls',
    ],
    ['only a log of a later API', { rekorTlogUrls: [third] }, '/rekorTlogUrls'],
    [
      'two logs of one operator for EXACT 2',
      { rekorTlogUrls: [older, newer], rekorTlogConfig: { selector: 'EXACT', count: 2 } },
      '/rekorTlogUrls',
    ],
    [
      'Rekor v2 without a timestamp authority',
      { rekorTlogUrls: [second], tsaUrls: [] },
      '/tsaUrls',
    ],
    ['no timestamp authority that is valid', { tsaUrls: [past] }, '/tsaUrls'],
  ])('is impossible with %s', (_, change, pointer) => {
    expect(verdict(GOOD)).toBe('usable');
    expect(verdict({ ...GOOD, ...change })).toBe(`SIGNING_CONFIG_INVALID config.json#${pointer}`);
  });
});

describe('a signing config', () => {
  it('may have an empty selector, as cosign writes it, only where there is nothing to choose', () => {
    const without = { tsaUrls: [], tsaConfig: {} };
    expect(choose({ ...GOOD, ...without }).timestampAuthorities).toEqual([]);
    expect(verdict({ ...GOOD, tsaConfig: {} })).toBe(
      'SIGNING_CONFIG_INVALID config.json#/tsaConfig/selector',
    );
  });

  it.each<[string, object, string]>([
    ['another media type', { mediaType: 'application/json' }, '/mediaType'],
    ['no authorities', { caUrls: undefined }, '/caUrls'],
    ['an unknown field', { fallback: true }, '/fallback'],
    ['an unknown selector', { tsaConfig: { selector: 'SOME' } }, '/tsaConfig/selector'],
    ['EXACT without a count', { tsaConfig: { selector: 'EXACT' } }, '/tsaConfig/count'],
    [
      'a service without a start',
      { caUrls: [service('https://ca.test', { validFor: {} })] },
      '/caUrls/0/validFor/start',
    ],
    [
      'a start on a day that no year has',
      { caUrls: [service('https://ca.test', { validFor: { start: '2021-02-30T00:00:00Z' } })] },
      '/caUrls/0/validFor/start',
    ],
    [
      'an end on a day that no year has',
      {
        caUrls: [
          service('https://ca.test', { validFor: { start: OLD, end: '2099-02-30T00:00:00Z' } }),
        ],
      },
      '/caUrls/0/validFor/end',
    ],
    ...[
      'http://ca.test',
      'http://127.0.0.1.evil.test',
      'http://localhost@evil.test',
      'ftp://127.0.0.1',
      'https://user:secret@ca.test',
      'https://ca.test?a=b',
      'https://ca.test#a',
      'ca.test',
      '',
    ].map((url): [string, object, string] => [
      `the address ${url}`,
      { caUrls: [service(url)] },
      '/caUrls/0/url',
    ]),
  ])('is refused with %s', (_, change, pointer) => {
    expect(verdict({ ...GOOD, ...change })).toBe(`SIGNING_CONFIG_INVALID config.json#${pointer}`);
  });

  it.each([
    ['https://ca.test/base/', 'https://ca.test/base'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['http://localhost:8080/', 'http://localhost:8080'],
  ])('takes the address %s', (url, expected) => {
    const { certificateAuthority } = choose({ ...GOOD, caUrls: [service(url)] });
    expect(certificateAuthority.url).toBe(expected);
  });

  it('may have null for an end that is open', () => {
    const open = service('https://ca.test', { validFor: { start: OLD, end: null } });
    expect(verdict({ ...GOOD, caUrls: [open] })).toBe('usable');
  });

  it('of any JSON is read or refused with a code', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const refusal = refusalOf(() => parseSigningConfig(Buffer.from(json), 'config.json'));
        expect(refusal?.code).toBe('SIGNING_CONFIG_INVALID');
      }),
    );
    const large = Buffer.alloc(1024 * 1024 + 1, ' ');
    expect(refusalOf(() => parseSigningConfig(large, 'config.json'))?.code).toBe(
      'SIGNING_CONFIG_INVALID',
    );
  });
});
