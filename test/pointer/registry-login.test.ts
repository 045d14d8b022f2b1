import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { loginsIn, parseHelperAnswer } from '../../src/pointer/registry-login.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';

const AT = { host: 'ghcr.io', repository: 'org/team/evidence' };
const SECRET = 'hunter2-hunter2';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function logins(config: unknown, at = AT): ReturnType<typeof loginsIn> {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  return loginsIn(Buffer.from(text), 'config.json', at);
}

/** The user of the entry with this key, which is the name of the key. */
function userFor(keys: readonly string[], at = AT): unknown {
  const auths = Object.fromEntries(
    keys.map((key, index) => [key, { username: `u${index}`, password: 'p' }]),
  );
  const [login] = logins({ auths }, at);
  return login !== undefined && 'user' in login ? keys[Number(login.user.slice(1))] : undefined;
}

describe('the logins of a config file', () => {
  it("come in Docker's order: the helper for the host, the helper for all, the file itself", () => {
    const config = {
      auths: { 'ghcr.io': { auth: base64(`octocat:${SECRET}`) } },
      credsStore: 'desktop',
      credHelpers: { 'quay.io': 'other', 'ghcr.io': 'gh-1' },
    };
    expect(logins(config)).toEqual([
      { program: 'docker-credential-gh-1', server: 'ghcr.io' },
      { program: 'docker-credential-desktop', server: 'ghcr.io' },
      { user: 'octocat', password: SECRET },
    ]);
  });

  it.each([
    ['auth', { auth: base64('a:b:c') }, [{ user: 'a', password: 'b:c' }]],
    ['user and password', { username: 'a', password: 'b' }, [{ user: 'a', password: 'b' }]],
    ['identitytoken', { auth: base64('a:'), identitytoken: 't' }, [{ refreshToken: 't' }]],
    ['the mark that docker login leaves beside a helper', {}, []],
    ['an empty auth', { auth: '' }, []],
    [
      'a mail address, which old files have',
      { auth: base64('a:b'), email: 'x@y.example' },
      [{ user: 'a', password: 'b' }],
    ],
  ])('are read: %s', (_, entry, expected) => {
    expect(logins({ auths: { 'ghcr.io': entry } })).toEqual(expected);
  });

  it.each([
    [['ghcr.io', 'ghcr.io/org', 'ghcr.io/org/team'], 'ghcr.io/org/team'],
    [['ghcr.io/org/team/evidence', 'ghcr.io/org'], 'ghcr.io/org/team/evidence'],
    [['https://ghcr.io/v2/', 'ghcr.io'], 'ghcr.io'],
    [['https://ghcr.io'], 'https://ghcr.io'],
    [['http://GHCR.io/v1/'], 'http://GHCR.io/v1/'],
    [
      ['ghcr.io/other', 'ghcr.io/org/tea', 'ghcr.io:443', 'evil.ghcr.io', 'ghcr.io.evil.example'],
      undefined,
    ],
    [['https://ghcr.io@evil.example/', 'https://evil.example/ghcr.io'], undefined],
    [['__proto__'], undefined],
  ])('of %j it is %s', (keys, expected) => {
    expect(userFor(keys)).toBe(expected);
  });

  it.each(['docker.io', 'index.docker.io', 'registry-1.docker.io'])(
    "finds Docker Hub's odd key for %s, also in a helper",
    (host) => {
      const key = 'https://index.docker.io/v1/';
      expect(userFor([key], { host, repository: 'library/nginx' })).toBe(key);
      expect(logins({ credsStore: 'pass' }, { host, repository: 'a/b' })).toEqual([
        { program: 'docker-credential-pass', server: key },
      ]);
    },
  );

  it('has nothing for another port of the host', () => {
    expect(userFor(['ghcr.io'], { ...AT, host: 'ghcr.io:5000' })).toBeUndefined();
    expect(userFor(['https://ghcr.io'], { ...AT, host: 'ghcr.io:5000' })).toBeUndefined();
  });

  it('reads no entry of another host', () => {
    const auths = { 'quay.io': { auth: '!!' }, 'ghcr.io': { auth: base64('a:b') } };
    expect(logins({ auths })).toEqual([{ user: 'a', password: 'b' }]);
  });

  it.each([
    ['no JSON', `{"auths": ${SECRET}}`, 'config.json#/auths', '"h" (line 1, column 11)'],
    ['a list', '[]', 'config.json', 'a list'],
    [
      'a key twice',
      `{"auths": {"ghcr.io": {}, "ghcr.io": {"auth": "${base64(SECRET)}"}}}`,
      'config.json#/auths/ghcr.io',
      'the key "ghcr.io" a second time (line 1, column 27)',
    ],
    [
      'base64 that is none',
      { auths: { 'ghcr.io': { auth: `${SECRET}!` } } },
      'config.json#/auths/ghcr.io/auth',
      'text that is not canonical base64',
    ],
    [
      'no colon',
      { auths: { 'ghcr.io': { auth: base64(SECRET) } } },
      'config.json#/auths/ghcr.io/auth',
      'no colon in it',
    ],
    [
      'a user with a colon',
      { auths: { 'ghcr.io': { username: 'a:b', password: SECRET } } },
      'config.json#/auths/ghcr.io',
      'a user with a colon',
    ],
    [
      'a line break in a password',
      { auths: { 'ghcr.io': { username: 'a', password: `${SECRET}\n` } } },
      'config.json#/auths/ghcr.io',
      'a control character in user or password',
    ],
    [
      'a password that is a number',
      { auths: { 'ghcr.io': { username: 'a', password: 12345678 } } },
      'config.json#/auths/ghcr.io/password',
      'another type: integer',
    ],
    [
      'a helper with a slash',
      { credHelpers: { 'ghcr.io': '../x' } },
      'config.json#/credHelpers/ghcr.io',
      '"../x"',
    ],
    ['a helper in upper case', { credsStore: 'ECR' }, 'config.json#/credsStore', '"ECR"'],
  ])('are refused, and nothing of them is shown: %s', (_, config, at, found) => {
    const error = refusalOf(() => logins(config));
    expect(error).toMatchObject({ code: 'CREDENTIALS_INVALID', class: 'unjudged', at, found });
    expect(`${error?.message}${error?.hint}`).not.toMatch(/hunter2|12345678/);
  });

  it('give back what `auth` was made of, or refuse it with one code', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (user, password) => {
          const text = `${user}:${password}`;
          fc.pre(text.isWellFormed());
          const auths = { 'ghcr.io': { auth: base64(text) } };
          let read: unknown;
          const error = refusalOf(() => {
            read = logins({ auths });
          });
          const mustRefuse = /\p{Cc}|^\uFEFF/u.test(text);
          expect(error?.code).toBe(mustRefuse ? 'CREDENTIALS_INVALID' : undefined);
          const colon = text.indexOf(':');
          const login = { user: text.slice(0, colon), password: text.slice(colon + 1) };
          const whole = text === ':' ? [] : [login];
          expect(read).toEqual(mustRefuse ? undefined : whole);
        },
      ),
      { numRuns: propertyRuns(100, 1500) },
    );
  });

  it('are refused with one code, whatever `auth` is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (auth) => {
        const error = refusalOf(() => logins({ auths: { 'ghcr.io': { auth } } }));
        expect([undefined, 'CREDENTIALS_INVALID']).toContain(error?.code);
      }),
      { numRuns: propertyRuns(100, 1500) },
    );
  });
});

