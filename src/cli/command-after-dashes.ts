// The words after `--` of `affidavit sandbox` are another program's. They are cut off first, so that our
// own reader does not take them for flags.

/** The only command that runs another program. */
const COMMAND_WITH_DASHES = 'sandbox';

/** Splits at the first `--`; `command` is undefined if there is none, or if it is ours to read. */
export function splitDashes(argv: readonly string[]): {
  readonly ours: readonly string[];
  readonly command: readonly string[] | undefined;
} {
  const cut = argv[0] === COMMAND_WITH_DASHES ? argv.indexOf('--') : -1;
  return cut === -1
    ? { ours: argv, command: undefined }
    : { ours: argv.slice(0, cut), command: argv.slice(cut + 1) };
}
