import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { EXIT_CODES, exitCodeOf } from '../../src/cli/call/exit-codes.ts';
import { errorJson, renderError } from '../../src/cli/print-error.ts';
import { holdsKey, redact } from '../../src/cli/redact.ts';
import { ERROR_CATALOGUE, type ErrorCode } from '../../src/errors/catalogue.ts';
import { EvidenceError } from '../../src/errors/evidence-error.ts';
import { escapeInvisible, quote } from '../../src/quote.ts';
import { KEYS } from '../io/sigstore/kms-plugins.ts';
import { ROOT } from '../run-cli.ts';

const COSIGN_KEY = readFileSync(join(ROOT, 'testdata/keys/cosign.key'), 'utf8');

function bodyOf(pem: string): string {
  return pem.replaceAll(/-----.*-----\n/g, '').trim();
}

const KEY_BODIES = Object.values(KEYS)
  .flatMap(({ privateKey }) => [
    ...[privateKey.export({ format: 'pem', type: 'pkcs8' })],
    ...(privateKey.asymmetricKeyType === 'ec'
      ? [privateKey.export({ format: 'pem', type: 'sec1' })]
      : []),
    privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' }),
  ])
  .flatMap((pem) => [bodyOf(pem.toString()), bodyOf(pem.toString()).replaceAll('\n', '')]);

/** The pieces of a secret that a text has. */
function leaked(text: string, secret: string): readonly string[] {
  return (secret.match(/[^\s-]{6}/g) ?? []).filter((piece) => text.includes(piece));
}

const CODES = Object.keys(ERROR_CATALOGUE) as readonly ErrorCode[];

const ERROR = new EvidenceError('KIND_UNEXPECTED', {
  at: 'recipe.yaml#/kind',
  found: '"Snapshot"',
  expected: 'RecipeResult',
  hint: 'check that the files are not swapped',
});

describe('an error that ends a command', () => {
  it('says what, where, found, wanted and next, each on a line', () => {
    expect(renderError(ERROR)).toBe(
      [
        'error: KIND_UNEXPECTED the document is of another kind',
        '   at: recipe.yaml#/kind',
        'found: "Snapshot"',
        ' want: RecipeResult',
        ' next: check that the files are not swapped',
        '',
      ].join('\n'),
    );
  });

  it('says the same in JSON', () => {
    const { at, code, expected, found, hint } = ERROR;
    expect(errorJson(ERROR)).toEqual({
      schemaVersion: '1.0.0',
      exitCode: 2,
      error: { code, at, found, expected, hint },
    });
  });

  it('does not repeat a token that stands at the wrong place', () => {
    const token = 'eyJhbGciOiJ.SECRETX.SECRETX';
    const detail = { at: '--flag', found: 'a word', expected: 'flags alone', hint: 'leave it out' };
    const errors = Object.keys(detail).map(
      (row) => new EvidenceError('USAGE', { ...detail, [row]: `"${token}", which is no flag` }),
    );
    for (const error of [...errors, new TypeError(`no ${token} here`), `thrown: ${token}`]) {
      for (const text of [renderError(error), JSON.stringify(errorJson(error))]) {
        expect(text).toContain('…');
        expect(text).not.toContain('SECRETX');
      }
    }
  });

  it.each<[string, string, NodeJS.ProcessEnv]>([
    ['a key in PEM', KEYS.p256.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), {}],
    ['a key file of cosign', COSIGN_KEY, {}],
    ['its body', bodyOf(COSIGN_KEY), {}],
    ...KEY_BODIES.map((body): [string, string, NodeJS.ProcessEnv] => [
      'the base64 of a key',
      body,
      {},
    ]),
    ['a password', 'pass "word" of mine', { COSIGN_PASSWORD: 'pass "word" of mine' }],
    ['an identity token', 'opaque-token-8', { SIGSTORE_ID_TOKEN: 'opaque-token-8' }],
  ])('does not repeat %s, as it is or quoted', (_, secret, environment) => {
    for (const said of [secret, quote(secret), escapeInvisible(secret)]) {
      const text = redact(`before ${said} behind`, environment);
      expect(text).toMatch(/^before "?…/);
      expect(leaked(text, secret)).toEqual([]);
    }
  });

  it.each([
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
    'a PEM block "PRIVATE KEY" without its end, -----END PRIVATE KEY-----',
    '/MIGH/MHcCAQEE/evidence.tar.gz',
  ])('keeps what is no secret: %s', (text) => {
    expect(redact(text, { COSIGN_PASSWORD: 'a' })).toBe(text);
    expect(holdsKey(text)).toBe(false);
  });

  it('that is a bug is 70, never a verdict, and tells how to report it', () => {
    const bug = new TypeError('x is not a function');
    expect(exitCodeOf(bug)).toBe(70);
    expect(renderError(bug)).toBe(
      [
        'error: INTERNAL a bug in affidavit',
        'found: x is not a function',
        ' want: a command that ends with a verdict',
        ' next: run the same command with AFFIDAVIT_DEBUG=1 and report what it prints',
        '',
      ].join('\n'),
    );
    expect(errorJson(bug)).toMatchObject({ exitCode: 70, error: { code: 'INTERNAL' } });
  });

  it('cannot write over the terminal', () => {
    const detail = { at: 'a\u001B[2J', found: 'b\nerror: FAKE', expected: '\u202Ec', hint: '' };
    const text = renderError(new EvidenceError('FIELD_INVALID', detail));
    expect(text.split('\n')).toHaveLength(6);
    for (const character of ['\u001B', '\u202E']) expect(text).not.toContain(character);
    expect(text).toMatch(/ next: ""\n$/);
  });

  it.each(CODES)('%s has the exit code of its class', (code) => {
    const error = new EvidenceError(code, { found: 'x', expected: 'y', hint: 'z' });
    const expected = error.class === 'finding' ? 70 : EXIT_CODES[error.class];
    expect(exitCodeOf(error)).toBe(expected);
  });
});
