import { EvidenceError } from '../errors/evidence-error.ts';
import { unwritable } from '../io/disk/system-error.ts';
import { forbidKilling } from '../io/process/second-process.ts';
import type { JsonObject } from '../report/json.ts';
import { AFFIDAVIT } from '../tool.ts';
import { EXIT_CODES, exitCodeOf } from './call/exit-codes.ts';
import { AFTER_REPORTS } from './call/report-formats.ts';
import { valuesIn } from './call/values-in.ts';
import { splitDashes } from './command-after-dashes.ts';
import { COMMANDS } from './command-table.ts';
import { errorJson, printable, renderError } from './print-error.ts';
import { holdsKey, redact } from './redact.ts';
import { ASIDES, inOwnNames, requestOf } from './request.ts';

/**
 * Runs one command. Every error ends here: it is printed, and it decides the exit code.
 *
 * @param argv the words after the program's name
 * @param root the directory of package.json
 */
export async function main(argv: readonly string[], root: string): Promise<void> {
  process.stdout.on('error', endUnlessClosedPipe);
  // There is no way to say that standard error does not work.
  process.stderr.on('error', () => undefined);
  // Node's own exit code for a bug is 1, which is a verdict here.
  process.on('uncaughtException', (error) => {
    printError(error);
    process.exit(exitCodeOf(error));
  });
  const { ours, command } = splitDashes(argv);
  let words = ours;
  try {
    words = await inOwnNames(ours);
    await run(words, command, root);
  } catch (error) {
    await end(error, words);
  }
}

/** A command does not wait for oclif, which takes longer to load than most take to run. docs/decisions/0006 */
async function run(
  argv: readonly string[],
  after: readonly string[] | undefined,
  root: string,
): Promise<void> {
  const wrong = argv.findIndex(holdsKey);
  if (wrong !== -1) {
    const { keyInWords } = await import('./call/usage-error.ts');
    throw keyInWords(argv, wrong);
  }
  const request = await requestOf(argv);
  switch (request.kind) {
    case 'call': {
      const { runCommand } = await import('./run-command.ts');
      await runCommand(request, after, root);
      return;
    }
    case 'help': {
      const { printHelp } = await import('./oclif.ts');
      const { columnsOf } = await import('./call/report-flags.ts');
      const { isAsked, isBeside = false } = request;
      const stream = isAsked ? process.stdout : process.stderr;
      await printHelp(request, { root, width: columnsOf(stream, process.env) });
      process.exitCode = isAsked && !isBeside ? 0 : EXIT_CODES.usage;
      return;
    }
    case 'version':
      process.stdout.write(`${versionLine()}\n`);
      process.exitCode = 0;
      return;
    case 'unknown': {
      const { unknownCommand } = await import('./call/usage-error.ts');
      throw unknownCommand(request.words, [...Object.keys(COMMANDS), ...ASIDES]);
    }
  }
}

function versionLine(): string {
  const { name, version } = AFFIDAVIT;
  return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`;
}

async function end(error: unknown, words: readonly string[]): Promise<void> {
  process.exitCode = exitCodeOf(error);
  // It is said now, and must not be said again by the first process.
  forbidKilling();
  const kept = await endAsJson(error, words);
  printError(error);
  process.stderr.write(redact(kept));
  // An interrupted command may have left requests open; they must not keep the process alive.
  if (error instanceof EvidenceError && error.code === 'INTERRUPTED') {
    process.exit(EXIT_CODES.interrupted);
  }
}

/** Wherever a report would have been JSON. */
async function endAsJson(error: unknown, words: readonly string[]): Promise<string> {
  const asked = valuesIn(words, 'format', 'f').flatMap(({ index, value }) => {
    const [, name, path] = /^((?:aicr-)?json)(?:=(.+))?$/s.exec(value) ?? [];
    return name === undefined
      ? []
      : [{ name, place: path === undefined ? undefined : { index, value: path } }];
  });
  if (asked.length === 0 || (error instanceof Error && AFTER_REPORTS.has(error))) return '';
  const { encodeReport } = await import('../report/encode-report.ts');
  const { deliverError } = await import('./deliver-error.ts');
  const open = asked.filter(({ place }) => place === undefined).slice(0, 1);
  const notes: string[] = [];
  for (const { name, place } of [...open, ...asked.filter((each) => each.place !== undefined)]) {
    const report = name === 'json' ? errorJson(error) : await aicrJsonOf(error);
    notes.push(await deliverError(encodeReport(report), words, place && [place]));
  }
  return notes.join('');
}

function printError(error: unknown): void {
  process.stderr.write(renderError(error, process.stderr));
  const debug = process.env['AFFIDAVIT_DEBUG'] ?? '';
  if (debug !== '' && error instanceof Error) {
    process.stderr.write(`${redact(error.stack ?? '')}\n`);
  }
}

async function aicrJsonOf(error: unknown): Promise<JsonObject> {
  const { aicrErrorJson } = await import('../report/aicr-json.ts');
  return aicrErrorJson(exitCodeOf(error), printable(error));
}

/** A reader that closes the pipe early has what it wants: `… | head -1` is no error. */
function endUnlessClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  const failure = unwritable(error, 'standard output');
  process.stderr.write(renderError(failure));
  process.exit(exitCodeOf(failure));
}
