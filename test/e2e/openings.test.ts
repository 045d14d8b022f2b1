// Commit, reveal and verify, as the guide shows it, and what --openings refuses.
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';

import { describe, expect, it } from 'vitest';

import { runCli } from '../run-cli.ts';
import { EPOCH, INPUTS, IN_SANDBOX, OUT, UNSIGNED, Workplace, json } from './emit.ts';
import type { ReportJson } from './evidence.ts';

const FILE = 'openings.json';
const MINIMAL = ['--redact', 'minimal', '--openings', FILE];
const PACK = [...INPUTS, ...UNSIGNED, ...MINIMAL];
const REGION = 'NodeTopology.label.topology.kubernetes.io/region';
const VERIFY = ['verify-evidence', OUT, '--allow-unsigned', '--require-recomputed'];

async function packed(): Promise<Workplace> {
  const place = new Workplace();
  const { code, stderr } = await place.run(['validate', ...PACK], { env: EPOCH });
  if (code !== 0) throw new Error(stderr);
  return place;
}

function modeOf(place: Workplace, name = FILE): number {
  return statSync(place.path(name)).mode & 0o777;
}

async function reveal(place: Workplace, ...words: readonly string[]) {
  const files = ['--openings', FILE, '--output', 'revealed.json'];
  return await place.run(['evidence', 'reveal', OUT, ...files, ...words], { env: EPOCH });
}

/** Code and place of the error that ended a command. */
function errorOf({ stderr }: { readonly stderr: string }): string {
  const code = /error: (\S+)/.exec(stderr)?.[1];
  return `${code} ${/^ +at: (.*)$/m.exec(stderr)?.[1]}`;
}

