import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { annotationsOf, mostOf, plainAnnotation } from '../../action/annotations.ts';
import { exitCodeOf, summaryOf, verdictOf } from '../../action/ending.ts';
import { wordsOf } from '../../action/words.ts';
import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../../src/sandbox/oidc.ts';
import { read } from '../docs/repository.ts';
import { elementsOf, renderHtml } from '../report/rendered.ts';
import { ROOT } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import { Runner } from './runner.ts';
import { ACTION, OUR_ACTION, type Texts, type Workflow } from './workflow-file.ts';

const BUNDLE = 'evidence.tar.gz';
const SIGNER = `--certificate-identity ${SANDBOX_IDENTITY}
--certificate-oidc-issuer=${SANDBOX_ISSUER}
--trusted-root root.json`;

let bundle: Buffer;
let root: Buffer;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'affidavit-action-'));
  cpSync(join(ROOT, 'testdata/demo'), folder, { recursive: true });
  const words = ['validate', '--recipe', 'recipe.yaml', '--snapshot', 'snapshot.yaml'];
  const emit = ['--results', 'results', '--emit-evidence', BUNDLE, '--sandbox'];
  const { code } = await runProgram([...words, ...emit], { cwd: folder });
  expect(code).toBe(0);
  bundle = readFileSync(join(folder, BUNDLE));
  root = readFileSync(join(folder, `${BUNDLE}.sandbox/trusted_root.json`));
  rmSync(folder, { recursive: true });
});

function newRunner(): Runner {
  const event = {};
  const nowhere = { server: 'file:///nowhere', api: 'http://127.0.0.1:1' };
  const run = { repository: 'you/recipes', ref: 'refs/heads/main', sha: '0'.repeat(40) };
  return new Runner({ event, ...nowhere, ...run, token: 'none' });
}

/** A step that uses the action beside the evidence, and one after it. */
async function use(given: Texts, files: Readonly<Record<string, Buffer>> = {}): Promise<Runner> {
  const runner = newRunner();
  const all = { [BUNDLE]: bundle, 'root.json': root, ...files };
  for (const [name, bytes] of Object.entries(all)) {
    writeFileSync(join(runner.workspace, name), bytes);
  }
  const steps = [
    { id: 'it', uses: OUR_ACTION, with: given },
    { name: 'after', run: 'affidavit version' },
  ];
  const workflow: Workflow = { name: '', on: {}, permissions: {}, jobs: { only: { steps } } };
  await runner.run(workflow);
  return runner;
}

/** With one byte changed. */
function tampered(): Buffer {
  const bytes = Buffer.from(bundle);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

describe('the action', () => {
  it('verifies: outputs, a job summary, and the program for later steps', async () => {
    const given = { command: 'verify-evidence', arguments: `${BUNDLE}\n${SIGNER}` };
    const runner = await use(given);
    expect(runner.ends).toMatchObject([{ code: 0 }, { name: 'after', code: 0 }]);
    const { verdict, 'exit-code': code, report = '' } = runner.outputs('it');
    expect([verdict, code]).toEqual(['verified', '0']);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ exitCode: 0 });
    expect(runner.summary).toContain('SANDBOX');
    // A sandbox proves nothing, and says so.
    expect(runner.commands).toEqual([expect.stringMatching(/^::error .*title=SANDBOX::/)]);
    expect(runner.log).toContain('affidavit/0.1.0');
  });

  it('fails as the program does, and marks the file', async () => {
    const given = { command: 'verify-evidence', arguments: `bad.tar.gz\n${SIGNER}` };
    const runner = await use(given, { 'bad.tar.gz': tampered() });
    expect(runner.ends).toMatchObject([{ code: 2 }, { outcome: 'skipped' }]);
    expect(runner.outputs('it')).toMatchObject({ verdict: 'invalid', 'exit-code': '2' });
    expect(runner.commands[0]).toMatch(/^::error file=bad\.tar\.gz,line=1,title=[A-Z_]+::/);
  });

  it('lets later steps run if it is told not to fail', async () => {
    const given = { command: 'verify-evidence', arguments: BUNDLE, fail: 'false' };
    const runner = await use(given);
    expect(runner.ends).toMatchObject([{ code: 0 }, { name: 'after', code: 0 }]);
    expect(runner.outputs('it')).toMatchObject({ verdict: 'invalid', 'exit-code': '2' });
  });

  it('says in summary and annotation why there is no report', async () => {
    const runner = await use({ command: 'verify-evidence', arguments: 'nowhere.tar.gz' });
    const { report = '', ...outputs } = runner.outputs('it');
    expect(outputs).toEqual({ verdict: 'unjudged', 'exit-code': '3' });
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
      error: { code: 'FILE_UNREADABLE', at: 'nowhere.tar.gz' },
    });
    expect(runner.summary).toContain('FILE_UNREADABLE nowhere.tar.gz');
    expect(runner.commands).toEqual([
      expect.stringMatching(/^::error title=FILE_UNREADABLE::.*nowhere/),
    ]);
  });

  it('lets no name of a file be a command of the runner', async () => {
    const names = ['::error::pwned', 'a\n::error::pwned', '##[error]pwned', 'a%0A::error::pwned'];
    const files = Object.fromEntries(names.map((name) => [`${name}.tar.gz`, tampered()]));
    const given = { command: 'verify-evidence', arguments: '.' };
    const runner = await use(given, files);
    expect(runner.ends[0]?.code).toBe(2);
    expect(runner.log).toContain('pwned');
    expect(
      runner.commands.filter((line) => !/^::(?:error|warning) (?:file|title)=/.test(line)),
    ).toEqual([]);
    expect(runner.commands.filter((line) => line.includes('##['))).toHaveLength(1);
  });

  it.each([
    [{ command: 'evidence sign' }, 'command is "evidence sign"'],
    [{ command: 'gate', fail: 'no' }, 'fail is "no"'],
  ])('knows only its own words: %j', async (given, said) => {
    const runner = await use(given);
    expect(runner.ends[0]?.code).toBe(64);
    expect(runner.commands).toEqual([expect.stringContaining(said)]);
  });

  it('says that a line with two flags is the mistake', async () => {
    const runner = await use({ command: 'gate', arguments: '--base=main --head=HEAD' });
    expect(runner.ends[0]?.code).toBe(64);
    expect(runner.commands.at(-1)).toBe(
      '::warning title=affidavit/action::one flag a line: arguments has a line with several: --base=main --head=HEAD',
    );
  });

  it.each(['-h', '--help', 'a.tar.gz\n-h'])(
    'takes no success without a report: %j',
    async (words) => {
      const runner = await use({ command: 'verify-evidence', arguments: words });
      expect(runner.ends[0]?.code).not.toBe(0);
      const { verdict, 'exit-code': code } = runner.outputs('it');
      expect([
        ['internal', '70'],
        ['usage', '64'],
      ]).toContainEqual([verdict, code]);
    },
  );

  it('only builds if it is given no command', async () => {
    const runner = await use({});
    expect(runner.ends).toMatchObject([{ code: 0 }, { name: 'after', code: 0 }]);
    expect([runner.outputs('it')['verdict'], runner.summary]).toEqual(['', '']);
  });

  it('runs its own commit, with nothing of others', () => {
    expect(ACTION.runs.steps.map(({ uses }) => uses)).toEqual([undefined]);
    expect(read('action/action.yml')).not.toMatch(/npx|npm install/);
  });
});

