// How a command ended, for the outputs and the summary of a job.

interface Failure {
  readonly code: string;
  readonly at?: string;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
}

/** What is read of a report in JSON: of one bundle, of many, of a gate, or of an error. */
export interface Ending {
  readonly exitCode?: number;
  /** Of a gate: what it would be with `enforce`. */
  readonly decidedExitCode?: number;
  readonly error?: Failure;
}

/** What the program wrote itself; undefined if it wrote nothing. */
export function endingIn(text: string | undefined): Ending {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return text === undefined ? {} : (JSON.parse(text) as Ending);
}

const VERDICTS: ReadonlyMap<number, string> = new Map([
  [1, 'failed'],
  [2, 'invalid'],
  [3, 'unjudged'],
  [4, 'undecided'],
  [64, 'usage'],
  [130, 'interrupted'],
]);

/** Without a report nothing was judged, whatever the program said: help is a success too. */
export function exitCodeOf(exitCode: number, ending: Ending): number {
  return exitCode === 0 && ending.exitCode !== 0 ? 70 : exitCode;
}

/** A gate verifies what there is, and may ask for nothing: its 0 is another word. */
export function verdictOf(command: string, exitCode: number, ending: Ending): string {
  const decided = exitCode === 0 ? (ending.decidedExitCode ?? exitCode) : exitCode;
  if (decided === 0) return command === 'gate' ? 'passed' : 'verified';
  return VERDICTS.get(decided) ?? 'internal';
}

/** Of a command that ended with an error, and wrote no Markdown: in a block of code nothing foreign has an effect. */
export function summaryOf(command: string, exitCode: number, { error }: Ending): string {
  const said =
    error === undefined ? 'There is no report: see the log of this step.' : plainError(error);
  const longest = Math.max(2, ...(said.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `## ✗ affidavit ${command} ended with ${exitCode}\n\n${fence}text\n${said}\n${fence}`;
}

export function plainError({ code, at = '', found, expected, hint }: Failure): string {
  return `${code} ${at}\nfound: ${found}\n want: ${expected}\n next: ${hint}`;
}
