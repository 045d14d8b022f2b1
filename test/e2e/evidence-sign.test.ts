import { execFileSync } from 'node:child_process';
// Evidence in two steps: packed on one machine, signed on another one, or later.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import type { Run } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import { EPOCH, INPUTS, IN_SANDBOX, OUT, UNSIGNED, UNSIGNED_OUT, Workplace } from './emit.ts';
import { STATEMENT, archiveOf, edited, fileIn } from './evidence.ts';

const SIGNED = 'signed.tar.gz';
const ROOT_FILE = 'trusted_root.json';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(async () => {
  await sandbox.close();
});

interface Report {
  readonly exitCode: number;
  readonly error?: Readonly<Record<'code' | 'at' | 'found' | 'hint', string>>;
  readonly evidence?: { readonly manifestDigest: string };
}

/** A workplace with root and config of the sandbox, where evidence was packed and not signed. */
async function packed(): Promise<{ place: Workplace; digest: string; flags: readonly string[] }> {
  const place = new Workplace();
  place.write(ROOT_FILE, JSON.stringify(sandbox.trustedRoot));
  place.write('config.json', JSON.stringify(sandbox.signingConfigs['signing_config.json']));
  const whole = ['--logs', 'logs', '--redact', 'none'];
  const run = await place.validate([...INPUTS, ...whole, ...UNSIGNED], { env: EPOCH });
  const digest = /^manifest: (sha256:[0-9a-f]{64})$/m.exec(run.stderr)?.[1] ?? '';
  expect(run.report.evidence?.manifestDigest).toBe(digest);
  const flags = ['--signing-config', 'config.json', '--trusted-root', ROOT_FILE];
  return { place, digest, flags };
}

async function sign(
  place: Workplace,
  bundle: string,
  more: readonly string[],
): Promise<Run & { readonly report: Report }> {
  const words = ['evidence', 'sign', bundle, '--emit-evidence', SIGNED, ...more];
  const env = { SIGSTORE_ID_TOKEN: sandbox.token() };
  const run = await place.run([...words, '--format', 'json'], { env });
  return { ...run, report: JSON.parse(run.stdout) as Report };
}