describe('annotations', () => {
  it('are one line each, and give back their text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, file) => {
        const shown = plainAnnotation({ level: 'error', title: text, text, file, line: 7 });
        const [, path = '', title = '', message = ''] =
          /^::error file=([^,:]*),line=7,title=([^,:]*)::([^\r\n]*)$/.exec(shown) ?? [];
        const back = (part: string): string =>
          part.replaceAll(/%(0A|0D|25|3A|2C)/g, (_, digits: string) =>
            String.fromCodePoint(Number.parseInt(digits, 16)),
          );
        expect([path, title, message].map((part) => back(part))).toEqual([file, text, text]);
      }),
    );
  });

  it('are ten of a level at most, and the last one counts the others', () => {
    const result = { ruleId: 'X', level: 'error' as const, message: { text: 'x' } };
    const notes = [{ ...result, level: 'note' as const }];
    const results = [...notes, ...Array.from({ length: 11 }, () => result)];
    const shown = mostOf(annotationsOf({ runs: [{ results }] }, {}));
    expect(shown).toHaveLength(11);
    expect(shown[9]).toMatchObject({ level: 'error', text: expect.stringMatching(/^2 more/) });
    expect(shown[10]).toMatchObject({ level: 'notice' });
    expect(mostOf(shown.slice(0, 11))).toHaveLength(11);
  });

  it.each([
    ['recipes/overlays/a%20b.yaml', 'recipes/overlays/a b.yaml'],
    ['./a:b', 'a:b'],
    ['file:///etc/passwd', undefined],
    ['oci://ghcr.io/a/b@sha256:00', undefined],
    ['.', undefined],
    ['%ff', undefined],
  ])('have the file of %s', (uri, file) => {
    const locations = [{ physicalLocation: { artifactLocation: { uri } } }];
    const result = { ruleId: 'X', level: 'error' as const, message: { text: 'x' }, locations };
    const [shown] = annotationsOf({ runs: [{ results: [result] }] }, {});
    expect(shown?.file).toBe(file);
  });
});

describe('words and endings', () => {
  it('are a word a line, and a flag with its value', () => {
    expect(
      wordsOf('  a b.tar.gz\r\n--policy  p q.json \n\n--offline\n--head=x\n--head \n-'),
    ).toEqual(['a b.tar.gz', '--policy=p q.json', '--offline', '--head=x', '--head=', '-']);
  });

  it.each([
    ['verify-evidence', 0, { exitCode: 0 }, 'verified'],
    ['gate', 0, { decidedExitCode: 0 }, 'passed'],
    ['gate', 0, { decidedExitCode: 4 }, 'undecided'],
    ['gate', 2, { decidedExitCode: 2 }, 'invalid'],
    ['gate', 1, {}, 'failed'],
    ['gate', 3, {}, 'unjudged'],
    ['gate', 64, {}, 'usage'],
    ['gate', 70, {}, 'internal'],
    ['gate', 130, {}, 'interrupted'],
  ])('of %s with %i and %j is %s', (command, code, ending, verdict) => {
    expect(verdictOf(command, code, ending)).toBe(verdict);
  });

  it('end well only with a report that does', () => {
    expect([{ exitCode: 0 }, {}, { exitCode: 2 }].map((ending) => exitCodeOf(0, ending))).toEqual([
      0, 70, 70,
    ]);
    expect(exitCodeOf(2, { exitCode: 2 })).toBe(2);
  });

  it('show nothing foreign but as code', () => {
    const found = '```\n<img src=x> @team #1\n````\n# pwned';
    const error = { code: 'X', found, expected: '', hint: '' };
    const html = renderHtml(summaryOf('gate', 2, { error }));
    expect(elementsOf(html).filter(({ tagName }) => ['img', 'h1', 'a'].includes(tagName))).toEqual(
      [],
    );
    expect(summaryOf('gate', 70, {})).toContain('There is no report');
  });
});
