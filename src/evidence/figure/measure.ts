import { trimBlanks } from '../../document/blanks.ts';
import type { PhaseTest, TestStatus } from '../phase/phase.ts';
import { printedBy } from './printed-lines.ts';

/** A figure, and the index of the test that printed it. */
export interface PlacedFigure {
  readonly text: string;
  readonly millionths: bigint;
  readonly test: number;
}

/** What the tests of one phase printed of one figure: of any number of lines, no more than this. */
export interface Measured {
  readonly lowest?: PlacedFigure;
  readonly highest?: PlacedFigure;
  /** The first constraint that it was compared with and that the recipe does not have. */
  readonly other?: { readonly constraint: string; readonly test: number };
}

/** A test that was skipped, or never started, has measured nothing. */
const RAN: ReadonlySet<TestStatus> = new Set(['passed', 'failed', 'other']);

/** The expressions that the recipe has for each name, without blanks around them. */
export type Demands = ReadonlyMap<string, ReadonlySet<string>>;

export function measure(
  tests: readonly PhaseTest[],
  demands: Demands,
): ReadonlyMap<string, Measured> {
  const all = new Map<string, Measured>();
  for (const [test, ran] of tests.entries()) {
    for (const printed of RAN.has(ran.status) ? printedBy(ran) : []) {
      const { figure } = printed;
      const before = all.get(figure) ?? {};
      if ('millionths' in printed) {
        const { text, millionths } = printed;
        all.set(figure, withFigure(before, { text, millionths, test }));
      } else if (demands.get(figure)?.has(trimBlanks(printed.constraint)) !== true) {
        all.set(figure, { other: { constraint: printed.constraint, test }, ...before });
      }
    }
  }
  return all;
}

function withFigure(before: Measured, figure: PlacedFigure): Measured {
  const { lowest = figure, highest = figure } = before;
  return {
    ...before,
    lowest: figure.millionths < lowest.millionths ? figure : lowest,
    highest: figure.millionths > highest.millionths ? figure : highest,
  };
}