describe('evidence sign', () => {
  it.each([OUT, 'my evidence.tar.gz'])(
    'is the command that validate --no-sign prints, for %s',
    async (out) => {
      const { place } = await packed();
      const words = [...INPUTS, '--no-sign', '--emit-evidence', out, '--force'];
      const first = await place.validate(words, { env: EPOCH });
      const env = {
        SIGSTORE_ID_TOKEN: sandbox.token(),
        AFFIDAVIT_SIGNING_CONFIG: place.path('config.json'),
        AFFIDAVIT_TRUSTED_ROOT: place.path(ROOT_FILE),
      };
      const second = await place.signAgain(first, { env });
      expect(second.code).toBe(0);
      expect(place.list()).toContain(out.replace('.tar.gz', '.signed.tar.gz'));
      expect(second.stderr).not.toContain(' sign: ');
      expect((await place.repeat(second)).code).toBe(0);
    },
  );

  it.each(['an archive', 'a directory'])('signs what was packed, from %s', async (form) => {
    const { place, digest, flags } = await packed();
    mkdirSync(place.path('unpacked'));
    execFileSync('tar', ['-xzf', OUT, '-C', 'unpacked'], { cwd: place.folder });
    const before = readFileSync(place.path(OUT));
    const source = form === 'an archive' ? OUT : 'unpacked';
    const run = await sign(place, source, flags);
    const { code, report, stderr } = run;
    expect([code, report.exitCode, report.evidence?.manifestDigest]).toEqual([0, 0, digest]);
    expect(stderr).toContain(`manifest: ${digest}, verified, not signed yet\n`);
    expect(readFileSync(place.path(OUT))).toEqual(before);
    const verified = await place.repeat(run);
    expect(verified.code).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({ bundle: { manifestDigest: digest } });
    // The same files, and the attestation.
    const files = await place.files(SIGNED);
    const unsigned = await place.files(OUT);
    expect([...files.keys()].filter((name) => !unsigned.has(name))).toEqual([
      'attestation.intoto.jsonl',
    ]);
    for (const [name, bytes] of unsigned) expect(files.get(name)).toEqual(bytes);
  });

  it('signs no statement about an artifact: nothing in the bundle shows its digest', async () => {
    const { place, flags } = await packed();
    const files = new Map(await place.files());
    const subject = { name: 'ghcr.io/octo/evidence:x', digest: { sha256: 'ab'.repeat(32) } };
    const statement = edited(fileIn(files, STATEMENT), { '/subject/0': subject });
    place.write('artifact.tar.gz', await archiveOf(files.set(STATEMENT, statement)));
    const { code, report } = await sign(place, 'artifact.tar.gz', flags);
    expect([code, report.error?.code, report.error?.at]).toEqual([
      2,
      'STATEMENT_INVALID',
      `${STATEMENT}#/subject/0/name`,
    ]);
  });

  it('signs evidence that is not green, and says so: 1', async () => {
    const place = new Workplace();
    place.edit('recipe.yaml', "'>= 1.32.4'", "'>= 1.99'");
    expect((await place.validate([...INPUTS, ...UNSIGNED])).code).toBe(1);
    const run = await sign(place, OUT, ['--sandbox']);
    expect([run.code, run.report.exitCode]).toEqual([1, 1]);
    expect((await place.repeat(run)).code).toBe(1);
  });

  it.each<[string, (place: Workplace) => void, string, string]>([
    [
      'a log with one byte more',
      (place) => place.write('unpacked/logs/deployment/operator-health.log', 'x'),
      'FILE_DIFFERS',
      'logs/deployment/operator-health.log',
    ],
    [
      'a claim that is not true',
      (place) => {
        const path = 'unpacked/statement.intoto.json';
        const text = readFileSync(place.path(path), 'utf8');
        place.write(path, text.replace(/"passed":\s*4/, '"passed":5'));
      },
      'PHASES_DIFFER',
      'statement.intoto.json',
    ],
    [
      'a file that is gone',
      (place) => rmSync(place.path('unpacked/snapshot.yaml')),
      'FILE_MISSING',
      'snapshot.yaml',
    ],
    ['a file too many', (place) => place.write('unpacked/more.txt', ''), 'FILE_EXTRA', 'more.txt'],
  ])(
    'verifies the whole bundle first: %s is refused, and nobody is asked',
    async (_, change, expected, at) => {
      const { place, flags } = await packed();
      mkdirSync(place.path('unpacked'));
      execFileSync('tar', ['-xzf', OUT, '-C', 'unpacked'], { cwd: place.folder });
      change(place);
      const before = place.list();
      const nobody = sandbox.url.replace(/\d+$/, '1');
      place.write(
        'config.json',
        readFileSync(place.path('config.json'), 'utf8').replaceAll(sandbox.url, nobody),
      );
      const { code, report } = await sign(place, 'unpacked', flags);
      expect([code, report.error?.code]).toEqual([2, expected]);
      expect(report.error?.at).toContain(at);
      // Nobody signed it yet.
      expect(report.error?.hint).not.toContain('as it was signed');
      expect(report.error?.hint.includes('as it was packed')).toBe(expected.startsWith('FILE_'));
      expect(place.list()).toEqual(before);
    },
  );

  it.each<[string, readonly string[], readonly unknown[]]>([
    ['a bundle that is signed', [SIGNED], [3, 'EVIDENCE_SIGNED', 'attestation.intoto.jsonl']],
    ['no bundle', ['recipe.yaml'], [2, 'ARCHIVE_UNREADABLE', 'recipe.yaml']],
    ['nothing', ['none.tar.gz'], [3, 'FILE_UNREADABLE', 'none.tar.gz']],
    ['standard input', ['-'], [64, 'USAGE', 'INPUT']],
    ['an OUT that is BUNDLE', [OUT, OUT], [64, 'USAGE', '--emit-evidence']],
  ])('refuses %s', async (_, [bundle = '', out = 'out.tar.gz'], expected) => {
    const { place } = await packed();
    if (bundle === SIGNED) await sign(place, OUT, ['--sandbox']);
    const words = ['evidence', 'sign', bundle, '--emit-evidence', out, '--sandbox'];
    const run = await runProgram([...words, '--format', 'json'], { cwd: place.folder });
    const { error } = JSON.parse(run.stdout) as Report;
    expect([run.code, error?.code, error?.at]).toEqual(expected);
  });

  it('counts the files of a bundle without any, and of one file', async () => {
    const { place } = await packed();
    mkdirSync(place.path('empty'));
    place.write('one/manifest.json', '{}');
    const found = async (bundle: string): Promise<string> => {
      const { code, report } = await sign(place, bundle, ['--sandbox']);
      expect([code, report.error?.code]).toEqual([2, 'BUNDLE_INCOMPLETE']);
      return report.error?.found ?? '';
    };
    expect(await found('empty')).toContain(', in a bundle with 0 files in all');
    expect(await found('one')).toContain(', in a bundle with 1 file in all');
  });

  it('is called wrongly without OUT or without a token', async () => {
    const { place } = await packed();
    expect((await place.run(['evidence', 'sign', OUT])).code).toBe(64);
    const run = await place.run(['evidence', 'sign', OUT, '--emit-evidence', SIGNED]);
    expect([run.code, /^error: (\w+)/m.exec(run.stderr)?.[1]]).toEqual([64, 'TOKEN_MISSING']);
    expect(run.stderr).toMatch(/^ want: .*--key$/m);
    expect(run.stderr).toContain('sign with --sandbox');
    expect(run.stderr).not.toContain('--no-sign');
  });

  it('does not replace a file, unless it is told to', async () => {
    const { place, flags } = await packed();
    place.write(SIGNED, 'mine');
    expect((await sign(place, OUT, flags)).report.error?.code).toBe('OUTPUT_EXISTS');
    expect(readFileSync(place.path(SIGNED), 'utf8')).toBe('mine');
    expect((await sign(place, OUT, [...flags, '--force'])).code).toBe(0);
  });
});