describe('validate --openings', () => {
  it('keeps secret and values to its owner, out of the bundle, and makes the same bytes again', async () => {
    const place = await packed();
    expect(modeOf(place)).toBe(0o600);
    const openings = readFileSync(place.path(FILE));
    const { secret } = json(openings);
    const files = await place.files();
    expect([...files.keys()]).toContain('redaction.json');
    expect([...files.keys()].join()).not.toContain('openings');
    expect([...files.values()].some((bytes) => bytes.includes(String(secret)))).toBe(false);
    const archive = readFileSync(place.path(OUT));
    const again = await place.run(['validate', ...PACK, '--force'], { env: EPOCH });
    expect(again.code).toBe(0);
    const kept = `openings: ${FILE}, keep it secret: it shows everything that is withheld\n`;
    const used = 'openings: its secret was used before: bundles of the same files can be linked\n';
    // After all else.
    expect(again.stderr.endsWith(`${kept}${used}`)).toBe(true);
    expect(readFileSync(place.path(OUT))).toEqual(archive);
    expect(readFileSync(place.path(FILE))).toEqual(openings);
  });

  it('replaces the openings of another bundle only with --force, and keeps their secret', async () => {
    const place = await packed();
    const before = readFileSync(place.path(FILE));
    rmSync(place.path(OUT));
    place.edit('snapshot.yaml', 'swappiness: "0"', 'swappiness: "1"');
    const { code, error } = await place.refused(PACK, { env: EPOCH });
    expect([code, error.code, error.at]).toEqual([3, 'OUTPUT_EXISTS', FILE]);
    expect(readFileSync(place.path(FILE))).toEqual(before);
    expect((await place.run(['validate', ...PACK, '--force'], { env: EPOCH })).code).toBe(0);
    const [old, now] = [json(before), json(readFileSync(place.path(FILE)))];
    expect(now['secret']).toBe(old['secret']);
    expect(now['redaction']).not.toBe(old['redaction']);
    expect(modeOf(place)).toBe(0o600);
    expect(place.list().filter((name) => name.startsWith(FILE))).toEqual([FILE]);
  });

  it.each<[string, readonly string[]]>([
    ['no logs', []],
    ['logs in the bundle', ['--logs', 'logs', '--redact', 'none']],
  ])('does not write evidence with %s beside the logs of another', async (_, words) => {
    const place = new Workplace();
    const beside = `${OUT}.logs.tar.gz`;
    place.write(beside, 'logs of another run');
    const { code, error } = await place.refused([...INPUTS, ...UNSIGNED, '--force', ...words]);
    expect([code, error.code, error.at]).toEqual([3, 'OUTPUT_EXISTS', beside]);
    expect(place.list()).not.toContain(OUT);
  });

  it('writes none that would be too large to read again, and no evidence', async () => {
    const place = new Workplace();
    const keys = Array.from({ length: 80 }, (_, index) => `${'k'.repeat(900)}${index}`);
    const values = Array.from({ length: 2000 }, (_, index) => `v${index}: a`);
    const data = `{${keys.join(': {')}: {${values.join(', ')}}${'}'.repeat(keys.length)}`;
    const measured = `measurements:\n  - {type: Other, subtypes: [{subtype: x, data: ${data}}]}\n`;
    place.edit('snapshot.yaml', '\nmeasurements:\n', `\n${measured}`);
    const { code, error } = await place.refused(PACK, { env: EPOCH });
    expect([code, error.code, error.at]).toEqual([2, 'LIMIT_EXCEEDED', '--openings']);
    expect(error.hint).toContain('without --openings');
    const without = PACK.slice(0, -2);
    expect((await place.run(['validate', ...without], { env: EPOCH })).code).toBe(0);
  });

  it('is a usage error if nothing is redacted', async () => {
    const place = new Workplace();
    const { code, error } = await place.refused([
      ...[...INPUTS, ...UNSIGNED],
      ...['--redact', 'none', '--openings', FILE],
    ]);
    expect([code, error.code, error.at]).toEqual([64, 'USAGE', '--openings']);
  });

  it.each<[string, (place: Workplace, path: string) => void]>([
    ['a directory', (_, path) => mkdirSync(path)],
    ['a link', (place, path) => symlinkSync(place.path('other.json'), path)],
    ['readable by a group', (_, path) => chmodSync(path, 0o640)],
    ['cut off', (_, path) => writeFileSync(path, readFileSync(path).subarray(0, 200))],
    ['empty', (_, path) => writeFileSync(path, '')],
    [
      'without a secret',
      (_, path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"secret"', '"secrets"')),
    ],
  ])('refuses a file that is %s, and so does evidence reveal', async (what, spoil) => {
    const place = await packed();
    const path = place.path(FILE);
    if (['a directory', 'a link'].includes(what)) rmSync(path);
    spoil(place, path);
    rmSync(place.path(OUT));
    const { code, error } = await place.refused(PACK);
    expect([code, error.code]).toEqual([3, 'OPENINGS_INVALID']);
    expect(error.at?.startsWith(FILE)).toBe(true);
    const revealed = await reveal(place, '--select', 'K8s.image');
    expect(revealed.code).toBe(3);
    expect(errorOf(revealed)).toMatch(/^OPENINGS_INVALID/);
    expect(revealed.stderr).not.toContain('remove');
  });

  it('names a file of another kind as what it is, whatever its mode, and the fix of openings with another mode', async () => {
    const place = await packed();
    await reveal(place, '--select', 'K8s.image');
    place.write('broad.json', readFileSync(place.path(FILE)));
    const others = new Map([
      ['broad.json', ['a file that others own, read or write', '`chmod 600 broad.json`']],
      ['recipe.yaml', ['a resolved recipe', 'give this file to affidavit validate --recipe']],
      [
        'revealed.json',
        ['revealed values', 'give this file to affidavit verify-evidence --revealed'],
      ],
      [OUT, ['a bundle, which is a .tar.gz file', 'give it to affidavit verify-evidence']],
    ]);
    for (const [name, [found = '', hint = '']] of others) {
      for (const mode of name === 'broad.json' ? [0o644] : [0o644, 0o600]) {
        chmodSync(place.path(name), mode);
        const words = ['--openings', name, '--output', 'r.json', '--select', REGION];
        const run = await place.run(['evidence', 'reveal', FILE, ...words]);
        expect([run.code, errorOf(run)]).toEqual([3, `OPENINGS_INVALID ${name}`]);
        expect(run.stderr).toContain(`found: ${found}\n`);
        expect(run.stderr).toContain(hint);
        expect(run.stderr).not.toContain('remove');
      }
    }
  });

  it.each<[string, readonly string[]]>([
    ['where the evidence goes', ['--openings', OUT]],
    ['what is read', ['--openings', 'recipe.yaml']],
    ['the report', ['--openings', FILE, '--output', FILE]],
    ['standard output', ['--openings', '-']],
    ['the directory of results', ['--openings', `results/${FILE}`]],
    ['the logs, which are published', ['--openings', `logs/${FILE}`, '--logs', 'logs']],
    ['where the logs go', ['--openings', `${OUT}.logs.tar.gz`, '--logs', 'logs']],
    [
      'inside of the directory that is written',
      ['--openings', `${OUT}/${FILE}`, '--layout', 'directory'],
    ],
  ])('is a usage error for %s', async (_, words) => {
    const place = new Workplace();
    const { code, error } = await place.refused([
      ...[...INPUTS, ...UNSIGNED],
      ...['--redact', 'minimal', ...words],
    ]);
    expect([code, error.code, error.at]).toEqual([64, 'USAGE', '--openings']);
  });
});

describe('evidence reveal', () => {
  it('writes what verify-evidence --revealed proves, and nothing else', async () => {
    const place = await packed();
    expect((await place.run(VERIFY)).code).toBe(4);
    const { code, stdout, stderr } = await reveal(place, '--select', REGION, 'K8s.image');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain(
      'revealed: revealed.json, 12 values: 11 of "K8s.image", 1 of "NodeTopology.label"\n  proven: 12 values, each one that was withheld\n',
    );
    const verified = await place.run([
      ...VERIFY,
      '--revealed',
      'revealed.json',
      '--format',
      'json',
    ]);
    const { checks } = json(Buffer.from(verified.stdout)) as {
      checks?: { name: string; outcome: string }[];
    };
    expect([verified.code, checks?.at(-1)]).toMatchObject([
      0,
      { name: 'revealed-values-were-withheld', outcome: 'passed' },
    ]);
    const text = readFileSync(place.path('revealed.json'), 'utf8');
    expect(text).not.toContain(String(json(readFileSync(place.path(FILE)))['secret']));
    expect(text).not.toContain('provider-id');
    // With one character changed.
    place.edit('revealed.json', '"us-west-2|', '"eu-west-2|');
    const changed = await place.run([...VERIFY, '--revealed', 'revealed.json']);
    expect(changed.code).toBe(2);
    expect(changed.stdout).toContain('REVEALED_DIFFERS');
  });

  it('opens signed evidence too, whose logs are compared with the same call', async () => {
    const place = new Workplace();
    const signing = [...INPUTS, ...IN_SANDBOX, '--openings', FILE, '--logs', 'logs'];
    const signed = await place.run(['validate', ...signing]);
    expect(signed.code).toBe(0);
    expect((await reveal(place, '--select', REGION, 'K8s.image')).code).toBe(0);
    const [, verify = ''] = /^ *verify: affidavit (.*)$/m.exec(signed.stderr) ?? [];
    const words = [...verify.split(' '), '--format', 'json', '--logs', `${OUT}.logs.tar.gz`];
    const all = [...words, '--require-recomputed', '--revealed', 'revealed.json'];
    const verified = await place.run(all);
    const report = json(Buffer.from(verified.stdout)) as unknown as ReportJson;
    expect([verified.code, report.checks.filter((check) => check.faults.length > 0)]).toEqual([
      0,
      [],
    ]);
    expect(report).toMatchObject({ verdict: 'verified', pinned: true, weakened: [] });
    expect(report.checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['logs-match-statement', 'revealed-values-were-withheld']),
    );
    const seen = await place.run(all.map((word) => (word === 'json' ? 'terminal' : word)));
    expect(seen.stdout).toMatch(/^revealed +12 values, each one that was withheld$/m);
    // Without what was revealed it is for a person to decide, and no value may be another one.
    expect((await place.run(all.slice(0, -2))).code).toBe(4);
    place.edit('revealed.json', '"us-west-2|', '"eu-west-2|');
    const changed = await place.run(all);
    expect([changed.code, changed.stdout.includes('REVEALED_DIFFERS')]).toEqual([2, true]);
  });

  it.each([
    ['k8s.image', 'K8s.image'],
    ['K8s.imge', 'K8s.image'],
    ['region', REGION],
    [REGION.replace('region', 'regoin'), REGION],
    ['snapshot.yml', 'snapshot.yaml'],
    [
      'ctrf/conformance.json#/results/tests/7/mesage',
      'ctrf/conformance.json#/results/tests/7/message',
    ],
  ])('asks for what was meant by %s', async (word, meant) => {
    const { code, stderr } = await reveal(await packed(), '--select', word);
    expect([code, stderr]).toEqual([64, expect.stringContaining(`next: did you mean "${meant}"?`)]);
  });

  it.each([['OS.sysctl.nonsense'], ['nonsense'], []])(
    'lists what was withheld, with counts, where nothing is near: %s',
    async (...words) => {
      const { code, stderr } = await reveal(
        await packed(),
        ...words.flatMap((word) => ['--select', word]),
      );
      expect([code, stderr]).toEqual([64, expect.stringMatching(/11 of "K8s\.image", \d+ of /)]);
    },
  );

  it('refuses openings of another bundle by name, code and place', async () => {
    const place = await packed();
    place.edit('snapshot.yaml', 'swappiness: "0"', 'swappiness: "1"');
    const words = ['--emit-evidence', 'other.tar.gz', '--no-sign', '--redact', 'minimal'];
    const other = [...INPUTS, ...words, '--openings', 'other.json'];
    expect((await place.run(['validate', ...other], { env: EPOCH })).code).toBe(0);
    const of = ['--openings', 'other.json', '--output', 'revealed.json'];
    const refused = await place.run(['evidence', 'reveal', OUT, ...of, '--select', REGION]);
    expect(refused.code).toBe(2);
    expect(errorOf(refused)).toContain('OPENINGS_OTHER other.json#/redaction');
    expect(place.list()).not.toContain('revealed.json');
  });

  it('refuses the secret openings for revealed values', async () => {
    const place = await packed();
    const { code, stdout } = await place.run([...VERIFY, '--revealed', FILE]);
    expect(code).toBe(2);
    expect(stdout).toContain('openings, with the secret in them');
  });

  it.each<[string, number, string, readonly string[]]>([
    ['a place where nothing is withheld', 64, 'USAGE --select', ['--select', 'K8s.server.version']],
    ['nothing to select', 64, 'USAGE --select', []],
    [
      'an output that is there',
      3,
      'OUTPUT_EXISTS recipe.yaml',
      ['--select', REGION, '--output', 'recipe.yaml'],
    ],
    [
      'an output that is the openings',
      64,
      'USAGE --output',
      ['--select', REGION, '--output', FILE],
    ],
    [
      'no openings',
      3,
      'OPENINGS_INVALID none.json',
      ['--select', REGION, '--openings', 'none.json'],
    ],
  ])('refuses %s', async (_, code, error, words) => {
    const place = await packed();
    const flags = new Map([
      ['--openings', FILE],
      ['--output', 'revealed.json'],
    ]);
    const given = words.filter((word, index) => {
      const name = words[index - 1] ?? '';
      if (flags.has(name)) flags.set(name, word);
      return !flags.has(word) && !flags.has(name);
    });
    const run = await place.run(['evidence', 'reveal', OUT, ...[...flags].flat(), ...given]);
    expect([run.code, errorOf(run)]).toEqual([code, error]);
  });
});

