// Two pieces of evidence beside each other: their verdicts first, then what differs.
import { readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import type { DiffJson } from '../../src/report/diff-json.ts';
import { runProgram } from '../run-here.ts';
import { DEMO_INPUTS, fileIn, flipped, makeEvidence, withFile } from './evidence.ts';

const evidence = await makeEvidence();
const archive = await evidence.pack();
const { performance = Buffer.alloc(0) } = DEMO_INPUTS.results;
const slower = Buffer.from(performance.toString().replace('473.99 GB/s', '450.29 GB/s'));
const results = { ...DEMO_INPUTS.results, performance: slower };
const changed = await evidence.pack(await evidence.emit({ results }));
const broken = await evidence.pack(
  withFile(evidence.files, 'recipe.yaml', flipped(fileIn(evidence.files, 'recipe.yaml'), 100)),
);
const pinned = evidence.pin;

const schema: unknown = JSON.parse(readFileSync('schemas/evidence-diff.schema.json', 'utf8'));
const isDiff = new Ajv2020({ allowUnionTypes: true }).compile<DiffJson>(schema as object);

async function diff(...words: string[]) {
  return await runProgram(['evidence', 'diff', ...words]);
}

async function diffJsonOf(...words: string[]) {
  const { code, stdout, stderr } = await diff(...words, '--format', 'json');
  const json: unknown = JSON.parse(stdout);
  if (!isDiff(json)) throw new Error(JSON.stringify(isDiff.errors));
  expect(json.exitCode).toBe(code);
  return { json, stderr, said: json.changes.map(({ kind, what }) => `${kind} ${what}`) };
}

async function firstLine(...words: string[]): Promise<string> {
  return (await diff(...words, '--format', 'terminal')).stdout.split('\n', 1).join('');
}

describe('evidence diff', () => {
  it('is 0 for the same, and says whether both are verified', async () => {
    const { json } = await diffJsonOf(archive, evidence.unpack(), ...pinned);
    expect(json).toMatchObject({ exitCode: 0, changes: [], notCompared: [], ignored: [] });
    expect(json.sides.map(({ verdict, weakened }) => [verdict, weakened])).toEqual([
      ['verified', ['sandbox']],
      ['verified', ['sandbox']],
    ]);
    expect(await firstLine(archive, archive, ...pinned)).toBe(
      '· Same. Both sides are green, judged with less safety (sandbox) (exit 0)',
    );
  });

  it('says where the next step of each problem stands, and the command says it', async () => {
    const { stdout } = await diff(archive, broken, ...pinned, '--format', 'markdown');
    const [, command = '', code = ''] =
      /\*\*Next B:\*\* `affidavit (.*?)`, .*`affidavit explain (\w+)`/.exec(stdout) ?? [];
    expect(stdout).not.toContain('Next A');
    expect(command).toBe(`verify-evidence ${broken}`);
    const shown = await runProgram([...command.split(' '), ...pinned]);
    expect([shown.code, shown.stdout.includes('**Next:**'), shown.stdout.includes(code)]).toEqual([
      2,
      true,
      true,
    ]);
    expect((await runProgram(['explain', code])).code).toBe(0);
  });

  it('is 1 for a figure that became worse, with its percentage, in every form', async () => {
    const { json } = await diffJsonOf(archive, changed, ...pinned);
    expect(json.exitCode).toBe(1);
    expect(json.changes).toEqual([
      {
        ...{
          kind: 'figures',
          what: 'performance: nccl-all-reduce-bw',
          effect: 'worse',
          percent: -5,
        },
        ...{ one: '473.99 GB/s', other: '450.29 GB/s' },
      },
    ]);
    const markdown = (await diff(archive, changed, ...pinned, '--format', 'markdown')).stdout;
    expect(markdown).toMatch(/^## Different: 1 change\. Both sides are green/);
    expect(markdown).toContain('`473.99 GB/s`, now `450.29 GB/s` (worse, 5% less)');
    expect(markdown).not.toContain('✅');
  });

  it('is the same without what --ignore names', async () => {
    const { json } = await diffJsonOf(archive, changed, ...pinned, '--ignore', 'figures');
    expect(json).toMatchObject({ exitCode: 0, changes: [], ignored: ['figures'] });
  });

  it('is 1 for undecided sides that differ, and 0 for the same', async () => {
    const words = [archive, changed, ...evidence.root];
    expect(await firstLine(...words)).toContain('Different: 1 change. Both sides are undecided');
    expect((await diffJsonOf(...words)).json.exitCode).toBe(1);
    expect((await diffJsonOf(archive, archive, ...evidence.root)).json.exitCode).toBe(0);
  });

  it('is 2 if a side is invalid, shows it first, and compares what can be', async () => {
    const { json, said } = await diffJsonOf(archive, broken, ...pinned);
    expect(json).toMatchObject({ exitCode: 2, sides: [{}, { verdict: 'invalid' }] });
    expect(json.sides[1].faults).toContain('FILE_DIFFERS');
    expect(said).toContain('verdict verdict');
    const line = await firstLine(archive, broken, ...pinned);
    expect(line).toContain('The weaker side, B, is invalid');
    expect(await firstLine(broken, archive, ...pinned)).toContain('The weaker side, A, is invalid');
  });

  it('is 3 if a side cannot be read, says why, and what is not compared', async () => {
    const { json, stderr } = await diffJsonOf('gone.tar.gz', archive, ...pinned);
    expect(json).toMatchObject({
      exitCode: 3,
      sides: [{ verdict: 'unjudged', faults: ['FILE_UNREADABLE'] }, { verdict: 'verified' }],
    });
    expect(json.notCompared).toContain('recipe');
    expect(stderr).toMatch(/^warning: A cannot be compared: FILE_UNREADABLE gone\.tar\.gz: /);
  });

  it('says of a report of many that it has to be one of them', async () => {
    const many = await runProgram([
      'verify-evidence',
      archive,
      changed,
      ...pinned,
      '--format=json',
    ]);
    const report = evidence.write(many.stdout, '.json');
    const { json, stderr } = await diffJsonOf(report, archive, ...pinned);
    expect(json.exitCode).toBe(3);
    expect(stderr).toContain(
      `A cannot be compared: REPORT_INVALID ${report}: found a report of many bundles; name one`,
    );
  });

  it('takes a report for one side, whose verdict is only recorded', async () => {
    const verified = await runProgram(['verify-evidence', archive, ...pinned, '--format', 'json']);
    const report = evidence.write(verified.stdout, '.json');
    const { json } = await diffJsonOf(report, archive, ...pinned);
    expect(json.exitCode).toBe(0);
    expect(json.sides.map(({ recorded }) => recorded)).toEqual([true, false]);
    expect(await firstLine(report, changed, ...pinned)).toContain(
      'The weaker side, A, is recorded as green, judged with',
    );
    const forged = evidence.write(
      verified.stdout.replaceAll('h100-eks-ubuntu', '\\u2705\\u001b[2J'),
      '.json',
    );
    const { stdout } = await diff(forged, archive, ...pinned, '--format', 'terminal');
    expect(stdout).toContain('recipe');
    expect(stdout).not.toContain('\u001B');
    expect(stdout).not.toContain('✅');
    const invalid = evidence.write('{}', '.json');
    expect((await diffJsonOf(archive, invalid, ...pinned)).json).toMatchObject({
      exitCode: 3,
      sides: [{}, { faults: ['REPORT_INVALID'] }],
    });
  });

  it('names the worse verdict of two recorded ones, whichever comes first', async () => {
    const verified = await runProgram(['verify-evidence', archive, ...pinned, '--format', 'json']);
    const good = evidence.write(verified.stdout, '.json');
    const failed = verified.stdout
      .replace('"verdict": "verified"', '"verdict": "failed"')
      .replace('"exitCode": 0', '"exitCode": 1');
    const red = evidence.write(failed, '.json');
    expect(await firstLine(good, red)).toContain('The weaker side, B, is recorded as failed');
    expect(await firstLine(red, good)).toContain('The weaker side, A, is recorded as failed');
    expect(await firstLine(archive, red, ...pinned)).toContain('The weaker side, B, is recorded');
    const line = await firstLine(good, broken, ...pinned);
    expect(line).toContain('The weaker side, B, is invalid');
  });

  it('counts what a side withholds, and calls it no change', async () => {
    const minimal = await evidence.pack(await evidence.emit({ redact: 'minimal' }));
    const { json, said } = await diffJsonOf(minimal, archive, ...pinned);
    expect(json.withheld[0]).toBeGreaterThan(10);
    expect(json.withheld[1]).toBe(0);
    expect(said.filter((what) => /^(?:cluster|versions)/.test(what))).toEqual([]);
    expect((await diffJsonOf(archive, minimal, ...pinned)).json.withheld[1]).toBe(json.withheld[0]);
    const { stdout } = await diff(archive, minimal, ...pinned, '--format', 'terminal');
    expect(stdout).toContain(`Withheld by B: ${json.withheld[0]} values of the cluster that A`);
    expect(stdout).not.toContain('not there');
  });

  it('calls nothing verified that is unsigned or of a sandbox, recorded or not', async () => {
    const unsigned = await evidence.pack(withFile(evidence.files, 'attestation.intoto.jsonl'));
    const judged = ['verify-evidence', unsigned, '--allow-unsigned', '--format', 'json'];
    const report = evidence.write((await runProgram(judged)).stdout, '.json');
    expect(await firstLine(report, report)).toBe(
      '· Same. Both sides are recorded as green, judged with less safety',
    );
    const flags = [...pinned, '--allow-unsigned'];
    expect(await firstLine(archive, unsigned, ...flags)).toContain('The weaker side, B, is green');
    expect(await firstLine(unsigned, archive, ...flags)).toContain('The weaker side, A, is green');
    const { json } = await diffJsonOf(archive, broken, ...pinned);
    expect(json.changes[0]).toMatchObject({ what: 'verdict', one: 'green', other: 'invalid' });
  });

  it.each([
    [['a', 'a', '--ignore', 'figure'], '--ignore', 'did you mean "figures"?'],
    [['a'], 'affidavit evidence diff', 'add B'],
    [['a', 'a', '--location', 'r.test/x'], '--location', 'leave out --location'],
    [['-', '-'], '', ''],
  ])('is called wrongly with %j', async (words, at, hint) => {
    const named = words.map((word) => (word === 'a' ? archive : word));
    const { code, stdout, stderr } = await diff(...named);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(at);
    expect(stderr).toContain(hint);
  });
});
