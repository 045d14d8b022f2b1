/** AICR's phases, in the order in which evidence lists them. */
export const PHASES = ['deployment', 'performance', 'conformance'] as const;

export type Phase = (typeof PHASES)[number];

export function isPhase(text: string): text is Phase {
  return (PHASES as readonly string[]).includes(text);
}

/** CTRF's test states. https://ctrf.io/docs/schema/tests */
export const TEST_STATUSES = ['passed', 'failed', 'skipped', 'pending', 'other'] as const;

export type TestStatus = (typeof TEST_STATUSES)[number];

export function isTestStatus(text: string): text is TestStatus {
  return (TEST_STATUSES as readonly string[]).includes(text);
}

/** How many tests of a phase ended how; recounted, never taken from a summary. */
export type PhaseCounts = Readonly<Record<TestStatus, number>>;

export const NCCL_CHECKS = [
  'nccl-all-reduce-bw',
  'nccl-all-reduce-bw-net',
  'nccl-all-reduce-bw-nvls',
] as const;

/** AICR's checks that print what they measured; of no other test is the output kept. */
export const MEASURING_CHECKS: ReadonlySet<string> = new Set([...NCCL_CHECKS, 'inference-perf']);

export interface PhaseTest {
  readonly name: string;
  readonly status: TestStatus;
  /** Why it was skipped or failed, in the words of the report; foreign text. */
  readonly message: string | undefined;
  /** There is none here because a redaction withholds messages: there may have been one. */
  readonly isRedacted?: true;
  /** The image that it was run from, as its report says; foreign text. */
  readonly image?: string;
  /** What shows that it did not always end as it does here, in our words; undefined if nothing does. */
  readonly flaky?: string | undefined;
  /** What one of MEASURING_CHECKS printed, in pieces of any number of lines; foreign text. */
  readonly stdout?: readonly string[];
}

/** What a recipe demands of a phase and what its report shows. */
export interface PhaseResult {
  readonly phase: Phase;
  /** The recipe's `validation` block names the phase. */
  readonly required: boolean;
  /**
   * `green`: every declared check has a test, no test is failed, pending or other, at least one
   * declared check passed (or any test, if none is declared). `red`: a report is there, and that does not hold. `not-run`: there is no report.
   * A phase that the recipe does not list has nothing to prove: it is `red` if a test failed, and
   * otherwise `green`, even if no test passed. A figure that contradicts the recipe makes it `red`.
   */
  readonly state: 'green' | 'red' | 'not-run';
  readonly counts: PhaseCounts;
  /** How many of its tests are flaky: shown, and of no weight. */
  readonly flaky: number;
  /** Checks that the recipe declares, each once, in its order. */
  readonly checks: readonly string[];
  /** Checks that the recipe declares and no test is named after, in the recipe's order. */
  readonly missing: readonly string[];
  /** Every test of the report, in its order. */
  readonly tests: readonly PhaseTest[];
}