/** The program with a file as its standard input, as a shell opens it. */
async function fromFile(place: Workplace, file: string, words: readonly string[]) {
  const prefix = ['sh', '-c', 'file=$1; shift; exec "$@" < "$file"', 'sh', file];
  return await runCli(words, { cwd: place.folder, env: EPOCH, prefix });
}

describe('a bundle from standard input', () => {
  it('is named `-` in the command that verifies it', async () => {
    const place = await packed();
    const words = ['evidence', 'reveal', '-', '--openings', FILE, '--select', REGION];
    const { code, stderr } = await fromFile(place, OUT, [...words, '--output', 'revealed.json']);
    expect(code).toBe(0);
    expect(stderr).toContain('  verify: affidavit verify-evidence - --revealed revealed.json …\n');
  });

  it.each([
    [OUT, ['verify-evidence', '-', '--allow-unsigned']],
    ['recipe.yaml', ['recipe', 'canonical', '-']],
    [OUT, ['evidence', 'reveal', '-', '--openings', FILE, '--select', REGION, '--force']],
  ])('is not replaced by the output: %s', async (file, words) => {
    const place = await packed();
    const before = readFileSync(place.path(file));
    linkSync(place.path(file), place.path('twin'));
    for (const output of [file, 'twin']) {
      const run = await fromFile(place, file, [...words, '--output', output]);
      expect([run.code, errorOf(run)]).toEqual([64, 'USAGE --output']);
      expect(run.stderr).toContain(`"${output}", where standard input is read`);
      expect(readFileSync(place.path(file))).toEqual(before);
    }
  });
});
