import { EvidenceError, faultOf, type Fault } from '../errors/evidence-error.ts';

export type CheckOutcome = 'passed' | 'failed' | 'skipped' | 'not-reached';

/** @typeParam Name the names of one kind's checks */
export interface CheckResult<Name extends string = string> {
  readonly name: Name;
  readonly outcome: CheckOutcome;
  /** What was found and what was expected. A failed check has them from its first fault. */
  readonly found: string;
  readonly expected: string;
  /** What to do next; "" if there is nothing to do. */
  readonly hint: string;
  /** Empty unless the check failed or was skipped. */
  readonly faults: readonly Fault[];
}

/**
 * What the body of a check reports. A check without faults has passed, so it must say that it has none.
 */
export interface Comparison {
  readonly found: string;
  readonly expected: string;
  readonly faults: readonly Fault[];
}

/** The same with what the check read. */
export interface Outcome<T> extends Comparison {
  readonly value: T;
}

/** Runs the checks of one kind and keeps what each found. A bug is thrown on: it is never a verdict. */
export class CheckLog<Name extends string> {
  readonly #names: readonly Name[];
  readonly #results = new Map<Name, CheckResult<Name>>();

  /** @param names every check, in the order of the report */
  constructor(names: readonly Name[]) {
    this.#names = names;
  }

  /** A check on which everything after it depends. Undefined if it failed: then nothing follows. */
  require<T>(name: Name, body: () => Outcome<T>): T | undefined {
    const outcome = this.#judge(name, body);
    return this.#results.get(name)?.outcome === 'passed' ? outcome?.value : undefined;
  }

  /** An independent check: its failure is kept, and the next checks follow. */
  note(name: Name, body: () => Comparison): void {
    this.#judge(name, body);
  }

  /** `require` for what has to be awaited. */
  async requireAsync<T>(name: Name, body: () => Promise<Outcome<T>>): Promise<T | undefined> {
    const settled = await body().then(
      (outcome) => (): Outcome<T> => outcome,
      (error: unknown) => (): never => {
        throw error;
      },
    );
    return this.require(name, settled);
  }

  /** A check that could not be made, with the reason as a fault. */
  skip(name: Name, fault: Fault): void {
    this.#set(openResult(name, 'skipped', [fault], fault));
  }

  /** A check whose subject could not be read. */
  fail(name: Name, error: EvidenceError): void {
    this.#keep(name, { found: '', expected: '', faults: [faultOf(error)] });
  }

  /** Every check, in order; those that nobody made are `not-reached`. */
  results(): readonly CheckResult<Name>[] {
    return this.#names.map(
      (name) =>
        this.#results.get(name) ?? {
          name,
          outcome: 'not-reached',
          found: 'not checked',
          expected: 'the checks before it to pass',
          hint: 'fix what failed above and verify again',
          faults: [],
        },
    );
  }

  #judge<T extends Comparison>(name: Name, body: () => T): T | undefined {
    try {
      const outcome = body();
      this.#keep(name, outcome);
      return outcome;
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      this.fail(name, error);
      return undefined;
    }
  }

  #keep(name: Name, { found, expected, faults }: Comparison): void {
    const [first] = faults;
    this.#set(
      first === undefined
        ? { name, outcome: 'passed', found, expected, hint: '', faults }
        : openResult(name, 'failed', faults, first),
    );
  }

  /**
   * Each check once, and only the kind's. A fault would be lost if a check were made twice or not
   * reported.
   */
  #set(result: CheckResult<Name>): void {
    const { name } = result;
    if (!this.#names.includes(name)) throw new TypeError(`${name} is no check of this kind`);
    if (this.#results.has(name)) throw new TypeError(`${name} was made twice`);
    this.#results.set(name, result);
  }
}

function openResult<Name extends string>(
  name: Name,
  outcome: 'failed' | 'skipped',
  faults: readonly Fault[],
  { found, expected, hint }: Fault,
): CheckResult<Name> {
  return { name, outcome, found, expected, hint, faults };
}
