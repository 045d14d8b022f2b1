// A list of evidence: each row has the verdict of verify-evidence, and the whole its exit code.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { runProgram } from '../run-here.ts';
import { ATTESTATION, archiveOf, makeEvidence, withFile } from './evidence.ts';

const evidence = await makeEvidence();
const folder = join(evidence.folder, 'many');
mkdirSync(join(folder, 'deep'), { recursive: true });
mkdirSync(join(evidence.folder, 'empty'));
const good = await archiveOf(evidence.files);
const unsigned = await archiveOf(withFile(evidence.files, ATTESTATION));
writeFileSync(join(folder, 'a.tar.gz'), good);
writeFileSync(join(folder, 'deep/unsigned.tar.gz'), unsigned);
writeFileSync(join(folder, 'z.tar.gz'), good.subarray(0, 1000));
writeFileSync(join(evidence.folder, 'empty.txt'), '\n');

async function run(command: string, words: readonly string[]) {
  const argv = [...command.split(' '), ...words, ...evidence.pin];
  return await runProgram(argv, { cwd: evidence.folder });
}

const list = async (...words: readonly string[]) => await run('evidence list', words);

/** Path and verdict of each row of Markdown. */
function rowsIn(markdown: string): readonly unknown[] {
  const rows = [...markdown.matchAll(/^<tr><td>(.*?)<\/td><td><code>(.*?)<\/code>(.*?)<\/td>/gm)];
  return rows.map(([, verdict = '', path = '', why = '']) =>
    `${path} ${verdict} ${why}`.replaceAll(/<\/?\w+>/g, '').trim(),
  );
}

const ROWS = [
  'many/a.tar.gz SANDBOX green',
  'many/deep/unsigned.tar.gz UNSIGNED undecided  (UNSIGNED)',
  'many/z.tar.gz invalid  (ARCHIVE_UNREADABLE)',
];

