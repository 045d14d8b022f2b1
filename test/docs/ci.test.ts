import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { ROOT } from '../run-cli.ts';

/** Runs `.ci/run` beside a `./dev` that says and ends as it is told, on a machine without Go. */
function ci(check: string, interop: string): { code: number | null; last: string; stdout: string } {
  const directory = mkdtempSync(join(tmpdir(), 'affidavit-ci-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  mkdirSync(join(directory, '.ci'));
  cpSync(join(ROOT, '.ci/run'), join(directory, '.ci/run'));
  const dev = `#!/bin/sh\ncase "$*" in\ncheck) ${check} ;;\n'interop --rekor-v1') ${interop} ;;\nesac\n`;
  writeFileSync(join(directory, 'dev'), dev);
  chmodSync(join(directory, 'dev'), 0o755);
  const { status, stdout } = spawnSync('bash', [join(directory, '.ci/run')], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
  });
  return { code: status, last: stdout.trimEnd().split('\n').at(-1) ?? '', stdout };
}

const GOOD = "echo '10 passed, 0 failed'";

it.each([
  {
    when: 'both pass',
    tasks: [GOOD, "echo '5 passed, 0 failed'"],
    last: '15 passed, 0 failed',
    code: 0,
  },
  {
    when: 'a check fails',
    tasks: ["echo '9 passed, 1 failed'; exit 1", GOOD],
    last: '19 passed, 1 failed',
    code: 1,
  },
  {
    when: 'the proof fails',
    tasks: [GOOD, "echo '3 passed, 2 failed'; exit 1"],
    last: '13 passed, 2 failed',
    code: 1,
  },
  {
    when: 'a program is missing',
    tasks: [GOOD, 'echo missing >&2; exit 1'],
    last: '10 passed, 1 failed',
    code: 1,
  },
  {
    when: 'a task fails, and counts no failure',
    tasks: [`${GOOD}; exit 1`, GOOD],
    last: '20 passed, 1 failed',
    code: 1,
  },
])(
  '.ci/run, when $when, ends with the sum',
  ({ tasks: [check = '', interop = ''], last, code }) => {
    expect(ci(check, interop)).toMatchObject({ last, code });
  },
);

it('.ci/run says that interop was not run, and passes', () => {
  const { last, code, stdout } = ci(GOOD, "echo 'interop not run: no Go'");
  expect([last, code]).toEqual(['10 passed, 0 failed', 0]);
  expect(stdout).toContain('\ninterop not run: no Go\n');
});
