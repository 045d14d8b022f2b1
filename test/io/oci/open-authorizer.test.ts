import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, createReadStream } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import type { Authorizer } from '../../../src/io/oci/authorizer.ts';
import { openAuthorizer } from '../../../src/io/oci/open-authorizer.ts';
import { rejection } from '../../document/refusal.ts';
import { withTokenService, type AskedForToken } from '../../oci/token-service.ts';
import { scratch } from '../scratch.ts';

const HOST = '127.0.0.1:5000';
const PULL = { repository: 'org/evidence', actions: 'pull' } as const;
const PUSH = { ...PULL, actions: 'pull,push' } as const;
const BASIC = ['Basic realm="registry"'];

function config(user: string, password: string, host = HOST): string {
  const auth = Buffer.from(`${user}:${password}`).toString('base64');
  return JSON.stringify({ auths: { [host]: { auth } } });
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function bearer(realm: string): readonly string[] {
  return [`Bearer realm="${realm}",service="registry.example",scope="repository:other/all:*"`];
}

interface Home {
  readonly folder: string;
  readonly authorizer: Authorizer;
  readonly clock: { now: number };
}

const ENDLESS = 'no end of it';

/** The folder of a user with these files; scripts named docker-credential-… are on the PATH. */
function home(
  files: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv = {},
  helperMs?: number,
): Home {
  const folder = scratch(files);
  for (const name of Object.keys(files)) {
    if (name.startsWith('docker-credential-')) chmodSync(join(folder, name), 0o755);
  }
  const clock = { now: 0 };
  const at = Object.fromEntries(
    Object.entries(environment).map(([name, path]) => [name, join(folder, path ?? '')]),
  );
  const PATH = `${folder}:/usr/bin:/bin`;
  const environmentOf = { HOME: folder, PATH, ...at };
  const authorizer = openAuthorizer({
    environment: environmentOf,
    ...(helperMs !== undefined && { helperMs }),
    now: () => clock.now,
  });
  return { folder, authorizer, clock };
}

/** A helper that is this shell script. */
function helper(script: string, helperMs?: number): Home {
  const files = {
    '.docker/config.json': JSON.stringify({ credHelpers: { [HOST]: 'x' } }),
    'docker-credential-x': `#!/bin/sh\n${script}\n`,
  };
  return home(files, {}, helperMs);
}

/** What is sent after each renewal until there is none. */
async function sentBy(authorizer: Authorizer, challenges: readonly string[]): Promise<unknown[]> {
  const sent: unknown[] = [await authorizer.header(HOST, PULL)];
  while (await authorizer.renew(HOST, PULL, challenges)) {
    sent.push(await authorizer.header(HOST, PULL));
  }
  return sent;
}

const TOKEN_FOR = ({ authorization }: AskedForToken): unknown => ({
  token: authorization === undefined ? 'for-anybody' : 'for-octocat',
});

describe('the login of a registry', () => {
  it('comes after a token for anybody, and no second time if it is refused at once', async () => {
    const { authorizer, folder } = home({ '.docker/config.json': config('octocat', 'pass-word') });
    const calls = await withTokenService(TOKEN_FOR, async (realm) => {
      expect(authorizer.source(HOST)).toBeUndefined();
      const sent = await sentBy(authorizer, bearer(realm));
      expect(sent).toEqual([undefined, 'Bearer for-anybody', 'Bearer for-octocat']);
    });
    // Narrower than what the registry asked for.
    const fields = { service: 'registry.example', scope: 'repository:org/evidence:pull' };
    expect(calls).toEqual([
      { method: 'GET', fields, authorization: undefined },
      { method: 'GET', fields, authorization: basic('octocat', 'pass-word') },
    ]);
    expect(authorizer.source(HOST)).toBe(join(folder, '.docker/config.json'));
    expect(authorizer.secrets).toEqual([
      'for-anybody',
      'pass-word',
      basic('octocat', 'pass-word').slice(6),
      'for-octocat',
    ]);
  });

  it('is not read while a token for anybody is enough, though the file is broken', async () => {
    const { authorizer } = home({ '.docker/config.json': 'broken' });
    await withTokenService(TOKEN_FOR, async (realm) => {
      expect(await authorizer.renew(HOST, PULL, bearer(realm))).toBe(true);
      expect(await authorizer.header(HOST, PULL)).toBe('Bearer for-anybody');
      const error = await rejection(authorizer.renew(HOST, PULL, bearer(realm)));
      expect(error).toMatchObject({ code: 'CREDENTIALS_INVALID', found: '"b" (line 1, column 1)' });
    });
  });

  it('E2-27 is sent to its host alone, and a port counts', async () => {
    const { authorizer } = home({ '.docker/config.json': config('octocat', 'pass-word') });
    expect(await authorizer.renew(HOST, PULL, BASIC)).toBe(true);
    expect(await authorizer.header(HOST, PULL)).toBe(basic('octocat', 'pass-word'));
    for (const host of ['127.0.0.1:5001', '127.0.0.1', 'mirror.example']) {
      expect(await authorizer.header(host, PULL)).toBeUndefined();
      expect(await authorizer.renew(host, PULL, BASIC)).toBe(false);
    }
  });

  it('is asked for by 403 too, at the token service that the registry named before', async () => {
    const { authorizer } = home({ '.docker/config.json': config('octocat', 'pass-word') });
    expect(await authorizer.renew(HOST, PUSH, [])).toBe(false);
    const calls = await withTokenService(TOKEN_FOR, async (realm) => {
      expect(await authorizer.renew(HOST, PUSH, bearer(realm))).toBe(true);
      await authorizer.header(HOST, PUSH);
      expect(await authorizer.renew(HOST, PUSH, [])).toBe(true);
      expect(await authorizer.header(HOST, PUSH)).toBe('Bearer for-octocat');
    });
    expect(calls[1]?.fields['scope']).toBe('repository:org/evidence:pull,push');
  });

  it('is used at once if the token service gives nothing to anybody', async () => {
    const { authorizer } = home({ '.docker/config.json': config('octocat', 'pass-word') });
    const answer = (asked: AskedForToken): unknown =>
      asked.authorization === undefined ? 403 : TOKEN_FOR(asked);
    await withTokenService(answer, async (realm) => {
      expect(await sentBy(authorizer, bearer(realm))).toEqual([undefined, 'Bearer for-octocat']);
    });
  });

  it('is not enough if the token service refuses it: no error, and the source is known', async () => {
    const { authorizer, folder } = home({ '.docker/config.json': config('octocat', 'pass-word') });
    await withTokenService(
      () => 401,
      async (realm) => {
        expect(await authorizer.renew(HOST, PULL, bearer(realm))).toBe(false);
      },
    );
    expect(authorizer.source(HOST)).toBe(join(folder, '.docker/config.json'));
  });

  it('gets a new token before the old one ends, and after 401 once more', async () => {
    const { authorizer, clock } = home({ '.docker/config.json': config('octocat', 'pass-word') });
    let count = 0;
    const answer = ({ authorization }: AskedForToken): unknown => {
      if (authorization === undefined) return 401;
      count += 1;
      return { access_token: `t${count}`, expires_in: 300 };
    };
    await withTokenService(answer, async (realm) => {
      expect(await authorizer.renew(HOST, PUSH, bearer(realm))).toBe(true);
      expect(await authorizer.header(HOST, PUSH)).toBe('Bearer t1');
      clock.now = 299_999;
      expect(await authorizer.header(HOST, PUSH)).toBe('Bearer t1');
      clock.now = 300_000;
      const both = [authorizer.header(HOST, PUSH), authorizer.header(HOST, PUSH)];
      expect(await Promise.all(both)).toEqual(['Bearer t2', 'Bearer t2']);
      expect(await authorizer.renew(HOST, PUSH, bearer(realm))).toBe(true);
      expect(await authorizer.header(HOST, PUSH)).toBe('Bearer t3');
      expect(await authorizer.renew(HOST, PUSH, bearer(realm))).toBe(false);
    });
  });

  it.each([0.000_001, 59, -1, 'soon'])('counts 60 s if a token says %j', async (seconds) => {
    const { authorizer, clock } = home({});
    let count = 0;
    const answer = (): unknown => {
      count += 1;
      return { token: `t${count}`, expires_in: seconds };
    };
    await withTokenService(answer, async (realm) => {
      expect(await authorizer.renew(HOST, PULL, bearer(realm))).toBe(true);
      clock.now = 59_999;
      expect(await authorizer.header(HOST, PULL)).toBe('Bearer t1');
      clock.now = 60_000;
      expect(await authorizer.header(HOST, PULL)).toBe('Bearer t2');
    });
  });

  it('is not renewed for ever while several requests are refused at once', async () => {
    const { authorizer } = home({ '.docker/config.json': config('octocat', 'pass-word') });
    const calls = await withTokenService(TOKEN_FOR, async (realm) => {
      const refused = async (): Promise<void> => {
        do await authorizer.header(HOST, PULL);
        while (await authorizer.renew(HOST, PULL, bearer(realm)));
      };
      await Promise.all([refused(), refused(), refused()]);
    });
    expect(calls.length).toBeLessThan(10);
  });

  it('that is a refresh token goes by OAuth2, in the body', async () => {
    const auths = { [HOST]: { auth: 'Og==', identitytoken: 'refresh+me' } };
    const { authorizer } = home({ '.docker/config.json': JSON.stringify({ auths }) });
    const answer = ({ method }: AskedForToken): unknown =>
      method === 'GET' ? 401 : { access_token: 'fresh' };
    const calls = await withTokenService(answer, async (realm) => {
      expect(await sentBy(authorizer, bearer(realm))).toEqual([undefined, 'Bearer fresh']);
    });
    expect(calls[1]).toEqual({
      method: 'POST',
      fields: {
        service: 'registry.example',
        scope: 'repository:org/evidence:pull',
        grant_type: 'refresh_token',
        refresh_token: 'refresh+me',
        client_id: 'affidavit',
      },
      authorization: undefined,
    });
    expect(authorizer.secrets).toContain('refresh+me');
    expect(await authorizer.renew(HOST, PUSH, BASIC)).toBe(false);
  });
});

describe('the files of logins', () => {
  const files = {
    'd/config.json': config('in-docker-config', 'p'),
    '.docker/config.json': config('in-home', 'p'),
    'own.json': config('in-registry-auth-file', 'p'),
    'run/containers/auth.json': config('in-podman', 'p', `${HOST}/org`),
    '.config/containers/auth.json': config('in-config', 'p'),
  };

  it.each([
    [[], { DOCKER_CONFIG: 'd' }, 'in-docker-config'],
    [['d/config.json'], { DOCKER_CONFIG: 'd', XDG_RUNTIME_DIR: 'run' }, 'in-podman'],
    [[], {}, 'in-home'],
    [
      ['.docker/config.json'],
      { REGISTRY_AUTH_FILE: 'own.json', XDG_RUNTIME_DIR: 'run' },
      'in-registry-auth-file',
    ],
    [['.docker/config.json'], { XDG_RUNTIME_DIR: 'run' }, 'in-podman'],
    [['.docker/config.json'], {}, 'in-config'],
  ])('without %j and with %j: %s', async (absent, environment, user) => {
    const present = Object.entries(files).filter(([name]) => !absent.some((each) => each === name));
    const { authorizer } = home(Object.fromEntries(present), environment);
    expect(await authorizer.renew(HOST, PULL, BASIC)).toBe(true);
    expect(await authorizer.header(HOST, PULL)).toBe(basic(user, 'p'));
  });

  it('have nothing: nobody is anybody', async () => {
    const { authorizer } = home({});
    expect(await authorizer.renew(HOST, PULL, BASIC)).toBe(false);
    expect(authorizer.source(HOST)).toBeUndefined();
  });

  it('that are named and not there, or too large, are refused', async () => {
    const missing = home({}, { REGISTRY_AUTH_FILE: 'no.json' });
    expect(await rejection(missing.authorizer.renew(HOST, PULL, BASIC))).toMatchObject({
      code: 'CREDENTIALS_INVALID',
      at: join(missing.folder, 'no.json'),
    });
    const large = home({ '.docker/config.json': `{}${' '.repeat(1024 * 1024)}` });
    expect(await rejection(large.authorizer.renew(HOST, PULL, BASIC))).toMatchObject({
      code: 'CREDENTIALS_INVALID',
      found: '1048578 bytes',
    });
  });
});

describe('a credential helper', () => {
  it('is asked with `get` and the host, and named as the source', async () => {
    const { authorizer } = helper(
      `[ "$*" = get ] && [ "$(cat)" = ${HOST} ] && echo '{"ServerURL":"","Username":"AWS","Secret":"from-helper"}'`,
    );
    expect(await authorizer.renew(HOST, PULL, BASIC)).toBe(true);
    expect(await authorizer.header(HOST, PULL)).toBe(basic('AWS', 'from-helper'));
    expect(authorizer.source(HOST)).toBe('docker-credential-x');
    expect(authorizer.secrets).toContain('from-helper');
  });

  it('that has no login leaves it to the next place', async () => {
    const { authorizer } = helper('echo credentials not found in native keychain; exit 1');
    expect(await authorizer.renew(HOST, PULL, BASIC)).toBe(false);
    expect(authorizer.source(HOST)).toBeUndefined();
  });

  it.each([
    ['hangs', 'exec sleep 60', ENDLESS],
    ['hangs in another program', 'sleep 3 2> /dev/null & wait', ENDLESS],
    ['writes 1 MiB', 'head -c 1048576 /dev/zero 2> /dev/null', 'a longer answer'],
    ['fails', 'echo the keychain is locked; exit 1', 'a failure: "the keychain is locked"'],
    ['fails with an answer', `echo '{"Secret":"hunter2hunter2"}'; exit 1`, 'a failure'],
    ['answers no JSON', 'echo hunter2hunter2', '"h" (line 1, column 1)'],
    [
      'answers a key twice',
      `echo '{"Secret":"a","Secret":"b"}'`,
      'the key "Secret" a second time (line 1, column 15)',
    ],
    ['answers nothing', 'true', 'an empty file'],
  ])('that %s has words of its own', async (_, script, found) => {
    // Only what has no end is not waited for: a busy machine takes long for any program.
    const { authorizer } = helper(script, found === ENDLESS ? 300 : undefined);
    const error = await rejection(authorizer.renew(HOST, PULL, BASIC));
    expect(error).toMatchObject({ code: 'CREDENTIAL_HELPER_FAILED', class: 'unjudged', found });
    expect(error?.at).toMatch(/^docker-credential-x/);
    expect(error?.hint).toContain('docker-credential-x get');
    expect(error?.message).not.toContain('hunter2');
  });

  it('that is killed leaves nothing behind that it started', async () => {
    const { authorizer, folder } = helper(
      'exec 3> "$HOME_OF_TEST/held"; sleep 600 & head -c 1048576 /dev/zero; wait',
    );
    const held = join(folder, 'held');
    vi.stubEnv('HOME_OF_TEST', folder);
    execFileSync('mkfifo', [held]);
    // It ends when the last of them has closed it.
    const closed = once(createReadStream(held).resume(), 'end');
    const error = await rejection(authorizer.renew(HOST, PULL, BASIC));
    expect(error).toMatchObject({ code: 'CREDENTIAL_HELPER_FAILED', found: 'a longer answer' });
    await closed;
    vi.unstubAllEnvs();
  });

  it('may print for people, without control characters and at most 64 KiB', async () => {
    const { authorizer } = helper(
      String.raw`printf '\033]0;x\007touch\nyour key ' >&2; head -c 300000 /dev/zero | tr '\0' x >&2; exit 1`,
    );
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await rejection(authorizer.renew(HOST, PULL, BASIC));
    const printed = write.mock.calls.map(([text]) => String(text)).join('');
    write.mockRestore();
    expect(printed).toMatch(/^\\u001b\]0;x\\u0007touch\nyour key x+…\n$/);
    expect(printed.length).toBeLessThan(66_000);
  });

  it('that is not there is named, with the file that names it', async () => {
    const { authorizer, folder } = home({ '.docker/config.json': '{"credsStore":"gone"}' });
    expect(await rejection(authorizer.renew(HOST, PULL, BASIC))).toMatchObject({
      code: 'CREDENTIAL_HELPER_FAILED',
      at: 'docker-credential-gone',
      hint: `install it, or take it out of ${join(folder, '.docker/config.json')}, which names it`,
    });
  });
});

