// What is left of a signing that services hold up or refuse, and what is said of it.
import { X509Certificate, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { INPUTS, OUT, UNSIGNED, json, start, type Started, type Workplace } from './emit.ts';
import { SIGNED, STATE, callsOf, setting, type Setting } from './resuming.ts';

const KEPT = `${SIGNED}.unsigned.tar.gz`;

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(async () => {
  await sandbox.close();
});

/** Starts the program, and waits until services heard so much. */
async function heldUp(
  { place, relay }: Setting,
  words: readonly string[],
  calls: number,
): Promise<Started> {
  const before = relay.heard.length;
  const started = start(place, words, { SIGSTORE_ID_TOKEN: sandbox.token() });
  await expect.poll(() => callsOf(relay).length - before, { timeout: 30_000 }).toBe(calls);
  return started;
}

function leftIn(place: Workplace): readonly string[] {
  return place.list().filter((name) => name.startsWith(SIGNED) || name.startsWith('.affidavit-'));
}

/** The end of the certificate that was kept, as it is shown. */
function endOf(place: Workplace): string {
  const state = JSON.parse(readFileSync(place.path(STATE), 'utf8')) as { certificate: string };
  const { validToDate } = new X509Certificate(Buffer.from(state.certificate, 'base64'));
  return `${validToDate.toISOString().slice(11, 16)} UTC`;
}

describe('validate that is interrupted while a service holds the request', () => {
  it.each<[NodeJS.Signals, string, number]>([
    ['SIGINT', 'in one process', 0],
    ['SIGTERM', 'in one process', 0],
    ['SIGINT', 'in a second process', 2 * 1024 * 1024],
  ])('by %s %s keeps the bundle, and the command that is printed goes on', async (...row) => {
    const [signal, , bytes] = row;
    const all = await setting(sandbox);
    const { place, relay, log, emit } = all;
    if (bytes > 0) {
      const snapshot = readFileSync(place.path('snapshot.yaml'), 'utf8');
      place.write(
        'snapshot.yaml',
        `${snapshot}zz:\n${`- ${'a'.repeat(1022)}\n`.repeat(bytes / 1024)}`,
      );
    }
    log.state = 'silent';
    const { child, ended, stderr } = await heldUp(all, emit, 3);
    child.kill(signal);
    expect(await ended).toEqual({ code: 130, signal: null });
    expect(leftIn(place)).toEqual([STATE, KEPT]);
    const until = endOf(place);
    expect(stderr()).toContain(`unsigned: ${KEPT}\n`);
    expect(stderr()).toContain(
      `    left: ${STATE}\n    note: until ${until} this command goes on from there\n`,
    );
    expect(stderr()).toMatch(
      /^error: INTERRUPTED interrupted\n.*\n.*\n next: sign what was packed with the command after "sign:"; no half/m,
    );
    log.state = 'up';
    const again = await place.signAgain({ code: 130, signal: null, stdout: '', stderr: stderr() });
    expect(again.code).toBe(0);
    expect(callsOf(relay)).toEqual(['signingCert', 'timestamp', 'entries', 'entries']);
    expect((await place.repeat(again)).code).toBe(0);
    expect(leftIn(place)).toEqual([SIGNED, KEPT]);
  });

  it('before there is a certificate keeps the bundle, and says nothing of going on', async () => {
    const all = await setting(sandbox);
    const { place, authority, emit } = all;
    authority.state = 'silent';
    const { child, ended, stderr } = await heldUp(all, emit, 1);
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, signal: null });
    expect(leftIn(place)).toEqual([KEPT]);
    expect(stderr()).toContain('next: sign what was packed with the command after "sign:"; ');
    expect(stderr()).not.toContain('left:');
  });

  it('keeps the openings of the bundle that --force would have replaced, and those of the kept one', async () => {
    const all = await setting(sandbox);
    const { place, authority, emit } = all;
    const opened = ['--openings', 'openings.json'];
    const first = ['validate', ...INPUTS, ...UNSIGNED, ...opened, '--force'];
    expect((await place.run(first)).code).toBe(0);
    const before = readFileSync(place.path('openings.json'));
    place.edit('snapshot.yaml', 'swappiness: "0"', 'swappiness: "1"');
    authority.state = 'silent';
    const { child, ended, stderr } = await heldUp(all, [...emit, ...opened, '--force'], 1);
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, signal: null });
    expect(readFileSync(place.path('openings.json'))).toEqual(before);
    const name = /^openings: (\S+), of the bundle that was packed$/m.exec(stderr())?.[1] ?? '';
    expect(statSync(place.path(name)).mode & 0o777).toBe(0o600);
    const { redaction } = json(readFileSync(place.path(name)));
    expect(redaction).toBe(digestOf((await place.files(KEPT)).get('redaction.json') ?? ''));
  });

  it('keeps the bundle under the next name where a directory has the first', async () => {
    const all = await setting(sandbox);
    const { place, authority, emit } = all;
    authority.state = 'silent';
    const { child, ended, stderr } = await heldUp(all, emit, 1);
    mkdirSync(place.path(KEPT));
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, signal: null });
    expect(leftIn(place)).toEqual([`${SIGNED}.unsigned.2.tar.gz`, KEPT].toSorted());
    expect(stderr()).toContain(`unsigned: ${SIGNED}.unsigned.2.tar.gz\n`);
  });

  it('leaves nothing if a second signal ends it while the bundle is kept', async () => {
    const all = await setting(sandbox);
    const { place, log, emit } = all;
    place.write('logs/deployment/large.log', randomBytes(32 * 1024 * 1024));
    log.state = 'silent';
    const words = [...emit, '--logs', 'logs'];
    // On a busy machine the second signal may come late: then once more.
    for (let isKept = true, left = 5; isKept && left > 0; left -= 1) {
      for (const name of leftIn(place)) rmSync(place.path(name));
      const { child, ended } = await heldUp(all, words, 3);
      expect(leftIn(place)).toEqual([STATE]);
      child.kill('SIGINT');
      const isWriting = (): boolean => leftIn(place).some((name) => name.startsWith('.affidavit-'));
      while (!isWriting() && child.exitCode === null) await wait(5);
      child.kill('SIGINT');
      expect((await ended).code).toBe(130);
      isKept = leftIn(place).includes(KEPT);
    }
    expect(leftIn(place)).toEqual([]);
  });
});

