import { describe, expect, it } from 'vitest';

import type { Call } from '../../../src/cli/call/command.ts';
import { Options } from '../../../src/cli/call/options.ts';
import { REPORT_FLAGS, formsOf, lookOf, outputsOf } from '../../../src/cli/call/report-flags.ts';
import { refusalOf } from '../../document/refusal.ts';

const TERMINAL = { isTTY: true, columns: 120 };
const ASKED_NOTHING = {};

interface Flags {
  readonly format?: readonly string[];
  readonly output?: string;
}

function optionsOf(flags: Flags): Options {
  return new Options(new Map(Object.entries(flags)), Object.keys(REPORT_FLAGS));
}

/** The first report, and how it looks. */
function reportChoice(flags: Flags, terminal: Call['terminal'], environment: NodeJS.ProcessEnv) {
  const [form] = formsOf({ options: optionsOf(flags), terminal });
  return { ...form, ...lookOf({ terminal, environment }, form?.output) };
}

describe('one report', () => {
  it('is for people on a terminal, in colour and in its width', () => {
    expect(reportChoice(ASKED_NOTHING, TERMINAL, {})).toEqual({
      ...{ format: 'terminal', output: undefined, colour: true, width: 120 },
    });
  });

  it('is Markdown without colour for a pipe and for a file', () => {
    const markdown = { format: 'markdown', colour: false };
    expect(reportChoice(ASKED_NOTHING, {}, {})).toMatchObject({ ...markdown, width: 80 });
    const toFile = { output: 'report.md' };
    expect(reportChoice(toFile, TERMINAL, {})).toMatchObject({ ...markdown, output: 'report.md' });
  });

  it.each([
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '' }, true],
    [{ TERM: 'dumb' }, false],
    [{ TERM: 'xterm' }, true],
    [{ CI: 'true' }, false],
    [{ CI: 'false' }, true],
  ])('with %j has colour: %s', (environment, colour) => {
    expect(reportChoice(ASKED_NOTHING, TERMINAL, environment).colour).toBe(colour);
  });

  it.each([
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: 'true', TERM: 'dumb' }, true],
    [{ FORCE_COLOR: '' }, false],
    [{ FORCE_COLOR: '0' }, false],
    [{ FORCE_COLOR: 'false' }, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('with %j has colour in a pipe and a file: %s', (environment, colour) => {
    const inPipe = reportChoice({ format: ['terminal'] }, {}, environment);
    expect(inPipe.colour).toBe(colour);
    const inFile = reportChoice({ format: ['terminal'], output: 'r.txt' }, TERMINAL, environment);
    expect(inFile.colour).toBe(colour);
  });

  it('with FORCE_COLOR=0 has none on a terminal', () => {
    expect(reportChoice(ASKED_NOTHING, TERMINAL, { FORCE_COLOR: '0' }).colour).toBe(false);
  });

  it.each([
    ['60', TERMINAL, 60],
    ['200', {}, 200],
    ['40', TERMINAL, 40],
    ['39', TERMINAL, 40],
    ...['', '0', 'x', '1e2', '-50', '99999'].map((text) => [text, TERMINAL, 120] as const),
    ['', {}, 80],
    ['', { columns: 0 }, 40],
  ] as const)('with COLUMNS=%s on %j is %i wide', (columns, terminal, width) => {
    expect(reportChoice(ASKED_NOTHING, terminal, { COLUMNS: columns }).width).toBe(width);
  });

  it('takes - for standard output', () => {
    const expected = reportChoice(ASKED_NOTHING, TERMINAL, {});
    expect(reportChoice({ output: '-' }, TERMINAL, {})).toEqual(expected);
  });

  it.each(['terminal', 'markdown', 'json'] as const)('is %s wherever it is asked for', (format) => {
    for (const terminal of [TERMINAL, {}]) {
      expect(reportChoice({ format: [format] }, terminal, {}).format).toBe(format);
    }
  });
});

describe('several reports', () => {
  it.each([
    [{ format: ['json=a'] }, ['json a']],
    [{ format: ['json=a', 'markdown'] }, ['json a', 'markdown -']],
    [{ format: ['json=a=b', 'terminal=-'] }, ['json a=b', 'terminal -']],
    [{ format: ['json', 'markdown=m'], output: 'o' }, ['json o', 'markdown m']],
    // Whoever says where, gets a report there.
    [{ format: ['json=a'], output: 'o' }, ['markdown o', 'json a']],
    [{ format: ['json=a'], output: '-' }, ['json a']],
    [{ format: ['json=a', 'json=b'] }, ['json a', 'json b']],
  ] as const)('of %j are %j', (flags, expected) => {
    const forms = formsOf({ options: optionsOf(flags), terminal: TERMINAL });
    expect(forms.map(({ format, output = '-' }) => `${format} ${output}`)).toEqual(expected);
    const files = outputsOf(optionsOf(flags)).map(([, path]) => path);
    expect(files.toSorted()).toEqual(forms.flatMap(({ output }) => output ?? []).toSorted());
  });

  it.each([
    { format: ['json', 'markdown'] },
    { format: ['json', 'json'] },
    { format: ['json', 'markdown'], output: 'o' },
    { format: ['json', 'markdown=-'] },
    { format: ['json=-', 'markdown=-'], output: 'o' },
  ])('go to places of their own: %j', (flags) => {
    const refusal = refusalOf(() => outputsOf(optionsOf(flags)));
    expect([refusal?.code, refusal?.at]).toEqual(['USAGE', '--format']);
  });
});