describe('evidence that could not be signed', () => {
  it('is kept, and the command that is printed signs it later', async () => {
    const { place, flags } = await packed();
    rmSync(place.path(OUT));
    const config = readFileSync(place.path('config.json'), 'utf8');
    place.write('config.json', config.replaceAll(sandbox.url, sandbox.url.replace(/\d+$/, '1')));
    const token = ['--identity-token', sandbox.token()];
    const whole = ['--logs', 'logs', '--redact', 'none'];
    const emit = [...INPUTS, ...whole, '--emit-evidence', OUT, ...flags];
    const run = await place.notSigned([...emit, ...token]);
    expect(run.error.code).toBe('SERVICE_UNREACHABLE');
    // The token is nowhere, and is not repeated.
    expect(run.stderr + run.stdout).not.toContain(token[1]?.split('.')[2]);
    const digest = /^manifest: (sha256:[0-9a-f]{64})$/m.exec(run.stderr)?.[1];
    place.write('config.json', config);
    const signed = await place.signAgain(run, { stdin: sandbox.token() });
    expect(signed.code).toBe(0);
    expect(JSON.parse(signed.stdout)).toMatchObject({
      evidence: { manifestDigest: digest, path: OUT },
    });
    expect((await place.repeat(signed)).code).toBe(0);
  });

  it('never replaces what was kept before', async () => {
    const { place, flags } = await packed();
    rmSync(place.path(OUT));
    place.write(
      'config.json',
      readFileSync(place.path('config.json'), 'utf8').replaceAll(sandbox.url, 'http://127.0.0.1:1'),
    );
    const words = ['validate', ...INPUTS, '--emit-evidence', OUT, ...flags];
    const token = ['--identity-token', sandbox.token()];
    place.write(UNSIGNED_OUT, 'an older one');
    const second = await place.run([...words, ...token]);
    const third = await place.run([...words, ...token]);
    expect([second.code, third.code]).toEqual([3, 3]);
    expect(second.stderr).toContain(`unsigned: ${OUT}.unsigned.2.tar.gz\n`);
    expect(third.stderr).toContain(`unsigned: ${OUT}.unsigned.3.tar.gz\n`);
    expect(readFileSync(place.path(UNSIGNED_OUT), 'utf8')).toBe('an older one');
  });

  it('is not kept where nothing failed, or where the call was wrong', async () => {
    const { place } = await packed();
    expect((await place.run(['validate', ...INPUTS, ...IN_SANDBOX, '--force'])).code).toBe(0);
    expect((await place.run(['validate', ...INPUTS, '--emit-evidence', 'new.tar.gz'])).code).toBe(
      64,
    );
    expect(place.list().filter((name) => name.includes('.unsigned.'))).toEqual([]);
  });
});
