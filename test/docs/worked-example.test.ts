// The commands in the documents, run as they are written.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { ROOT } from '../run-cli.ts';
import { read } from './repository.ts';

interface Step {
  readonly command: string;
  readonly exitCode: number;
  /** What is shown of the output of this command; `…` stands for lines that are left out. */
  readonly output: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'affidavit-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const programs = join(folder, 'bin');
mkdirSync(programs);
writeFileSync(
  join(programs, 'affidavit'),
  `#!/bin/sh\nexec '${process.execPath}' '${ROOT}/bin/affidavit.js' "$@"\n`,
);
chmodSync(join(programs, 'affidavit'), 0o755);

/** Commands end with a line `# exit N`; a block of text shows the output of the last one before it. */
function stepsOf(markdown: string): readonly Step[] {
  const blocks = [...markdown.matchAll(/^```(sh|text)\n(.*?)^```/gms)];
  const steps: Step[] = [];
  for (const [, language, content = ''] of blocks) {
    if (language === 'sh') {
      const parts = content.split(/^# exit (\d+)\n/m);
      expect(parts.at(-1), 'each command ends with # exit N').toBe('');
      for (let index = 0; index + 1 < parts.length; index += 2) {
        const command = parts[index] ?? '';
        steps.push({ command: command.trim(), exitCode: Number(parts[index + 1]), output: [] });
      }
    } else {
      const step = steps.pop();
      if (step === undefined) throw new Error('output without a command');
      steps.push({ ...step, output: content.trimEnd().split('\n') });
    }
  }
  return steps;
}

/** What the program says of work that takes longer than a second: a busy machine is no other output. */
const PROGRESS = /^affidavit: .* …\n/gm;

function run(command: string, directory: string): { code: number | null; output: string } {
  const { status, stdout } = spawnSync('sh', ['-c', `{ ${command}\n} 2>&1`], {
    cwd: directory,
    encoding: 'utf8',
    // No token and no configuration of the machine.
    env: { PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}`, HOME: folder },
  });
  return { code: status, output: stdout.replaceAll(PROGRESS, '') };
}

/** Where the shown lines differ from the real ones: undefined if nowhere, or if none is shown. */
function firstDifference(shown: readonly string[], real: readonly string[]): string | undefined {
  if (shown.length === 0) return undefined;
  let index = 0;
  let mayJump = false;
  for (const line of shown) {
    if (line === '…') {
      mayJump = true;
      continue;
    }
    const found = mayJump ? real.indexOf(line, index) : index;
    if (found === -1 || real[found] !== line) return line;
    index = found + 1;
    mayJump = false;
  }
  const rest = real.slice(index).filter((line) => line !== '');
  return mayJump || rest.length === 0 ? undefined : rest[0];
}

describe.each(['README.md', 'CONTRIBUTING.md'])('E-54 the commands of %s', (path) => {
  it('can be typed in a checkout as the page says', () => {
    const words = read(path).replaceAll(/\s+/g, ' ');
    const said = /From a checkout, `([^`]*)`, and write `([^`]*)` for `affidavit`/.exec(words);
    const [, enter = 'false', program = ''] = said ?? [];
    const checkout = mkdtempSync(join(folder, 'checkout-'));
    cpSync(join(ROOT, 'testdata/demo'), join(checkout, 'testdata/demo'), { recursive: true });
    writeFileSync(join(checkout, 'dev'), '#!/bin/sh\nls; echo "$@"\n', { mode: 0o755 });
    const { code, output } = run(`${enter} && ${program} validate`, checkout);
    expect([code, output]).toEqual([0, expect.stringContaining('\naffidavit validate\n')]);
    expect(output).toContain('recipe.yaml\nresults\n');
  });

  const directory = join(folder, path);
  cpSync(join(ROOT, 'testdata/demo'), directory, { recursive: true });
  const steps = stepsOf(read(path));

  it('are found', () => {
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.some(({ output }) => output.length > 3)).toBe(true);
  });

  it.each(steps)('$command', ({ command, exitCode, output }) => {
    const ran = run(command, directory);
    expect({ code: ran.code, output: ran.output }).toEqual({ code: exitCode, output: ran.output });
    expect(firstDifference(output, ran.output.trimEnd().split('\n'))).toBeUndefined();
  });
});
