// What AICR's validators print of what they measured. CTRF has no field for it; `stdout` of the test has
// these lines. Exactly these are read, and of no test that has another name. docs/format.md §7

import { isUnevaluable } from '../constraint/decision.ts';
import { millionthsOf, parseNumberExpression } from '../constraint/number-expression.ts';
import { MEASURING_CHECKS, NCCL_CHECKS, type PhaseTest } from '../phase/phase.ts';
import type { ConstraintDialect } from '../recipe/recipe.ts';

/** How a figure is compared: a validator may take less for enough. */
interface FigureRules {
  readonly unit: string;
  /** In percent of a lower bound. */
  readonly tolerance: bigint;
}

const NCCL: FigureRules = { unit: 'GB/s', tolerance: 10n };

/** By the name of the constraint that they answer. */
export const FIGURES: ReadonlyMap<string, FigureRules> = new Map([
  ...NCCL_CHECKS.map((name): [string, FigureRules] => [name, NCCL]),
  ['inference-throughput', { unit: 'tokens/sec', tolerance: 0n }],
  ['inference-ttft-p99', { unit: 'ms', tolerance: 0n }],
]);

/** A line that says something of a figure: what stands between its beginning and one of its ends. */
interface LineForm {
  readonly figure: string;
  readonly says: 'figure' | 'constraint';
  readonly begin: string;
  readonly ends: readonly string[];
}

const INFERENCE = [
  figureForm('inference-throughput', 'RESULT: Inference throughput'),
  figureForm('inference-ttft-p99', 'RESULT: Inference TTFT p99'),
  constraintForm('inference-throughput', 'Throughput constraint', ['PASS', 'FAIL']),
  constraintForm('inference-ttft-p99', 'TTFT p99 constraint', ['PASS', 'FAIL']),
];

/** What a test of this name prints. */
function formsOf(check: string): readonly LineForm[] {
  if (check === 'inference-perf') return INFERENCE;
  return [
    figureForm(check, 'NCCL All Reduce bandwidth'),
    figureForm(check, `NCCL All Reduce bandwidth (${check})`),
    constraintForm(check, 'Constraint', ['true', 'false']),
  ];
}

function figureForm(figure: string, label: string): LineForm {
  return { figure, says: 'figure', begin: `${label}: `, ends: [` ${FIGURES.get(figure)?.unit}`] };
}

function constraintForm(figure: string, label: string, words: readonly string[]): LineForm {
  const ends = words.map((word) => ` \u2192 ${word}`);
  return { figure, says: 'constraint', begin: `${label}: `, ends };
}

/** What a validator printed of a figure: the figure, or the constraint with which it compared it. */
export type Printed =
  | { readonly figure: string; readonly text: string; readonly millionths: bigint }
  | { readonly figure: string; readonly constraint: string };

/** What the lines of a test say of figures, in their order; without holding more than one of them. */
export function* printedBy({ name, stdout = [] }: PhaseTest): Generator<Printed, void> {
  if (!MEASURING_CHECKS.has(name)) return;
  const forms = formsOf(name);
  for (const text of stdout) {
    for (const line of linesOf(text)) {
      const printed = readLine(line, forms);
      if (printed !== undefined) yield printed;
    }
  }
}

/** The lines of a test that say something of figures, and nothing else: a constraint is one of numbers. */
export function figureLines(
  check: string,
  stdout: readonly string[],
  dialect: ConstraintDialect,
): readonly string[] {
  if (!MEASURING_CHECKS.has(check)) return [];
  const forms = formsOf(check);
  return stdout.flatMap((text) =>
    [...linesOf(text)].filter((line) => isOnlyNumbers(readLine(line, forms), dialect)),
  );
}

function isOnlyNumbers(printed: Printed | undefined, dialect: ConstraintDialect): boolean {
  if (printed === undefined || 'text' in printed) return printed !== undefined;
  const rules = FIGURES.get(printed.figure);
  return (
    rules !== undefined &&
    !isUnevaluable(parseNumberExpression(printed.constraint, { dialect, ...rules }))
  );
}

/** Lines end with LF or CR LF. */
function* linesOf(text: string): Generator<string, void> {
  for (let start = 0; start <= text.length;) {
    const feed = text.indexOf('\n', start);
    const end = feed === -1 ? text.length : feed;
    const line = text.slice(start, end);
    yield line.endsWith('\r') ? line.slice(0, -1) : line;
    start = end + 1;
  }
}

function readLine(line: string, forms: readonly LineForm[]): Printed | undefined {
  const form = forms.find(({ begin }) => line.startsWith(begin));
  const end = form?.ends.find((ending) => line.endsWith(ending));
  if (form === undefined || end === undefined) return undefined;
  const { figure, says, begin } = form;
  if (line.length < begin.length + end.length) return undefined;
  const text = line.slice(begin.length, -end.length);
  if (says === 'constraint') return { figure, constraint: text };
  const millionths = millionthsOf(text);
  return millionths === undefined ? undefined : { figure, text, millionths };
}
