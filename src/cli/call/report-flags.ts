import type { Call, Flag } from './command.ts';

const FORMATS = ['terminal', 'markdown', 'json'] as const;

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
  readonly format: (typeof FORMATS)[number];
  /** Undefined: standard output. */
  readonly output: string | undefined;
  readonly colour: boolean;
  readonly width: number;
}

/** What the user chose; colour only on a terminal, and never against NO_COLOR. https://no-color.org */
export function reportOf(call: Pick<Call, 'options' | 'terminal' | 'environment'>): ReportChoice {
  const { options, terminal, environment } = call;
  const output = options.text('output');
  const isTerminal = terminal.isTTY === true && output === undefined;
  const refused = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  return {
    format: options.choice('format', FORMATS) ?? (isTerminal ? 'terminal' : 'markdown'),
    output,
    colour: isTerminal && !refused,
    width: terminal.columns ?? 80,
  };
}
