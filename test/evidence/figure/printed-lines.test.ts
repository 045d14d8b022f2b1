import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { figureLines, printedBy } from '../../../src/evidence/figure/printed-lines.ts';
import { propertyRuns } from '../../property-runs.ts';

const NCCL = ['nccl-all-reduce-bw', 'nccl-all-reduce-bw-net', 'nccl-all-reduce-bw-nvls'] as const;
const BW = 'NCCL All Reduce bandwidth';

/** `figure text`, or `figure: constraint`, of each line that is read. */
function read(name: string, ...stdout: readonly string[]): readonly string[] {
  return [...printedBy({ name, status: 'passed', message: undefined, stdout })].map((printed) =>
    'text' in printed
      ? `${printed.figure} ${printed.text}`
      : `${printed.figure}: ${printed.constraint}`,
  );
}

describe('printedBy', () => {
  it.each(NCCL)('reads what %s prints, with its name or without', (name) => {
    expect(
      read(
        name,
        ...[
          'starting',
          `${BW}: 488.37 GB/s`,
          `${BW} (${name}): 43.10 GB/s`,
          'Constraint: >= 100 → true',
        ],
        ...['Constraint: >= 40 → false', 'done'],
      ),
    ).toEqual([`${name} 488.37`, `${name} 43.10`, `${name}: >= 100`, `${name}: >= 40`]);
  });

  it('reads what inference-perf prints', () => {
    expect(
      read(
        'inference-perf',
        ...[
          'RESULT: Inference throughput: 37961.24 tokens/sec',
          'RESULT: Inference TTFT p99: 146.30 ms',
        ],
        ...['Throughput constraint: >= 5000 → PASS', 'TTFT p99 constraint: <= 200 → FAIL'],
      ),
    ).toEqual([
      ...['inference-throughput 37961.24', 'inference-ttft-p99 146.30'],
      ...['inference-throughput: >= 5000', 'inference-ttft-p99: <= 200'],
    ]);
  });

  it.each([
    ['lines in one text', [`a\n${BW}: 1.00 GB/s\n${BW}: 2.00 GB/s\n`]],
    ['lines with CR LF', [`a\r\n${BW}: 1.00 GB/s\r\n${BW}: 2.00 GB/s\r\n`]],
    ['items with a CR', [`${BW}: 1.00 GB/s\r`, `${BW}: 2.00 GB/s\r`]],
    ['items and lines', [`${BW}: 1.00 GB/s`, `\n\n${BW}: 2.00 GB/s`, '']],
  ])('reads %s', (_, stdout) => {
    expect(read(NCCL[0], ...stdout)).toEqual([`${NCCL[0]} 1.00`, `${NCCL[0]} 2.00`]);
  });

  it.each([
    ['a blank before', ` ${BW}: 1.00 GB/s`],
    ['a blank behind', `${BW}: 1.00 GB/s `],
    ['a prefix', `RESULT: ${BW}: 1.00 GB/s`],
    ['a time before', `2026-06-10T01:10:48.930Z ${BW}: 1.00 GB/s`],
    ['more behind', `${BW}: 1.00 GB/s satisfies`],
    ['two CRs', `${BW}: 1.00 GB/s\r\r`],
    ['another case', `NCCL all reduce bandwidth: 1.00 GB/s`],
    ['another unit', `${BW}: 1.00 Gb/s`],
    ['no unit', `${BW}: 1.00`],
    ['a letter that looks like another', `${BW}: 1.00 GB/ѕ`],
    ['two blanks', `${BW}:  1.00 GB/s`],
    ['a no-break space', `${BW}: 1.00\u{a0}GB/s`],
    ['a sign', `${BW}: -1.00 GB/s`],
    ['plus', `${BW}: +1.00 GB/s`],
    ['an exponent', `${BW}: 1e9 GB/s`],
    ['NaN', `${BW}: NaN GB/s`],
    ['Inf', `${BW}: +Inf GB/s`],
    ['a comma', `${BW}: 1,000.00 GB/s`],
    ['other digits', `${BW}: ١٢ GB/s`],
    ['full-width digits', `${BW}: １.００ GB/s`],
    ['too many digits', `${BW}: ${'9'.repeat(10)} GB/s`],
    ['no digits', `${BW}:  GB/s`],
    ['no digits, and no room for them', `${BW}: GB/s`],
    ['the name of another check', `${BW} (nccl-all-reduce-bw-net): 1.00 GB/s`],
    ['the figure of another check', 'RESULT: Inference throughput: 1.00 tokens/sec'],
    ['an arrow of two characters', 'Constraint: >= 100 -> true'],
    ['another word behind the arrow', 'Constraint: >= 100 → maybe'],
    ['an arrow without room for a constraint', 'Constraint: → true'],
  ])('does not read a line with %s', (_, line) => {
    expect(read(NCCL[0], line)).toEqual([]);
  });

  it.each([
    'nccl-all-reduce-bw2',
    'NCCL-all-reduce-bw',
    'operator-health',
    'inference-throughput',
    '',
  ])('reads nothing of a test named %j', (name) => {
    const lines = [
      `${BW}: 1.00 GB/s`,
      'RESULT: Inference TTFT p99: 1.00 ms',
      'Constraint: 1 → true',
    ];
    expect(read(name, ...lines)).toEqual([]);
  });

  it('takes all that stands between for the constraint', () => {
    const odd = ' → true → ';
    expect(read(NCCL[0], `Constraint: ${odd} → true`)).toEqual([`${NCCL[0]}: ${odd}`]);
  });

  it.each<[string, boolean, boolean?]>([
    ['>= 300 GB/s', true],
    ['>= 300 <= 400 || != 7.5', true, false],
    ['= 300', true, false],
    ['<node-7.example.com>', false],
    ['>= 300 node-7', false],
    ['10.0.0.7', false],
    ['node-7', false],
    ['', false],
  ])(
    'is kept when evidence is redacted only if it is about numbers: %j',
    (constraint, isKept, isKeptOld = isKept) => {
      const line = `Constraint: ${constraint} → true`;
      expect(figureLines(NCCL[0], [line], 'current')).toEqual(isKept ? [line] : []);
      expect(figureLines(NCCL[0], [line], 'v0.11')).toEqual(isKeptOld ? [line] : []);
    },
  );

  it('finds the lines of a validator among any others, however they are cut', () => {
    const figure = fc
      .tuple(fc.nat({ max: 999_999_999 }), fc.nat({ max: 99 }))
      .map(([whole, hundredths]) => `${whole}.${String(hundredths).padStart(2, '0')}`);
    const noise = fc.string({ unit: fc.constantFrom(...'ABN 1.:GB/s()→\r') });
    const lines = fc.array(
      fc.oneof(
        { weight: 1, arbitrary: figure },
        noise.map((text) => ({ text })),
      ),
    );
    const cuts = fc.infiniteStream(fc.constantFrom('\n', '\r\n', undefined));
    fc.assert(
      fc.property(lines, cuts, (parts, ends) => {
        const stdout = [''];
        for (const part of parts) {
          const line = typeof part === 'string' ? `${BW}: ${part} GB/s` : part.text;
          const end = ends.next().value as string | undefined;
          if (end === undefined) stdout.push(line, '');
          else stdout.push(`${stdout.pop()}${line}${end}`);
        }
        const figures = parts.filter((part) => typeof part === 'string');
        expect(read(NCCL[0], ...stdout)).toEqual(figures.map((text) => `${NCCL[0]} ${text}`));
      }),
      { numRuns: propertyRuns(200, 2000) },
    );
  });

  it('reads no line but one that it could write itself', () => {
    const pieces = [
      BW,
      ` (${NCCL[0]})`,
      ': ',
      '1',
      '.',
      ' GB/s',
      'Constraint',
      ' → true',
      '>=',
      '-',
      ' ',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), (parts) => {
        const line = parts.join('');
        const [printed] = [
          ...printedBy({ name: NCCL[0], status: 'passed', message: undefined, stdout: [line] }),
        ];
        const written =
          printed === undefined || 'text' in printed
            ? [`${BW}: ${printed?.text} GB/s`, `${BW} (${NCCL[0]}): ${printed?.text} GB/s`]
            : [`Constraint: ${printed.constraint} → true`];
        const isForm =
          /^NCCL All Reduce bandwidth(?: \(nccl-all-reduce-bw\))?: 1+(?:\.1+)? GB\/s$/.test(line) ||
          /^Constraint: .* → true$/.test(line);
        expect(printed !== undefined).toBe(isForm);
        expect(!isForm || written.includes(line)).toBe(true);
      }),
      { numRuns: propertyRuns(500, 6000) },
    );
  });
});
