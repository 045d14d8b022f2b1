// What action.yml runs: the program with a report in JSON and one as the job's summary, and then annotations of what
// the report says. https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { annotationsOf, mostOf, plainAnnotation, sarifIn } from './annotations.ts';
import { endingIn, exitCodeOf, summaryOf, verdictOf } from './ending.ts';
import { crowdedLineIn, wordsOf } from './words.ts';

const PROGRAM = fileURLToPath(new URL('../bin/affidavit.js', import.meta.url));
const USAGE = 64;
const COMMANDS = ['verify-evidence', 'gate'];

append('GITHUB_PATH', fileURLToPath(new URL('bin', import.meta.url)));
const { AFFIDAVIT_COMMAND: command = '', AFFIDAVIT_FAIL: fail = 'true' } = process.env;
const mistake = mistakeIn(command, fail);
if (mistake !== undefined) {
  console.log(plainAnnotation({ level: 'error', title: 'affidavit/action', text: mistake }));
  process.exitCode = USAGE;
} else if (command !== '') {
  const exitCode = run(command);
  if (fail === 'true') process.exitCode = exitCode;
}

function mistakeIn(name: string, isFailing: string): string | undefined {
  if (name !== '' && !COMMANDS.includes(name)) {
    return `command is "${name}"; it is one of ${COMMANDS.join(', ')}, or nothing`;
  }
  if (!['true', 'false'].includes(isFailing)) return `fail is "${isFailing}"; it is true or false`;
  return undefined;
}

function run(name: string): number {
  const folder = mkdtempSync(join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'affidavit-'));
  const at = (file: string): string => join(folder, file);
  const reports = ['json', 'markdown', 'sarif'].map((form) => `--format=${form}=${at(form)}`);
  const given = process.env['AFFIDAVIT_ARGUMENTS'] ?? '';
  const words = wordsOf(given);
  const ended = spawn([name, ...words, '--format=terminal', ...reports]);
  const ending = endingIn(textIn(at('json')));
  const exitCode = exitCodeOf(ended, ending);
  append('GITHUB_STEP_SUMMARY', textIn(at('markdown')) ?? summaryOf(name, exitCode, ending));
  const all = annotationsOf(sarifIn(textIn(at('sarif'))), ending);
  for (const each of mostOf(all)) console.log(plainAnnotation(each));
  const crowded = exitCode === USAGE ? crowdedLineIn(given) : undefined;
  if (crowded !== undefined) {
    const text = `one flag a line: arguments has a line with several: ${crowded}`;
    console.log(plainAnnotation({ level: 'warning', title: 'affidavit/action', text }));
  }
  append('GITHUB_OUTPUT', `verdict=${verdictOf(name, exitCode, ending)}`);
  append('GITHUB_OUTPUT', `exit-code=${exitCode}`);
  append('GITHUB_OUTPUT', `report=${at('json')}`);
  return exitCode;
}

/**
 * Foreign text is no command to the runner: it reads none between these two lines. Both streams are one, since the
 * runner reads two in any order.
 */
function spawn(words: readonly string[]): number {
  const end = randomUUID();
  console.log(`::stop-commands::${end}`);
  try {
    const { status } = spawnSync(process.execPath, [PROGRAM, ...words], { stdio: [0, 1, 1] });
    // Without a status it was a signal.
    return status ?? 130;
  } finally {
    console.log(`\n::${end}::`);
  }
}

/** Undefined if the command wrote none. */
function textIn(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** To a file of the runner; elsewhere there is none. */
function append(variable: string, line: string): void {
  const path = process.env[variable] ?? '';
  if (path !== '') appendFileSync(path, `${line}\n`);
}
