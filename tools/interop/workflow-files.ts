// Our workflows and the action, judged by actionlint and by zizmor. What they are told to leave out is said in the file,
// with the reason. Each is shown to find something: a linter that reads nothing finds nothing either.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { run } from './processes.ts';
import { ACTIONLINT_PROGRAM, RUNS, ZIZMOR_PROGRAM, installLinters } from './programs.ts';
import type { Report } from './report.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = join(ROOT, 'docs/github');
const WORKFLOWS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => join(FOLDER, name));
const ACTION = join(ROOT, 'action/action.yml');

/** Also what is only unusual; no network. */
const ZIZMOR_WORDS = ['--offline', '--no-progress', '--persona', 'pedantic'];

export async function proveWorkflowFiles(report: Report): Promise<void> {
  await installLinters();
  for (const path of WORKFLOWS) {
    const { status, output } = await run(ACTIONLINT_PROGRAM, ['-no-color', path]);
    report.assert(`actionlint finds nothing in ${basename(path)}`, status === 0, output);
  }
  for (const path of [...WORKFLOWS, ACTION]) {
    const { status, output } = await run(ZIZMOR_PROGRAM, [...ZIZMOR_WORDS, path]);
    report.assert(`zizmor finds nothing in ${basename(path)}`, status === 0, output);
  }
  await proveFindings(report);
}

/** An expression in a script, in a field that does not exist, beside an action that can move. */
async function proveFindings(report: Report): Promise<void> {
  mkdirSync(RUNS, { recursive: true });
  for (const path of WORKFLOWS) {
    const bad = join(mkdtempSync(join(RUNS, 'workflow-')), basename(path));
    const text = readFileSync(path, 'utf8');
    writeFileSync(
      bad,
      `${text}      - uses: a/b@main\n        runs: echo \${{ github.head_ref }}\n`,
    );
    const lint = await run(ACTIONLINT_PROGRAM, ['-no-color', bad]);
    const found = /unexpected key "runs"/.test(lint.output);
    report.assert(`actionlint finds what is added to ${basename(path)}`, found, lint.output);
    const audit = await run(ZIZMOR_PROGRAM, [...ZIZMOR_WORDS, bad]);
    const isFound = audit.status !== 0 && /unpinned-uses/.test(audit.output);
    report.assert(`zizmor finds what is added to ${basename(path)}`, isFound, audit.output);
  }
}
