import { EvidenceError } from '../errors/evidence-error.ts';
import { unwritable } from '../io/disk/system-error.ts';
import { EXIT_CODES, exitCodeOf } from './call/exit-codes.ts';
import { splitDashes } from './command-after-dashes.ts';
import { findCommand } from './command-table.ts';
import { errorJson, renderError, withoutToken } from './print-error.ts';

/**
 * Runs one command. The last stop of every error: it is printed here, and it decides the exit code.
 *
 * @param argv the words after the program's name
 * @param root the directory of package.json
 */
export async function main(argv: readonly string[], root: string): Promise<void> {
  process.stdout.on('error', endUnlessClosedPipe);
  // Nobody can be told that standard error does not work.
  process.stderr.on('error', () => undefined);
  // Node's own exit code for a bug is 1, and that is a verdict here.
  process.on('uncaughtException', (error) => {
    printError(error);
    process.exit(exitCodeOf(error));
  });
  const { ours, command } = splitDashes(argv);
  try {
    await run(ours, command, root);
  } catch (error) {
    await end(error, wantsJson(ours));
  }
}

/** A command does not wait for oclif's configuration and help, which take longer than most. docs/decisions/0006 */
async function run(
  argv: readonly string[],
  after: readonly string[] | undefined,
  root: string,
): Promise<void> {
  const words = argv.slice(1);
  const [name = '', ...more] = leadingNames(argv);
  const command = asksForHelp(words) ? undefined : await findCommand(name);
  const isKnown =
    command !== undefined && (more.length === 0 || Object.keys(command.args).length > 0);
  if (!isKnown) {
    const { runOclif } = await import('./oclif.ts');
    await runOclif(argv, root);
    process.exitCode = 0;
    return;
  }
  const { runCommand } = await import('./run-command.ts');
  await runCommand(command, words, after);
}

/** As oclif has it: after `--` it is an operand. */
function asksForHelp(words: readonly string[]): boolean {
  const dashes = words.indexOf('--');
  return words.slice(0, dashes === -1 ? undefined : dashes).includes('--help');
}

/** What oclif takes for the name of a command, or for a longer one of a command without operands. */
function leadingNames(argv: readonly string[]): readonly string[] {
  const cut = argv.findIndex((word) => /^-|=/.test(word));
  return argv.slice(0, cut === -1 ? undefined : cut).filter((word) => word !== '');
}

async function end(error: unknown, json: boolean): Promise<void> {
  // oclif's way to say that a command is done, e.g. after `--help`.
  if (isExit(error)) {
    process.exitCode = error.oclif.exit;
    return;
  }
  process.exitCode = exitCodeOf(error);
  if (json) {
    const { encodeReport } = await import('../report/json.ts');
    process.stdout.write(encodeReport(errorJson(error)));
  }
  printError(error);
  // An interrupted command may have left requests open; they must not keep the process alive.
  if (error instanceof EvidenceError && error.code === 'INTERRUPTED') {
    process.exit(EXIT_CODES.interrupted);
  }
}

function printError(error: unknown): void {
  process.stderr.write(renderError(error));
  const debug = process.env['AFFIDAVIT_DEBUG'] ?? '';
  if (debug !== '' && error instanceof Error) {
    process.stderr.write(`${withoutToken(error.stack ?? '')}\n`);
  }
}

function isExit(error: unknown): error is { readonly oclif: { readonly exit: number } } {
  return error instanceof Error && 'code' in error && error.code === 'EEXIT';
}

/** Looked up in the words themselves: the error may be that they cannot be parsed. */
function wantsJson(argv: readonly string[]): boolean {
  return argv.some(
    (word, index) =>
      word === '--format=json' || (word === 'json' && argv[index - 1] === '--format'),
  );
}

/** A reader that closes the pipe early has what it wants: `… | head -1` is no error. */
function endUnlessClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  const failure = unwritable(error, 'standard output');
  process.stderr.write(renderError(failure));
  process.exit(exitCodeOf(failure));
}
