import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { buildSigningConfigs } from '../../src/sandbox/trust-material.ts';
import { loginNotice } from '../../src/sign/login-notice.ts';
import { publicGoodSigningConfig } from '../../src/sign/public-good-signing-config.ts';
import { chooseIssuer, chooseServices, parseSigningConfig } from '../../src/sign/signing-config.ts';
import { refusalOf } from '../document/refusal.ts';
import { ROOT } from '../run-cli.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const LOCAL = 'http://127.0.0.1:1234';

function service(url: string, change: object = {}): object {
  return {
    url,
    majorApiVersion: 1,
    validFor: { start: '2024-01-01T00:00:00Z' },
    operator: 'a.test',
    ...change,
  };
}

const HERE = {
  mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
  caUrls: [service(LOCAL)],
  oidcUrls: [service(LOCAL)],
  rekorTlogUrls: [service('http://localhost:1234')],
  rekorTlogConfig: { selector: 'ANY' },
  tsaUrls: [service('http://[::1]:1234/api/v1/timestamp')],
  tsaConfig: { selector: 'ANY' },
};

function noticeOf(config: object, issuer?: string): string | undefined {
  const parsed = parseSigningConfig(Buffer.from(JSON.stringify(config)), 'config.json');
  const services = chooseServices(parsed, NOW);
  return loginNotice({ issuer: issuer ?? chooseIssuer(parsed, NOW).url, services });
}

function issuerOf(oidcUrls: readonly object[] | undefined): string | undefined {
  const bytes = Buffer.from(JSON.stringify({ ...HERE, oidcUrls }));
  return chooseIssuer(parseSigningConfig(bytes, 'config.json'), NOW).url;
}

describe('the notice before a login', () => {
  it('is not needed if all services are on this machine', () => {
    expect(noticeOf(HERE)).toBeUndefined();
  });

  it.each([
    ['certificate authority', { ...HERE, caUrls: [service('https://ca.test')] }],
    ['log', { ...HERE, rekorTlogUrls: [service('https://log.test')] }],
    ['timestamp authority', { ...HERE, tsaUrls: [service('https://tsa.test')] }],
    ['log with a name like ours', { ...HERE, rekorTlogUrls: [service('https://127.0.0.1.test')] }],
  ])('is needed if the %s is elsewhere', (_, config) => {
    expect(noticeOf(config)).toContain('becomes public, for ever');
  });

  it('is what the guide shows', () => {
    const guide = readFileSync(join(ROOT, 'docs/guides/signing.md'), 'utf8');
    const config = JSON.parse(Buffer.from(publicGoodSigningConfig()).toString()) as object;
    expect(guide).toContain(`\n${noticeOf(config)}Log in and sign? [y/N]\n`);
  });

  it('is not needed for an issuer elsewhere alone: it publishes nothing', () => {
    expect(noticeOf(HERE, 'https://login.test')).toBeUndefined();
    expect(noticeOf({ ...HERE, oidcUrls: [service('https://login.test')] })).toBeUndefined();
  });

  it('names each service elsewhere once, the issuer that the user named, and no controls of an address', () => {
    const notice = noticeOf(
      {
        ...HERE,
        caUrls: [service('https://all.test/a')],
        tsaUrls: [service('https://all.test/a')],
      },
      'https://a.test/\u001b[2J',
    );
    expect(notice).toContain('not even you:\n  https://all.test/a\nYou log in at https://a.test/');
    expect(notice).not.toContain('\u001b');
  });

  it('has no line over 80 columns', () => {
    const config = JSON.parse(Buffer.from(publicGoodSigningConfig()).toString()) as object;
    for (const line of (noticeOf(config) ?? '').split('\n')) {
      expect(line.length).toBeLessThanOrEqual(80);
    }
  });
});

describe('the issuer of a signing config', () => {
  it('is the newest that is valid now, as it is written', () => {
    const newer = { validFor: { start: '2026-01-01T00:00:00Z' } };
    const future = { validFor: { start: '2027-01-01T00:00:00Z' } };
    const past = { validFor: { start: '2026-02-01T00:00:00Z', end: '2026-03-01T00:00:00Z' } };
    const urls = [
      service('https://old.test'),
      service('https://newer.test/auth/', newer),
      service('https://past.test', past),
      service('https://future.test', future),
      service('https://other.test', { ...newer, majorApiVersion: 2 }),
    ];
    expect(issuerOf(urls)).toBe('https://newer.test/auth/');
  });

  it.each([[undefined], [[]], [[service('https://a.test', { majorApiVersion: 2 })]]])(
    'is missing in %j, and the flag for it is named',
    (urls) => {
      const error = refusalOf(() => issuerOf(urls));
      expect([error?.code, error?.at]).toEqual(['SIGNING_CONFIG_INVALID', 'config.json#/oidcUrls']);
      expect(error?.hint).toContain('--oidc-issuer');
    },
  );

  it('is missing in the config of a sandbox, which has tokens and no login', () => {
    const [config] = Object.values(buildSigningConfigs(LOCAL, new Date('2026-01-01T00:00:00Z')));
    const bytes = Buffer.from(JSON.stringify(config));
    const error = refusalOf(() => chooseIssuer(parseSigningConfig(bytes, 'config.json'), NOW));
    expect([error?.code, error?.at]).toEqual(['SIGNING_CONFIG_INVALID', 'config.json#/oidcUrls']);
    expect(error?.hint).toContain('leave --login out');
    expect(error?.hint).not.toContain('--oidc-issuer');
  });

  it.each(['http://a.test', 'https://u:p@a.test', 'https://a.test/?x=1', 'nothing'])(
    'is never %s',
    (url) => {
      const error = refusalOf(() => issuerOf([service(url)]));
      expect([error?.code, error?.at]).toEqual([
        'SIGNING_CONFIG_INVALID',
        'config.json#/oidcUrls/0/url',
      ]);
    },
  );
});
