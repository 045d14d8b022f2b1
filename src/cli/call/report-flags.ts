import { EvidenceError } from '../../errors/evidence-error.ts';
import type { Terminal } from '../../report/render/terminal-lines.ts';
import type { Call, Flag } from './command.ts';
import { REPORT_FORMATS } from './report-formats.ts';

/** Where goes what is printed. */
export const FILE_FLAG = {
  output: {
    type: 'text',
    char: 'o',
    helpValue: 'FILE',
    summary: 'Write to this file; - is standard output.',
  },
} as const satisfies Readonly<Record<string, Flag>>;

/** Where a report goes. */
export const OUTPUT_FLAG = {
  output: { ...FILE_FLAG.output, summary: 'Write the report to this file; - is standard output.' },
} as const satisfies Readonly<Record<string, Flag>>;

/** For commands that show what is there and judge nothing. */
export const SHOW_FLAGS = {
  format: {
    type: 'choice',
    char: 'f',
    options: ['terminal', 'json'],
    summary: 'Form of what is shown; by default terminal.',
  },
  ...OUTPUT_FLAG,
} as const satisfies Readonly<Record<string, Flag>>;

const FORMATS: readonly string[] = [...REPORT_FORMATS.keys()];

/** The flags for forms and places of a report, for every command that has one. */
export const REPORT_FLAGS = flagsFor(FORMATS);

/** For what is JSON already. */
export const STORED_REPORT_FLAGS = flagsFor(FORMATS.filter((name) => !name.startsWith('json')));

/** For what differs between two reports. */
export const DIFF_REPORT_FLAGS = flagsFor(['terminal', 'markdown', 'json']);

/** For what the gate decided. */
export const GATE_REPORT_FLAGS = flagsFor(['terminal', 'markdown', 'json', 'sarif', 'junit']);

function flagsFor(options: readonly string[]) {
  const summary = `Form of the report: ${options.join(', ')}; by default terminal on a terminal, else markdown. With =PATH it is written there; repeat it for several.`;
  return {
    format: { type: 'forms', char: 'f', helpValue: 'NAME[=PATH]', options, summary },
    ...OUTPUT_FLAG,
  } as const satisfies Readonly<Record<string, Flag>>;
}

/** That of aicr's own verifier, for one bundle. */
export const AICR_JSON = 'aicr-json';

/** The same, and the form of aicr's own verifier. */
export const VERIFY_REPORT_FLAGS = {
  ...REPORT_FLAGS,
  format: {
    ...REPORT_FLAGS.format,
    options: [...REPORT_FLAGS.format.options, AICR_JSON],
    summary: REPORT_FLAGS.format.summary.replace(
      ';',
      `, or ${AICR_JSON}, that of aicr evidence verify;`,
    ),
  },
} as const satisfies Readonly<Record<string, Flag>>;

/** One report that is wanted. */
export interface ReportForm {
  readonly format: string;
  /** Undefined: standard output. */
  readonly output: string | undefined;
}

/** What the user asked for: each `--format`, and the default form if none of them goes where `--output` says. */
export function formsOf({
  options,
  terminal,
  piped = 'markdown',
}: Pick<Call, 'options' | 'terminal' | 'piped'>): readonly ReportForm[] {
  const output = outputOf(options);
  const asked = askedForms(options);
  const isOpen = asked.length === 0 || output !== undefined;
  if (!isOpen || options.texts('format').some(isOpenForm)) return asked;
  const printed = terminal.isTTY === true ? 'terminal' : piped;
  return [{ format: output === undefined ? printed : 'markdown', output }, ...asked];
}

function askedForms(options: Call['options']): readonly ReportForm[] {
  const words = options.texts('format');
  const output = outputOf(options);
  const forms = words.map((word): ReportForm => {
    const [, format = word, path = output] = /^([^=]*)=(.*)$/s.exec(word) ?? [];
    return { format, output: path === '-' ? undefined : path };
  });
  const open = words.filter(isOpenForm);
  const printed = forms.filter((form) => form.output === undefined);
  if (Math.max(open.length, printed.length) < 2) return forms;
  throw new EvidenceError('USAGE', {
    at: '--format',
    found: `${forms.length} forms, of which several go to one place`,
    expected: 'one without a path, and one in standard output',
    hint: 'write the others to files: --format NAME=PATH',
  });
}

/** It goes where `--output` says. */
function isOpenForm(word: string): boolean {
  return !word.includes('=');
}

/** The files that a call writes reports to, each with the flag that names it. */
export function outputsOf(options: Call['options']): readonly (readonly [string, string])[] {
  const output = outputOf(options);
  const named = askedForms(options).flatMap((form, index) =>
    form.output === undefined || isOpenForm(options.texts('format')[index] ?? '')
      ? []
      : [['--format', form.output] as const],
  );
  return [...(output === undefined ? [] : [['--output', output] as const]), ...named];
}

/** How a report looks in a terminal. */
export function lookOf(
  { terminal, environment }: Pick<Call, 'terminal' | 'environment'>,
  output: string | undefined,
): Terminal {
  const isTerminal = terminal.isTTY === true && output === undefined;
  return { colour: isColoured(isTerminal, environment), width: columnsOf(terminal, environment) };
}

/** With fewer, the longest words of ours have no room. */
const MIN_COLUMNS = 40;

/** How wide a line may be: what COLUMNS says, else the terminal. */
export function columnsOf(
  { columns = 80 }: Call['terminal'],
  environment: Call['environment'],
): number {
  const wish = environment['COLUMNS'] ?? '';
  return Math.max(/^[1-9]\d{0,3}$/.test(wish) ? Number(wish) : columns, MIN_COLUMNS);
}

/** The file of `--output`; undefined: standard output, which `-` means too. */
export function outputOf(options: Call['options']): string | undefined {
  const output = options.text('output');
  return output === '-' ? undefined : output;
}

/** Whether a stream takes escape sequences. https://no-color.org, whose word counts most, and https://force-color.org, where 0 and false mean no, as for Node. */
export function isColoured(isTerminal: boolean, environment: Call['environment']): boolean {
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  const forced = environment['FORCE_COLOR'] ?? '';
  if (forced !== '') return !['0', 'false'].includes(forced);
  const isLog = !['', 'false', '0'].includes(environment['CI'] ?? '');
  return isTerminal && environment['TERM'] !== 'dumb' && !isLog;
}