describe('two runs at once to one OUT', () => {
  it('go on from one signing, and the slower says nothing of what is not there', async () => {
    const all = await setting(sandbox);
    const { place, relay, log, words } = all;
    log.state = 'silent';
    const { child, ended, stderr } = await heldUp(all, words, 3);
    log.state = 'up';
    const second = await place.run(words);
    expect(second.code).toBe(0);
    expect(second.stderr).toMatch(/going on with the signing of \S+ that was begun, as /);
    expect(callsOf(relay).slice(3)).toEqual(['entries']);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(stderr()).not.toContain('left:');
    expect(stderr()).toContain('next: name another OUT: a file is there by now; ');
    expect(leftIn(place)).toEqual([SIGNED]);
  });

  it('do not take what the other left for their own', async () => {
    const all = await setting(sandbox);
    const { place, log, words } = all;
    log.state = 'silent';
    const first = await heldUp(all, words, 3);
    const other = await heldUp(
      all,
      [...words, '--identity-token', sandbox.token({ email: 'b@c.test' })],
      3,
    );
    const state = readFileSync(place.path(STATE));
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(130);
    expect(first.stderr()).not.toContain('left:');
    expect(readFileSync(place.path(STATE))).toEqual(state);
    other.child.kill('SIGINT');
    expect((await other.ended).code).toBe(130);
    expect(other.stderr()).toContain(`left: ${STATE}\n`);
  });

  it('name a free OUT in the command of the one that was slower', async () => {
    const { place, log, emit } = await setting(sandbox);
    const env = { SIGSTORE_ID_TOKEN: sandbox.token() };
    // The other one is faster by the time of the last request.
    Object.defineProperty(log, 'state', {
      get: () => {
        place.write(SIGNED, 'of the other');
        return 'up';
      },
    });
    const first = await place.run([...emit, '--format', 'json'], { env });
    expect([first.code, /^error: (\w+)/m.exec(first.stderr)?.[1]]).toEqual([3, 'OUTPUT_EXISTS']);
    expect(first.stderr).not.toContain('left:');
    expect(first.stderr).toMatch(/ sign: .* --emit-evidence signed\.tar\.gz\.signed\.tar\.gz /);
    expect(leftIn(place)).toEqual([SIGNED, KEPT]);
    expect((await place.signAgain(first, { env })).code).toBe(0);
  });
});

