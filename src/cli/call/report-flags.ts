import type { Call, Flag } from './command.ts';

const FORMATS = ['terminal', 'markdown', 'json'] as const;

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

/** The flags for form and place of a report, for every command that has one. */
export const REPORT_FLAGS = {
  format: {
    type: 'choice',
    char: 'f',
    options: FORMATS,
    summary: 'Form of the report; by default terminal on a terminal, else markdown.',
  },
  ...OUTPUT_FLAG,
} as const satisfies Readonly<Record<string, Flag>>;

/** The same, and the form of aicr's own verifier. */
export const VERIFY_REPORT_FLAGS = {
  ...REPORT_FLAGS,
  format: {
    ...REPORT_FLAGS.format,
    options: [...FORMATS, 'aicr-json'],
    summary:
      'Form of the report; by default terminal on a terminal, else markdown. aicr-json is that of aicr evidence verify.',
  },
} as const satisfies Readonly<Record<string, Flag>>;

export interface ReportChoice {
  readonly format: (typeof FORMATS)[number];
  /** The JSON is that of aicr. */
  readonly isAicr: boolean;
  /** Undefined: standard output. */
  readonly output: string | undefined;
  readonly colour: boolean;
  readonly width: number;
}

/** What the user chose. */
export function reportOf(call: Pick<Call, 'options' | 'terminal' | 'environment'>): ReportChoice {
  const { options, terminal, environment } = call;
  const output = outputOf(options);
  const isTerminal = terminal.isTTY === true && output === undefined;
  const choice = options.choice('format', VERIFY_REPORT_FLAGS.format.options);
  const isAicr = choice === 'aicr-json';
  return {
    format: isAicr ? 'json' : (choice ?? (isTerminal ? 'terminal' : 'markdown')),
    isAicr,
    output,
    colour: isColoured(isTerminal, environment),
    width: columnsOf(terminal, environment),
  };
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

/** https://no-color.org, whose word counts most, and https://force-color.org, where 0 and false mean no, as for Node. */
function isColoured(isTerminal: boolean, environment: Call['environment']): boolean {
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  const forced = environment['FORCE_COLOR'] ?? '';
  if (forced !== '') return !['0', 'false'].includes(forced);
  return isTerminal && environment['TERM'] !== 'dumb';
}
