// A signing that is interrupted goes on from the certificate and the answers that it has.
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import type { Run } from '../run-cli.ts';
import { INPUTS, OUT, UNSIGNED, type Workplace } from './emit.ts';
import { SIGNED, STATE, callsOf, setting } from './resuming.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(async () => {
  await sandbox.close();
});

function errorOf({ stdout }: Run): { readonly code?: string; readonly at?: string } {
  return (JSON.parse(stdout) as { error?: { code: string; at: string } }).error ?? {};
}

describe('a signing that was interrupted', () => {
  it('goes on without a token, a certificate or a timestamp, and leaves nothing', async () => {
    const { place, relay, log, words } = await setting(sandbox);
    const token = sandbox.token();
    log.state = 'down';
    const first = await place.run(words, { env: { SIGSTORE_ID_TOKEN: token } });
    expect([first.code, errorOf(first).code]).toEqual([3, 'SERVICE_FAILED']);
    expect(callsOf(relay)).toEqual(['signingCert', 'timestamp', 'entries']);
    // For the owner alone, without key or token.
    expect(statSync(place.path(STATE)).mode & 0o777).toBe(0o600);
    const state = readFileSync(place.path(STATE), 'utf8');
    expect(Object.keys(JSON.parse(state) as object)).toEqual([
      ...['schemaVersion', 'payload', 'signature', 'certificate', 'timestamps', 'entries'],
    ]);
    for (const part of token.split('.')) expect(state).not.toContain(part);
    log.state = 'up';
    const second = await place.run(words);
    expect(second.code).toBe(0);
    expect(callsOf(relay).slice(3)).toEqual(['entries']);
    expect(second.stderr).toMatch(
      /going on with the signing of \S+Z that was begun, as "contributor@sandbox\.invalid"/,
    );
    expect(place.list()).not.toContain(STATE);
    expect((await place.repeat(second)).code).toBe(0);
  });

  it('of validate goes on with the command that was printed', async () => {
    const { place, relay, log, emit } = await setting(sandbox);
    log.state = 'down';
    const first = await place.run(emit, {
      env: { SIGSTORE_ID_TOKEN: sandbox.token() },
    });
    expect(first.code).toBe(3);
    expect(place.list()).toEqual(expect.arrayContaining([STATE, `${SIGNED}.unsigned.tar.gz`]));
    log.state = 'up';
    expect((await place.signAgain(first)).code).toBe(0);
    expect(callsOf(relay)).toEqual(['signingCert', 'timestamp', 'entries', 'entries']);
  });

  it('of a directory goes on with the command that was printed, which writes a directory', async () => {
    const { place, relay, log, emit } = await setting(sandbox);
    log.state = 'down';
    const env = { SIGSTORE_ID_TOKEN: sandbox.token() };
    const first = await place.run([...emit, '--layout', 'directory'], { env });
    expect(first.code).toBe(3);
    log.state = 'up';
    const second = await place.signAgain(first);
    expect(second.code).toBe(0);
    expect(callsOf(relay)).toEqual(['signingCert', 'timestamp', 'entries', 'entries']);
    expect(place.list(SIGNED)).toEqual(
      expect.arrayContaining(['pointer.yaml', 'summary-bundle/attestation.intoto.jsonl']),
    );
    expect((await place.repeat(second)).code).toBe(0);
  });

  it('of a directory ends before the log if the certificate has a user name, which no pointer can name', async () => {
    const { place, relay, emit } = await setting(sandbox);
    const sub = 'somebody!example.com';
    const env = { SIGSTORE_ID_TOKEN: sandbox.token({ email: undefined, sub }) };
    const before = place.list();
    const words = [...emit, '--layout', 'directory', '--format', 'json'];
    const refused = await place.run(words, { env });
    expect([refused.code, errorOf(refused).code]).toEqual([2, 'POINTER_UNFIT']);
    expect([callsOf(relay), place.list()]).toEqual([['signingCert'], before]);
    expect((await place.run(emit, { env })).code).toBe(0);
  });

  it('keeps the bundle under the next name where something else than a file has the first', async () => {
    const { place, log, emit } = await setting(sandbox);
    const taken = [`${SIGNED}.unsigned.tar.gz`, `${SIGNED}.unsigned.2.tar.gz`];
    mkdirSync(place.path(taken[0] ?? ''));
    symlinkSync('nowhere', place.path(taken[1] ?? ''));
    log.state = 'down';
    const first = await place.run(emit, { env: { SIGSTORE_ID_TOKEN: sandbox.token() } });
    expect(first.code).toBe(3);
    expect(first.stderr).toContain(`unsigned: ${SIGNED}.unsigned.3.tar.gz\n`);
    log.state = 'up';
    expect((await place.signAgain(first)).code).toBe(0);
    expect(readdirSync(place.path(taken[0] ?? ''))).toEqual([]);
  });

  it('says with what it goes on if the bundle cannot be kept', async () => {
    const { place, relay, log, emit } = await setting(sandbox);
    mkdirSync(place.path(`${SIGNED}.unsigned.tar.gz`));
    for (let number = 2; number <= 1000; number += 1) {
      mkdirSync(place.path(`${SIGNED}.unsigned.${number}.tar.gz`));
    }
    log.state = 'down';
    const env = { SIGSTORE_ID_TOKEN: sandbox.token() };
    const first = await place.run(emit, { env });
    expect(first.code).toBe(3);
    expect(first.stderr).toContain('affidavit: the packed bundle is not kept: ');
    const [, time = ''] =
      /left: signed.tar.gz.signing.json\n +note: until .* UTC the same command with SOURCE_DATE_EPOCH=(\d+) goes on from there\n/.exec(
        first.stderr,
      ) ?? [];
    log.state = 'up';
    expect((await place.run(emit, { env: { SOURCE_DATE_EPOCH: time } })).code).toBe(0);
    expect(callsOf(relay).slice(3)).toEqual(['entries']);
    expect(place.list()).not.toContain(STATE);
  });

  it.each([
    ['validate', 235, '.unsigned.1000.tar.gz'],
    ['validate', 250, '.unsigned.1000.tar.gz'],
    ['sign', 243, '.signing.json'],
    ['sign', 250, '.signing.json'],
  ])('needs room for its name: %s to an OUT of %i bytes is refused', async (...row) => {
    const [command, bytes, end] = row;
    const { place, relay, words, emit } = await setting(sandbox);
    const out = 'o'.repeat(bytes);
    const call = (command === 'sign' ? words : [...emit, '--format', 'json']).map((word) =>
      word === SIGNED ? out : word,
    );
    const before = place.list();
    const run = await place.run(call, { env: { SIGSTORE_ID_TOKEN: sandbox.token() } });
    expect([run.code, errorOf(run)]).toEqual([
      3,
      expect.objectContaining({ code: 'FILE_UNWRITABLE', at: `${out}${end}` }),
    ]);
    expect([relay.heard, place.list()]).toEqual([[], before]);
    const fits = call.map((word) => (word === out ? out.slice(0, 255 - end.length) : word));
    const signed = await place.run(fits, { env: { SIGSTORE_ID_TOKEN: sandbox.token() } });
    expect(signed.code).toBe(0);
  });

  it('is 3 if what it left cannot be read, and nothing is asked', async () => {
    const { place, relay, log, words } = await setting(sandbox);
    const env = { SIGSTORE_ID_TOKEN: sandbox.token() };
    log.state = 'down';
    await place.run(words, { env });
    chmodSync(place.path(STATE), 0);
    // Whoever may read everything gives that right away.
    const rights = ['--inh-caps=-all', '--bounding-set=-dac_override,-dac_read_search'];
    const prefix = process.getuid?.() === 0 ? ['setpriv', ...rights] : [];
    const run = await place.run(words, { env, prefix });
    expect([run.code, errorOf(run)]).toEqual([
      3,
      expect.objectContaining({ code: 'FILE_UNREADABLE', at: STATE }),
    ]);
    expect(callsOf(relay)).toHaveLength(3);
  });

  it.each<
    [string, { readonly email: string }, (token: string) => [words: string[], options: object]]
  >([
    ['flag', { email: 'other@example.test' }, (token) => [['--identity-token', token], {}]],
    [
      'standard input',
      { email: 'other@example.test' },
      (token) => [['--identity-token', '-'], { stdin: token }],
    ],
    [
      'variable',
      { email: 'other@example.test' },
      (token) => [[], { env: { SIGSTORE_ID_TOKEN: token } }],
    ],
  ])('is not gone on with in the name of somebody else: the token of the %s', async (...row) => {
    const [, claims, given] = row;
    const { place, relay, log, words } = await setting(sandbox);
    log.state = 'down';
    await place.run(words, { env: { SIGSTORE_ID_TOKEN: sandbox.token() } });
    log.state = 'up';
    const [more, options] = given(sandbox.token(claims));
    const run = await place.run([...words, ...more], options);
    expect(run.code).toBe(0);
    expect(callsOf(relay).slice(3)).toEqual(['signingCert', 'timestamp', 'entries']);
    expect(run.stderr).toContain('--certificate-identity other@example.test ');
    expect(run.stderr).not.toContain('going on');
    expect(run.stderr).toContain('.signing.json is of another signing, and is replaced\n');
  });

  it.each<[string, string, readonly string[]]>([
    ['SIGNING_FAILED', 'text that is no token', ['--identity-token', 'nonsense']],
    ['TOKEN_MISSING', 'an empty token', ['--identity-token', '']],
    [
      'SERVICE_UNREACHABLE',
      'a login',
      ['--login', 'browser', '--oidc-issuer', 'http://localhost:1'],
    ],
  ])('does not go on without looking at who was named: %s for %s', async (code, _, more) => {
    const { place, relay, log, words } = await setting(sandbox);
    log.state = 'down';
    await place.run(words, { env: { SIGSTORE_ID_TOKEN: sandbox.token() } });
    log.state = 'up';
    const run = await place.run([...words, ...more]);
    expect([run.code, errorOf(run).code]).toEqual([code === 'TOKEN_MISSING' ? 64 : 3, code]);
    expect(callsOf(relay)).toHaveLength(3);
  });

  it.each<[string, readonly string[]]>([
    ['in a sandbox', ['evidence', 'sign', OUT, '--emit-evidence', SIGNED, '--sandbox']],
    ['by somebody else', []],
  ])('leaves nothing once the same evidence is signed %s', async (_, other) => {
    const { place, log, words } = await setting(sandbox);
    log.state = 'down';
    await place.run(words, { env: { SIGSTORE_ID_TOKEN: sandbox.token() } });
    expect(place.list()).toContain(STATE);
    log.state = 'up';
    const token = sandbox.token({ email: 'other@example.test' });
    const run = await place.run(other.length > 0 ? other : [...words, '--identity-token', token]);
    expect(run.code).toBe(0);
    expect(place.list()).not.toContain(STATE);
  });

  it('goes on with a token of the same signer', async () => {
    const { place, relay, log, words } = await setting(sandbox);
    log.state = 'down';
    await place.run(words, { env: { SIGSTORE_ID_TOKEN: sandbox.token() } });
    log.state = 'up';
    const run = await place.run([...words, '--identity-token', sandbox.token()]);
    expect(run.code).toBe(0);
    expect(callsOf(relay).slice(3)).toEqual(['entries']);
  });

  it('of other evidence is not gone on with: it is signed anew', async () => {
    const { place, relay, log, words } = await setting(sandbox);
    const env = { SIGSTORE_ID_TOKEN: sandbox.token() };
    log.state = 'down';
    await place.run(words, { env });
    log.state = 'up';
    place.edit('recipe.yaml', "'>= 1.32.4'", "'>= 1.31'");
    expect((await place.run(['validate', ...INPUTS, ...UNSIGNED, '--force'])).code).toBe(0);
    expect((await place.run(words, { env })).code).toBe(0);
    expect(callsOf(relay).slice(3)).toEqual(['signingCert', 'timestamp', 'entries']);
    expect(place.list()).not.toContain(STATE);
  });

  it.each<[string, (place: Workplace) => void]>([
    ['that others may read', (place) => chmodSync(place.path(STATE), 0o644)],
    ['that is none', (place) => place.write(STATE, '{}')],
    [
      'of another version',
      (place) => place.edit(STATE, '"schemaVersion": "1.0.0"', '"schemaVersion": "1.1.0"'),
    ],
    [
      'with a field of another kind',
      (place) => place.edit(STATE, '"entries": []', '"entries": {}'),
    ],
    [
      'with a field too many',
      (place) => place.edit(STATE, '"entries": []', '"entries": [], "x": 1'),
    ],
  ])('and left a file %s is neither used nor replaced', async (_, change) => {
    const { place, relay, log, words } = await setting(sandbox);
    const env = { SIGSTORE_ID_TOKEN: sandbox.token() };
    log.state = 'down';
    await place.run(words, { env });
    log.state = 'up';
    change(place);
    const before = readFileSync(place.path(STATE));
    const run = await place.run(words, { env });
    expect([run.code, errorOf(run).code]).toEqual([3, 'SIGNING_STATE_INVALID']);
    expect(errorOf(run).at).toContain(STATE);
    expect(readFileSync(place.path(STATE))).toEqual(before);
    expect(callsOf(relay)).toHaveLength(3);
  });

  it('with a signature of somebody else is not gone on with', async () => {
    const { place, relay, log, words } = await setting(sandbox);
    const env = { SIGSTORE_ID_TOKEN: sandbox.token() };
    log.state = 'down';
    await place.run(words, { env });
    const state = JSON.parse(readFileSync(place.path(STATE), 'utf8')) as Record<string, string>;
    await place.run(
      [...words, '--emit-evidence', 'other.tar.gz'].filter((_, at) => at !== 3 && at !== 4),
      { env },
    );
    const other = JSON.parse(
      readFileSync(place.path('other.tar.gz.signing.json'), 'utf8'),
    ) as typeof state;
    place.write(STATE, JSON.stringify({ ...state, certificate: other['certificate'] }));
    log.state = 'up';
    const before = relay.heard.length;
    expect((await place.run(words, { env })).code).toBe(0);
    expect(callsOf(relay).slice(before)).toEqual(['signingCert', 'timestamp', 'entries']);
  });
});
