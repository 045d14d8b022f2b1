import { requireFree } from './files.ts';
import { isSamePlace, isWithin, requireHarmless, wouldReplace } from './harmless-output.ts';
import { requirePrintable } from './print-report.ts';

/** What a validation reads and writes, as the user named it. */
export interface ValidationPaths {
  /** Files and directories; `-` is standard input. */
  readonly inputs: readonly string[];
  /** The archive; undefined if none is wanted. */
  readonly out: string | undefined;
  readonly force: boolean;
  /** The root of a sandbox is left in `<out>.sandbox/`. */
  readonly sandbox: boolean;
  /** The report; undefined: standard output. */
  readonly output: string | undefined;
}

/**
 * What can be known of the outputs before any work is done, above all before a log gets an entry for ever.
 *
 * @throws EvidenceError FILE_UNWRITABLE, OUTPUT_EXISTS; USAGE if one would replace an input or the other
 */
export async function requireOutputs({
  inputs,
  out,
  force,
  sandbox,
  output,
}: ValidationPaths): Promise<void> {
  if (output !== undefined) {
    requireHarmless('--output', output, { open: inputs });
    await requirePrintable(output);
  }
  if (out === undefined) return;
  const meets = output !== undefined && isSamePlace(out, output);
  if (meets || (sandbox && output !== undefined && isWithin(output, `${out}.sandbox`))) {
    throw wouldReplace('--output', output, 'where --emit-evidence writes');
  }
  if (force) requireHarmless('--emit-evidence', out, { open: inputs });
  await requireFree(out, force);
}
