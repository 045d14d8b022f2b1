import type { Call, Flag } from './command.ts';

const FORMATS = ['terminal', 'markdown', 'json'] as const;

export type Format = (typeof FORMATS)[number];

/** How every command with a report lets the user choose its form and place. */
export const REPORT_FLAGS = {
  format: {
    type: 'choice',
    options: FORMATS,
    summary: 'Form of the report; by default terminal on a terminal, else markdown.',
  },
  output: { type: 'text', helpValue: 'FILE', summary: 'Write the report to this file.' },
} as const satisfies Readonly<Record<string, Flag>>;

export interface ReportChoice {
  readonly format: Format;
  /** Undefined: standard output. */
  readonly output: string | undefined;
  readonly colour: boolean;
  readonly width: number;
}

/** What the user of a command with these flags chose. */
export function reportOf({ options, terminal, environment }: Call): ReportChoice {
  const format = options.choice('format', FORMATS);
  return reportChoice({ format, output: options.text('output') }, terminal, environment);
}

/** Colour only on a terminal, and never against NO_COLOR. https://no-color.org */
export function reportChoice(
  flags: { readonly format: Format | undefined; readonly output: string | undefined },
  terminal: Call['terminal'],
  environment: NodeJS.ProcessEnv,
): ReportChoice {
  const isTerminal = terminal.isTTY === true && flags.output === undefined;
  const refused = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  return {
    format: flags.format ?? (isTerminal ? 'terminal' : 'markdown'),
    output: flags.output,
    colour: isTerminal && !refused,
    width: terminal.columns ?? 80,
  };
}