describe('evidence list', () => {
  it('shows each bundle in the order of the inputs, and ends with the worst exit code', async () => {
    const { code, stdout } = await list('many', 'nowhere', '--jobs', '1', '-f', 'markdown');
    expect(code).toBe(2);
    expect(rowsIn(stdout)).toEqual([...ROWS, 'nowhere not judged  (FILE_UNREADABLE)']);
    expect(stdout).toContain(
      '4 bundles: none verified, 1 green of a sandbox, 1 undecided, 1 not judged, 1 invalid (exit 2)',
    );
    expect(stdout).toContain('**By problem**');
    expect(stdout).not.toContain('✅');
  });

  it('has a line for each in a pipe, which cut and grep can take apart, and then how all ended', async () => {
    const { code, stdout } = await list('many', '--jobs', '1');
    expect(code).toBe(2);
    const lines = stdout.split('\n');
    const rows = lines.slice(0, 3).map((line) => line.split('\t'));
    expect(rows.map(([verdict, path]) => `${path} ${verdict}`)).toEqual([
      'many/a.tar.gz SANDBOX green',
      'many/deep/unsigned.tar.gz (UNSIGNED) UNSIGNED undecided',
      'many/z.tar.gz (ARCHIVE_UNREADABLE) invalid',
    ]);
    expect(rows.map(({ length }) => length)).toEqual([6, 6, 6]);
    expect(lines.slice(3).join('\n')).not.toContain('\t');
    expect(stdout).toContain('\n✗ 3 bundles: none verified');
    expect(stdout).not.toContain('<table>');
    await list('many', '--jobs', '1', '--output', 'list-out.md');
    expect(readFileSync(join(evidence.folder, 'list-out.md'), 'utf8')).toMatch(/^<table>/);
  });

  it('shows recipe, cluster in one line, proven time and signer', async () => {
    const { code, stdout } = await list('many/a.tar.gz', '-f', 'markdown');
    expect(code).toBe(0);
    const cells = [...stdout.matchAll(/<td>(?:<code>)?(.*?)(?:<\/code>)?<\/td>/g)];
    expect(cells.slice(2).map(([, text]) => text)).toEqual([
      expect.stringMatching(/^h100-eks-ubuntu-training-kubeflow [0-9a-f]{12}$/),
      'eks, h100 on 4 of 6 nodes, Kubernetes 1.33.4-eks-e386d34, ubuntu 24.04, us-west-2',
      '2026-06-10T01:30:00Z',
      'contributor@sandbox.invalid (issuer https://sandbox.invalid)',
    ]);
  });

  it('shows no time and no signer of what nobody proved', async () => {
    const { code, stdout } = await list('many/deep/unsigned.tar.gz', '-f', 'markdown');
    expect(code).toBe(4);
    expect(stdout).toMatch(/us-west-2<\/code><\/td><td><\/td><td><\/td><\/tr>/);
  });

  it('is of one bundle too, where it judges as verify-evidence', async () => {
    for (const name of ['a.tar.gz', 'deep/unsigned.tar.gz', 'z.tar.gz']) {
      const words = [`many/${name}`, '-f', 'jsonl'];
      const { code, stdout } = await list(...words);
      const other = await run('verify-evidence', words);
      expect({ code, stdout }).toEqual({ code: other.code, stdout: other.stdout });
    }
  });

  it('has the JSON of verify-evidence for many, but for the command that repeats it', async () => {
    const words = ['many', '--jobs', '1', '-f', 'json'];
    const [one, other] = [await list(...words), await run('verify-evidence', words)];
    const repeat = (name: string): string => `"repeat":["affidavit",${name},"many"`;
    expect(one.stdout).toBe(
      other.stdout.replace(
        new RegExp(`${repeat('"verify-evidence"').replaceAll('[', String.raw`\[`)}(?!/)`),
        repeat('"evidence","list"'),
      ),
    );
    expect(one.stdout).not.toBe(other.stdout);
    expect(one.code).toBe(other.code);
  });

  it('gives the same bytes from threads', async () => {
    const words = ['many', '--from', 'list.txt', '-f', 'terminal'];
    writeFileSync(join(evidence.folder, 'list.txt'), 'many/a.tar.gz\nnowhere\n');
    const [one, two] = [await list(...words, '--jobs', '1'), await list(...words, '--jobs', '2')];
    expect(two.stdout.replaceAll('--jobs 2', '--jobs 1')).toBe(one.stdout);
    expect(one.stdout).toContain('! SANDBOX green  many/a.tar.gz\n');
  });

  it('writes a list and the reports at once', async () => {
    const files = ['-f', 'markdown=list.md', '-f', 'jsonl=list.jsonl', '-f', 'terminal'];
    const { code, stdout } = await list('many/*.tar.gz', '--jobs', '1', ...files);
    expect(code).toBe(2);
    const [a, , z] = ROWS;
    expect(rowsIn(readFileSync(join(evidence.folder, 'list.md'), 'utf8'))).toEqual([a, z]);
    expect(readFileSync(join(evidence.folder, 'list.jsonl'), 'utf8').split('\n')).toHaveLength(3);
    expect(stdout).toContain('✗ invalid  many/z.tar.gz (ARCHIVE_UNREADABLE)\n');
  });

  it.each([
    ['an empty list', ['--from', 'empty.txt'], 64],
    ['a directory without a bundle', ['empty'], 2],
    ['a pattern that nothing fits', ['many/*.zip'], 3],
    ['standard input as a bundle', ['-'], 64],
    ['a report that would replace a bundle', ['many', '-o', 'many/a.tar.gz'], 64],
    ['a form of one bundle', ['many', '-f', 'aicr-json'], 64],
  ])('takes %s for no pass', async (_, words, exitCode) => {
    expect((await list(...words, '--jobs', '1')).code).toBe(exitCode);
    expect(readFileSync(join(folder, 'a.tar.gz'))).toEqual(good);
  });
});