it('keeps the bundle too if it is interrupted while the signed archive is written', async () => {
  const { place, relay, emit } = await setting(sandbox);
  place.write('logs/deployment/large.log', randomBytes(32 * 1024 * 1024));
  const env = { SIGSTORE_ID_TOKEN: sandbox.token() };
  const isWriting = (): boolean => leftIn(place).some((name) => name.startsWith('.affidavit-'));
  // On a busy machine the signal may come late: then once more.
  for (let code: number | null = 0, left = 5; code === 0 && left > 0; left -= 1) {
    for (const name of [SIGNED, `${SIGNED}.logs.tar.gz`]) rmSync(place.path(name), { force: true });
    const { child, ended } = start(place, [...emit, '--logs', 'logs'], env);
    while (!isWriting() && child.exitCode === null) await wait(5);
    child.kill('SIGINT');
    ({ code } = await ended);
  }
  expect(leftIn(place)).toEqual([STATE, KEPT, `${KEPT}.logs.tar.gz`]);
  const before = relay.heard.length;
  const words = ['evidence', 'sign', KEPT, ...emit.slice(emit.indexOf('--emit-evidence'))];
  expect((await place.run(words)).code).toBe(0);
  expect(relay.heard).toHaveLength(before);
});

describe('evidence sign', () => {
  it('that is interrupted goes on with the same command, as it says', async () => {
    const all = await setting(sandbox);
    const { place, relay, log, words } = all;
    log.state = 'silent';
    const { child, ended, stderr } = await heldUp(all, words, 3);
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, signal: null });
    expect(leftIn(place)).toEqual([STATE]);
    const until = endOf(place);
    const says = `    left: ${STATE}\n    note: until ${until} the same command goes on from there\n`;
    expect(stderr()).toContain(says);
    expect(stderr()).toContain(
      `next: run the same command again: until ${until} it goes on from what is left; no half`,
    );
    // Once more: nothing new was answered, and it is there still.
    const second = await heldUp(all, words, 1);
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(130);
    expect(second.stderr()).toContain(says);
    log.state = 'up';
    expect((await place.run(words)).code).toBe(0);
    expect(callsOf(relay).slice(3)).toEqual(['entries', 'entries']);
    expect(leftIn(place)).toEqual([SIGNED]);
  });

  it('that a service refused says the same', async () => {
    const { place, log, words } = await setting(sandbox);
    log.state = 'down';
    const run = await place.run(words, { env: { SIGSTORE_ID_TOKEN: sandbox.token() } });
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(
      `    left: ${STATE}\n    note: until ${endOf(place)} the same command goes on from there\n`,
    );
  });

  it('says nothing of it without a certificate, or of what an earlier signing left', async () => {
    const all = await setting(sandbox);
    const { place, log, authority, words } = all;
    log.state = 'down';
    const env = { SIGSTORE_ID_TOKEN: sandbox.token() };
    await place.run(words, { env });
    authority.state = 'down';
    const other = { SIGSTORE_ID_TOKEN: sandbox.token({ email: 'other@example.test' }) };
    const run = await place.run(words, { env: other });
    expect(run.code).toBe(3);
    expect(run.stderr).not.toContain('left:');
    expect(leftIn(place)).toEqual([STATE]);
    expect(place.list()).toContain(OUT);
  });
});
