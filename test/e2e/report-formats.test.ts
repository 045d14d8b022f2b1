// Several reports of one call. What is verified was packed by the program itself, and nobody signed it.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { INPUTS, OUT, UNSIGNED, Workplace } from './emit.ts';

const VERIFY = ['verify-evidence', OUT];

async function packed(words: readonly string[] = UNSIGNED): Promise<Workplace> {
  const place = new Workplace();
  await place.run(['validate', ...INPUTS, ...words, '--redact', 'none']);
  return place;
}

function read(place: Workplace, name: string): string {
  return readFileSync(place.path(name), 'utf8');
}

describe('--format NAME=PATH', () => {
  it('writes each report there, and one without a path to standard output', async () => {
    const place = await packed();
    const forms = ['json=r.json', 'markdown=r.md', 'aicr-json=r.aicr', 'terminal'];
    const words = forms.flatMap((form) => ['--format', form]);
    const { code, stdout, stderr } = await place.run([...VERIFY, ...words]);
    expect([code, stderr]).toEqual([4, '']);
    expect(stdout).toMatch(/^! Unsigned: undecided/);
    for (const [name, format] of [
      ['r.json', 'json'],
      ['r.md', 'markdown'],
      ['r.aicr', 'aicr-json'],
    ] as const) {
      expect(read(place, name)).toBe((await place.run([...VERIFY, '--format', format])).stdout);
    }
  });

  it('shows in the terminal everything, and in files what is published', async () => {
    const place = await packed();
    const out = ['--no-sign', '--emit-evidence', 'redacted.tar.gz'];
    const words = ['--format', 'terminal', '--format', 'json=v.json', '--format', 'markdown=v.md'];
    const { code, stdout } = await place.run(['validate', ...INPUTS, ...out, ...words]);
    expect([code, stdout.startsWith('· Self-check: green')]).toEqual([0, true]);
    for (const text of [stdout, read(place, 'v.json'), read(place, 'v.md')]) {
      expect(text.includes('no supported autoscaler')).toBe(text === stdout);
    }
  });

  it.each([
    [['json', 'markdown'], '--format'],
    [['json=x', 'markdown=./x'], '--format'],
    [[`json=${OUT}`], '--format'],
    [['json='], '--format'],
    [['jsn=x'], '--format'],
  ])('is called wrongly with %j', async (forms, at) => {
    const place = await packed();
    const bytes = read(place, OUT);
    const { code, stderr } = await place.run([
      ...VERIFY,
      ...forms.flatMap((form) => ['--format', form]),
    ]);
    expect([code, /^error: (\w+)/.exec(stderr)?.[1], / at: (\S+)/.exec(stderr)?.[1]]).toEqual([
      ...[64, 'USAGE', at],
    ]);
    expect(read(place, OUT)).toBe(bytes);
    expect(existsSync(place.path('x'))).toBe(false);
  });

  it('writes no report into the bundle', async () => {
    const place = await packed([...UNSIGNED.with(2, 'dir'), '--layout', 'directory']);
    const before = readdirSync(place.path('dir/summary-bundle'));
    const { code, stderr } = await place.run([
      ...['verify-evidence', 'dir', '--format', 'json=dir/summary-bundle/r.json'],
    ]);
    expect([code, / at: (\S+)/.exec(stderr)?.[1]]).toEqual([64, '--format']);
    expect(readdirSync(place.path('dir/summary-bundle'))).toEqual(before);
  });

  it('of what cannot be verified has the error where the JSON would have been', async () => {
    const place = await packed();
    const words = ['--format', 'json=e.json', '--format', 'markdown=e.md'];
    const { code, stdout } = await place.run(['verify-evidence', 'missing.tar.gz', ...words]);
    expect([code, stdout]).toEqual([3, '']);
    expect(JSON.parse(read(place, 'e.json'))).toMatchObject({ error: { code: 'FILE_UNREADABLE' } });
    expect(existsSync(place.path('e.md'))).toBe(false);
  });

  it('leaves the reports that were written, if one has no place', async () => {
    const place = await packed();
    const words = ['--format', 'json=s.json', '--format', 'markdown=no/folder.md'];
    const { code, stdout, stderr } = await place.run([...VERIFY, ...words]);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(
      /^! Unsigned: undecided .*\nerror: FILE_UNWRITABLE .*\n +at: no\/folder.md\n/,
    );
    expect(JSON.parse(read(place, 's.json'))).toMatchObject({ verdict: 'undecided', exitCode: 4 });
  });
});