describe('a token service', () => {
  const OF_REGISTRY = { code: 'SERVICE_ANSWER_INVALID', class: 'unjudged' };

  it.each([
    ['http to elsewhere', HOST, 'Bearer realm="http://auth.example/token"'],
    [
      'http to this machine, from a registry elsewhere',
      'registry.example',
      'Bearer realm="http://127.0.0.1/token"',
    ],
    ['a password in its address', HOST, 'Bearer realm="https://a:b@auth.example/token"'],
    ['another scheme', HOST, 'Bearer realm="file:///etc/passwd"'],
    ['no address', HOST, 'Bearer realm="registry"'],
    ['no realm', HOST, 'Bearer service="registry"'],
    ['no challenge', HOST, 'Bearer realm="https://a.example'],
  ])('is not asked: %s', async (_, host, challenge) => {
    const { authorizer } = home({ '.docker/config.json': config('octocat', 'pass-word', host) });
    const error = await rejection(authorizer.renew(host, PULL, [challenge]));
    expect(error).toMatchObject({ ...OF_REGISTRY, at: host });
    expect(authorizer.source(host)).toBeUndefined();
  });

  it.each([
    ['is no JSON', '<html>'],
    ['has no token', { expires_in: 3 }],
    ['has a token that is no header', { token: 'a\r\nb' }],
    ['has two tokens of one name', '{"token":"a","token":"b"}'],
    ['is longer than 64 KiB', { token: 'a'.repeat(65_536) }],
  ])('is refused if its answer %s', async (_, answer) => {
    const { authorizer } = home({});
    await withTokenService(
      () => answer,
      async (realm) => {
        const error = await rejection(authorizer.renew(HOST, PULL, bearer(realm)));
        expect(error).toMatchObject({ ...OF_REGISTRY, at: new URL(realm).origin });
        expect(error?.hint).toContain(`the registry ${HOST} names`);
      },
    );
  });

  it('E2-27 that is elsewhere than the registry gets the login of this registry alone', async () => {
    const auths = { [HOST]: { username: 'mine', password: 'p' } };
    const { authorizer } = home({ '.docker/config.json': JSON.stringify({ auths }) });
    const calls = await withTokenService(TOKEN_FOR, async (realm) => {
      // Its own login would be that of its own host.
      const other = 'localhost:5002';
      await authorizer.renew(other, PULL, bearer(realm));
      await authorizer.header(other, PULL);
      expect(await authorizer.renew(other, PULL, bearer(realm))).toBe(false);
      await sentBy(authorizer, bearer(realm));
    });
    expect(calls.map(({ authorization }) => authorization)).toEqual([
      undefined,
      undefined,
      basic('mine', 'p'),
    ]);
  });

  it('is followed nowhere, and a secret that it repeats is not shown', async () => {
    const { authorizer } = home({ '.docker/config.json': config('octocat', 'pass-word') });
    const answer = ({ authorization }: AskedForToken): unknown =>
      authorization === undefined ? 401 : 307;
    await withTokenService(answer, async (realm) => {
      const error = await rejection(authorizer.renew(HOST, PULL, bearer(realm)));
      expect(error).toMatchObject({ code: 'SERVICE_FAILED', at: new URL(realm).origin });
    });
    const repeats = ({ authorization }: AskedForToken): unknown =>
      authorization === undefined ? 401 : JSON.stringify({ message: 'not for pass-word' });
    await withTokenService(repeats, async (realm) => {
      const error = await rejection(authorizer.renew(HOST, PULL, bearer(realm)));
      expect(error?.found).toContain('not for …');
    });
  });
});
