import { run } from '@oclif/core/run';

import { EvidenceError } from '../errors.ts';
import { setCommandAfterDashes, splitDashes } from './command-after-dashes.ts';
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { errorJson, renderError } from './print-error.ts';

/**
 * Runs one command. The last stop of every error: it is printed here, and it decides the exit code.
 *
 * @param argv the words after the program's name
 * @param root the directory of package.json
 */
export async function main(argv: readonly string[], root: string): Promise<void> {
  // A reader that closes the pipe early has what it wants: `… | head -1` is no error.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  const { ours, command } = splitDashes(argv);
  setCommandAfterDashes(command);
  try {
    await run([...ours], { root });
  } catch (error) {
    end(error, wantsJson(ours));
  }
}

function end(error: unknown, json: boolean): void {
  // oclif's way to say that a command is done, e.g. after `--help`.
  if (isExit(error)) {
    process.exitCode = error.oclif.exit;
    return;
  }
  process.exitCode = exitCodeOf(error);
  if (json) process.stdout.write(`${JSON.stringify(errorJson(error), null, 2)}\n`);
  process.stderr.write(renderError(error));
  const debug = process.env['AFFIDAVIT_DEBUG'] ?? '';
  if (debug !== '' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  // An interrupted command may have left requests open; they must not keep the process alive.
  if (error instanceof EvidenceError && error.code === 'INTERRUPTED') {
    process.exit(EXIT_CODES.interrupted);
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

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