describe('the answer of a helper', () => {
  const place = { code: 'CREDENTIAL_HELPER_FAILED', at: 'docker-credential-x', hint: 'h' } as const;
  const read = (answer: unknown): unknown =>
    parseHelperAnswer(Buffer.from(JSON.stringify(answer)), place);

  it.each([
    [
      { ServerURL: 'ghcr.io', Username: 'a', Secret: 'b' },
      { user: 'a', password: 'b' },
    ],
    [{ Username: '<token>', Secret: 'b' }, { refreshToken: 'b' }],
    [{ Username: '', Secret: '' }, undefined],
    [{ Username: '<token>', Secret: '' }, undefined],
  ])('%j', (answer, expected) => {
    expect(read(answer)).toEqual(expected);
  });

  it.each([
    [{ Username: 'a' }, 'docker-credential-x#/Secret'],
    [{ Username: 'a', Secret: 12345678 }, 'docker-credential-x#/Secret'],
    [{ Username: 'a:b', Secret: SECRET }, 'docker-credential-x'],
    [[], 'docker-credential-x'],
  ])('refuses %j', (answer, at) => {
    const error = refusalOf(() => read(answer));
    expect(error).toMatchObject({ code: 'CREDENTIAL_HELPER_FAILED', at, hint: 'h' });
    expect(error?.message).not.toMatch(/hunter2|12345678/);
  });
});
