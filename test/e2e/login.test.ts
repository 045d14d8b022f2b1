// Logins from the outside: a real OpenID provider, a sandbox that trusts its tokens, and a browser that is a script.
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, it, onTestFinished } from 'vitest';

import { startSandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { deadAddress } from '../io/http/local-server.ts';
import { ACCOUNT, Browser, startProvider, type TestProvider } from '../io/oidc/provider.ts';
import { EPOCH, INPUTS, OUT, UNSIGNED_OUT, Workplace, json, start, type Started } from './emit.ts';
import { onTerminal } from './on-terminal.ts';

const EMIT = [...INPUTS, '--emit-evidence', OUT];
/** Goes where it is sent, and keeps cookies. */
const SCRIPT = `#!${process.execPath}
const cookies = new Map();
async function open(address) {
  const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
  const response = await fetch(address, { headers: { cookie }, redirect: 'manual' });
  for (const line of response.headers.getSetCookie()) cookies.set(...line.split(';')[0].split('='));
  const location = response.headers.get('location');
  if (location !== null) return await open(new URL(location, address));
  require('node:fs').writeFileSync('page.html', await response.text());
}
void open(process.argv[2]);
`;

interface World {
  readonly place: Workplace;
  readonly provider: TestProvider;
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A sandbox that takes the tokens of a real provider, and a machine with this program as its browser. */
async function world(browser = SCRIPT): Promise<World> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = await startProvider({ key: keys.privateKey, interval: 1 });
  const sandbox = await startSandbox({ issuer: provider.issuer, issuerKeys: keys });
  onTestFinished(async () => {
    await sandbox.close();
  });
  const place = new Workplace();
  const config = JSON.stringify(sandbox.signingConfigs['signing_config.json']);
  const services = json(Buffer.from(config));
  const [first] = services['caUrls'] as object[];
  const change = { oidcUrls: [{ ...first, url: provider.issuer }] };
  place.write('root.json', JSON.stringify(sandbox.trustedRoot));
  place.write('config.json', JSON.stringify({ ...services, ...change }));
  for (const name of ['bin/xdg-open', 'bin/open']) {
    place.write(name, browser);
    chmodSync(place.path(name), 0o755);
  }
  const env = { PATH: `${place.path('bin')}:${process.env['PATH']}` };
  const flags = ['--signing-config', 'config.json', '--trusted-root', 'root.json'];
  return { place, provider, flags, env };
}

/** What the browser shows at the end. It is a process of its own, which may end after the program. */
async function lastPage(place: Workplace): Promise<string> {
  for (;;) {
    const path = place.path('page.html');
    const page = existsSync(path) ? readFileSync(path, 'utf8') : '';
    if (page.includes('</html>')) return page;
    await wait(20);
  }
}

async function said(run: Started, pattern: RegExp): Promise<RegExpExecArray> {
  for (;;) {
    const found = pattern.exec(run.stderr());
    if (found !== null) return found;
    if (run.child.exitCode !== null) throw new Error(run.stderr());
    await wait(20);
  }
}

describe('validate --login', () => {
  it('E-21 browser signs in the name of the account, and what it prints verifies', async () => {
    const { place, provider, flags, env } = await world();
    const run = await place.validate([...EMIT, ...flags, '--login', 'browser'], { env });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain(`Logged in as ${ACCOUNT}\n`);
    expect(run.stderr).not.toContain('becomes public');
    const verified = await place.repeat(run);
    expect(verified.code).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({
      signer: { identity: ACCOUNT, issuer: provider.issuer },
    });
    expect(await lastPage(place)).toContain('You are logged in');
  });

  it('E-21 device signs in the name of whoever types the code', async () => {
    const { place, provider, flags } = await world();
    const words = ['validate', ...EMIT, ...flags, '--login', 'device'];
    const run = start(place, words, { ...EPOCH, AFFIDAVIT_SECOND_PROCESS: '' });
    const [, page = '', code = ''] = await said(run, /^Open (\S+) on any device, .* "(.*)"$/m);
    const browser = new Browser();
    const question = await browser.submit(await browser.open(page), { user_code: code });
    await browser.submit(question, { confirm: 'yes' });
    expect(await run.ended).toEqual({ code: 0, signal: null });
    expect(run.stderr()).toContain(`--certificate-identity ${ACCOUNT} `);
    expect(run.stderr()).toContain(`--certificate-oidc-issuer ${provider.issuer}`);
  });

  it('shows the token nowhere', async () => {
    const { place, flags, env } = await world();
    const run = await place.validate([...EMIT, ...flags, '--login', 'browser'], { env });
    const files = [...(await place.files()).values()].map(String);
    expect(run.stdout + run.stderr + (await lastPage(place))).not.toContain('eyJ');
    // The log entry is base64 of JSON too, but no token.
    for (const text of files) expect(text).not.toMatch(/eyJ[\w-]+\.eyJ/);
  });

  it('E-21 browser signs what was packed before, by evidence sign', async () => {
    const { place, flags, env } = await world();
    await place.validate([...INPUTS, '--no-sign', '--emit-evidence', 'unsigned.tar.gz']);
    const words = ['evidence', 'sign', 'unsigned.tar.gz', '--emit-evidence', OUT, ...flags];
    const run = await place.run([...words, '--login', 'browser'], { env });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain(`--certificate-identity ${ACCOUNT} `);
    expect(await lastPage(place)).toContain(ACCOUNT);
    expect((await place.repeat(run)).code).toBe(0);
  });

  it('begins when the evidence is ready, not before', async () => {
    const { place, provider, flags, env } = await world();
    place.edit('recipe.yaml', 'apiVersion', 'apiVersion2');
    const run = await place.refused([...EMIT, ...flags, '--login', 'browser'], { env });
    expect(run.code).toBe(2);
    expect(provider.requests).toEqual([]);
  });

  it('browser ends by Ctrl-C with 130, and only the packed bundle is left', async () => {
    const { place, flags, env } = await world('#!/bin/sh\n');
    const before = place.list();
    const words = ['validate', ...EMIT, ...flags, '--login', 'browser'];
    const run = start(place, words, { ...EPOCH, ...env });
    await said(run, /redirect_uri/);
    run.child.kill('SIGINT');
    expect(await run.ended).toEqual({ code: 130, signal: null });
    expect(place.list()).toEqual([...before, UNSIGNED_OUT].toSorted());
  });

  it('goes on without a browser on this machine: the address is printed', async () => {
    const { place, flags } = await world();
    const words = ['validate', ...EMIT, ...flags, '--login', 'browser'];
    const node = process.execPath.replace(/\/[^/]*$/, '');
    const run = start(place, words, { ...EPOCH, PATH: node });
    const [url = ''] = await said(run, /^http:\/\/127\.0\.0\.1:\d+\/auth\?.*$/m);
    expect((await new Browser().open(url)).status).toBe(200);
    expect(await run.ended).toEqual({ code: 0, signal: null });
  });
});

describe('validate --login at a public Sigstore', () => {
  const NOTICE = 'This becomes public, for ever:\n  - the e-mail address';

  it.each(['browser', 'device'])(
    '%s without a terminal is 64 before anything is sent, and says why',
    async (way) => {
      const place = new Workplace();
      const words = [...EMIT, '--login', way];
      const run = await place.refused(words, { ownProcess: true });
      expect([run.code, run.error.code, run.error.at]).toEqual([
        64,
        'LOGIN_NOT_CONFIRMED',
        '--login',
      ]);
      expect(run.stderr).toContain(NOTICE);
      expect(run.stderr).toContain(
        '\n  https://fulcio.sigstore.dev\n  https://rekor.sigstore.dev\n',
      );
      expect(run.error.expected).toContain('--yes');
    },
  );

  it('is asked for before any work', async () => {
    const place = new Workplace();
    place.write('recipe.yaml', '');
    const run = await place.refused([...EMIT, '--login', 'browser'], { ownProcess: true });
    expect([run.code, run.error.code]).toEqual([64, 'LOGIN_NOT_CONFIRMED']);
  });

  it('--yes answers, and the notice is there all the same', async () => {
    const issuer = await deadAddress();
    const words = ['validate', ...EMIT, '--login', 'device', '--oidc-issuer', issuer, '--yes'];
    const run = await new Workplace().run(words, { ownProcess: true });
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(NOTICE);
    expect(run.stderr).toContain(
      `error: SERVICE_UNREACHABLE a service cannot be reached\n   at: ${issuer}\n`,
    );
    // The packed bundle is kept, and signed by a login later.
    expect(run.stderr).toMatch(/ affidavit evidence sign .*--login device --oidc-issuer /);
  });

  it.each([
    // Ctrl-C.
    ['\u0003', 130, 'INTERRUPTED'],
    ['n', 64, 'LOGIN_NOT_CONFIRMED'],
    ['', 64, 'LOGIN_NOT_CONFIRMED'],
    ['yess', 64, 'LOGIN_NOT_CONFIRMED'],
    ['y', 3, 'SERVICE_UNREACHABLE'],
    ['YES', 3, 'SERVICE_UNREACHABLE'],
  ])('asks on a terminal; the answer %j ends with %i', async (answer, code, error) => {
    const issuer = await deadAddress();
    const login = ['--login', 'device', '--oidc-issuer', issuer];
    const words = ['validate', ...EMIT, ...login];
    const run = await onTerminal(new Workplace(), words, `${answer}\r`);
    expect(run.shown).toContain('Log in and sign? [y/N]');
    expect(run.shown).toContain(`error: ${error} `);
    expect(run.code).toBe(code);
  });
});

describe('the flags of a login', () => {
  it.each([
    ['with a token', ['--login', 'browser', '--identity-token', 'x'], '--identity-token'],
    ['of another kind', ['--login', 'phone'], '--login'],
    ['alone: --oidc-issuer', ['--oidc-issuer', 'https://a.test'], '--oidc-issuer'],
    ['alone: --yes', ['--yes'], '--yes'],
    [
      'to an issuer in the clear',
      ['--login', 'browser', '--oidc-issuer', 'http://a.test'],
      '--oidc-issuer',
    ],
    [
      'to an issuer that is no address',
      ['--login', 'browser', '--oidc-issuer', 'a'],
      '--oidc-issuer',
    ],
    [
      'back to another machine',
      ['--login', 'browser', '--oidc-redirect-url', 'http://a.test'],
      '--oidc-redirect-url',
    ],
    [
      'back by https',
      ['--login', 'browser', '--oidc-redirect-url', 'https://localhost:1/'],
      '--oidc-redirect-url',
    ],
    ['in a sandbox', ['--sandbox', '--login', 'browser'], '--sandbox'],
  ])('%s are 64', async (_, words, at) => {
    const { code, error } = await new Workplace().refused([...EMIT, ...words]);
    expect([code, error.code, error.at]).toEqual([64, 'USAGE', at]);
  });
});

describe('validate --identity-token -', () => {
  it('reads the token from standard input', async () => {
    const sandbox = await startSandbox();
    onTestFinished(async () => {
      await sandbox.close();
    });
    const place = new Workplace();
    place.write('root.json', JSON.stringify(sandbox.trustedRoot));
    place.write('config.json', JSON.stringify(sandbox.signingConfigs['signing_config.json']));
    const flags = ['--signing-config', 'config.json', '--trusted-root', 'root.json'];
    const stdin = `${sandbox.token({ email: 'stdin@example.test' })}\n`;
    const run = await place.validate([...EMIT, ...flags, '--identity-token', '-'], { stdin });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('--certificate-identity stdin@example.test ');
  });

  it.each([
    ['nothing', '', 3, 'SIGNING_FAILED'],
    ['what is no token', 'hello', 3, 'SIGNING_FAILED'],
  ])('is refused if %s is there', async (_, stdin, code, name) => {
    const run = await new Workplace().refused([...EMIT, '--identity-token', '-'], { stdin });
    expect([run.code, run.error.code]).toEqual([code, name]);
  });

  it('is advised to whoever gives the name of a file', async () => {
    const run = await new Workplace().refused([...EMIT, '--identity-token', 'token.txt']);
    expect([run.code, run.error.code]).toEqual([3, 'SIGNING_FAILED']);
    expect(run.error.hint).toContain('--identity-token - < FILE');
  });

  it('is 64 if a document comes from there too', async () => {
    const words = EMIT.map((word) => (word === 'recipe.yaml' ? '-' : word));
    const run = await new Workplace().refused([...words, '--identity-token', '-'], { stdin: 'x' });
    expect([run.code, run.error.code, run.error.at]).toEqual([64, 'USAGE', '-']);
  });
});