describe('--format html', () => {
  const LOG = 'AICR NVIDIA CUDA vector add';

  it('shows the logs of the bundle, how long phases took, and the digest of each file', async () => {
    const place = await packed([...UNSIGNED, '--logs', 'logs', '--format', 'html=v.html']);
    expect((await place.run([...VERIFY, '--format', 'html=r.html'])).code).toBe(4);
    for (const page of [read(place, 'r.html'), read(place, 'v.html')]) {
      expect(page).toContain('<summary><code>logs/');
      expect(page).toMatch(/10m13\.3s, from 2026-06-10T01:01:53Z/);
    }
    const { stdout } = await place.run(['evidence', 'show', OUT]);
    const digests = stdout.match(/sha256:[0-9a-f]{64}/g) ?? [];
    expect(digests.length).toBeGreaterThan(10);
    for (const digest of digests) expect(read(place, 'r.html')).toContain(digest);
  });

  it('shows of logs beside the bundle only those that were compared, and none in what is published', async () => {
    const place = new Workplace();
    const words = [...UNSIGNED, '--logs', 'logs', '--format', 'html=v.html'];
    await place.run(['validate', ...INPUTS, ...words]);
    const shown = async (logs: readonly string[]): Promise<string> => {
      await place.run([...VERIFY, ...logs, '--format', 'html=r.html']);
      return read(place, 'r.html');
    };
    const mark = '<details class="row"><summary><code>logs/';
    expect(read(place, 'v.html')).not.toContain(mark);
    expect(await shown([])).toContain('They are not in the bundle');
    expect(await shown(['--logs', `${OUT}.logs.tar.gz`])).toContain(mark);
    rmSync(place.path('logs'), { recursive: true });
    mkdirSync(place.path('logs/deployment'), { recursive: true });
    place.write('logs/deployment/other.log', LOG);
    const other = await shown(['--logs', 'logs']);
    expect([other.includes('LOGS_DIFFER'), other.includes(LOG)]).toEqual([true, false]);
  });

  it('shows nothing of the logs of a bundle that is invalid', async () => {
    const place = await packed([
      ...UNSIGNED.with(2, 'dir'),
      '--layout',
      'directory',
      '--logs',
      'logs',
    ]);
    const [log = ''] = readdirSync(place.path('dir/summary-bundle/logs/deployment'));
    place.write(`dir/summary-bundle/logs/deployment/${log}`, LOG);
    const { code } = await place.run(['verify-evidence', 'dir', '--format', 'html=r.html']);
    const page = read(place, 'r.html');
    expect([code, page.includes('FILE_DIFFERS'), page.includes(LOG)]).toEqual([2, true, false]);
    expect(page).toContain('The evidence is invalid: nothing of its logs is shown.');
  });
});

describe('affidavit report', () => {
  it('shows what another call stored, and ends with 0 whatever it says', async () => {
    const place = await packed();
    const words = ['--format', 'json=r.json', '--format', 'markdown'];
    const { stdout: before } = await place.run([...VERIFY, ...words]);
    const { code, stdout, stderr } = await place.run([
      'report',
      'r.json',
      '--format',
      'terminal=t',
    ]);
    expect([code, stdout, stderr]).toEqual([0, '', '']);
    const first = 'from a stored report; nothing was verified here\n';
    expect(read(place, 't').startsWith(`${first}! Recorded: Unsigned: undecided`)).toBe(true);
    const markdown = (await place.run(['report', 'r.json'])).stdout;
    const shown = markdown
      .replace(`${first}\n`, '')
      .replace('Recorded: ', '')
      .replace(/^The recorded command; .*:$/m, 'Repeat with affidavit `0.1.0`:');
    expect(shown).toBe(before);
  });

  it.each([
    ['forged.json', 3, 'REPORT_INVALID', 'forged.json#/verdict'],
    ['missing.json', 3, 'FILE_UNREADABLE', 'missing.json'],
    ['huge.json', 3, 'REPORT_INVALID', 'huge.json'],
  ])('refuses %s', async (name, code, error, at) => {
    const place = await packed();
    const { stdout } = await place.run([...VERIFY, '--format', 'json']);
    place.write('forged.json', stdout.replace('"undecided"', '"verifiedd"'));
    place.write('huge.json', ' '.repeat(17 * 1024 * 1024));
    const run = await place.run(['report', name]);
    expect([run.code, run.stdout]).toEqual([code, '']);
    expect([/^error: (\w+)/.exec(run.stderr)?.[1], / at: (\S+)/.exec(run.stderr)?.[1]]).toEqual([
      ...[error, at],
    ]);
  });

  it('does not replace the report that it shows, and takes no JSON for another form', async () => {
    const place = await packed();
    await place.run([...VERIFY, '--format', 'json=r.json']);
    const before = read(place, 'r.json');
    for (const form of ['markdown=r.json', 'json']) {
      expect((await place.run(['report', 'r.json', '--format', form])).code).toBe(64);
    }
    expect(read(place, 'r.json')).toBe(before);
  });
});
