import { EvidenceError } from '../errors/evidence-error.ts';
import type { Fault } from '../errors/fault.ts';
import { faultOf } from '../errors/fault.ts';
import { CHECK_NAMES } from './check.ts';
import type { CheckName, CheckResult } from './check.ts';

/** What the body of a check reports. Faults that are not empty make the check fail. */
export interface Outcome<T> {
  readonly value: T;
  readonly found: string;
  readonly expected: string;
  readonly faults?: readonly Fault[];
}

/** Leaves the line: what follows cannot be judged. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Runs the checks and keeps what each found. A bug passes through: it is never a verdict. */
export class CheckLog {
  readonly #results = new Map<CheckName, CheckResult>();

  /** A check on which everything after it depends: its failure stops the line. */
  run<T>(name: CheckName, body: () => Outcome<T>): T {
    const outcome = this.#judge(name, body);
    if (outcome === undefined || this.#results.get(name)?.outcome === 'failed') throw new Stopped();
    return outcome.value;
  }

  /** An independent check: its failure is kept, the line goes on. Undefined if it has no value. */
  note<T>(name: CheckName, body: () => Outcome<T>): T | undefined {
    return this.#judge(name, body)?.value;
  }

  /** The same for what has to be awaited. */
  async runAsync<T>(name: CheckName, body: () => Promise<Outcome<T>>): Promise<T> {
    let settled: () => Outcome<T>;
    try {
      const outcome = await body();
      settled = (): Outcome<T> => outcome;
    } catch (error) {
      settled = (): never => {
        throw error;
      };
    }
    return this.run(name, settled);
  }

  /** A check that could not be made, with the reason as a fault of its own. */
  skip(name: CheckName, fault: Fault): void {
    const { found, expected, hint } = fault;
    this.#results.set(name, { name, outcome: 'skipped', found, expected, hint, faults: [fault] });
  }

  /** Every check, in order; those that nobody made are `not-reached`. */
  results(): readonly CheckResult[] {
    return CHECK_NAMES.map(
      (name) =>
        this.#results.get(name) ?? {
          name,
          outcome: 'not-reached',
          found: 'not checked',
          expected: 'the checks before it to pass',
          hint: 'mend what failed above and verify again',
          faults: [],
        },
    );
  }

  #judge<T>(name: CheckName, body: () => Outcome<T>): Outcome<T> | undefined {
    try {
      const outcome = body();
      this.#keep(name, outcome);
      return outcome;
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      this.#keep(name, { found: '', expected: '', faults: [faultOf(error)] });
      return undefined;
    }
  }

  #keep(name: CheckName, { found, expected, faults = [] }: Omit<Outcome<unknown>, 'value'>): void {
    const [first] = faults;
    this.#results.set(
      name,
      first === undefined
        ? { name, outcome: 'passed', found, expected, hint: '', faults }
        : {
            name,
            outcome: 'failed',
            found: first.found,
            expected: first.expected,
            hint: first.hint,
            faults,
          },
    );
  }
}
