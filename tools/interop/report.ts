// What the run asserts: counted, printed, and made into rows of the page.
import { VERIFIERS, type Verdicts, type Verifier } from './verifiers.ts';

/** A table of the page. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export class Report {
  passed = 0;
  failed = 0;

  /** One thing that must hold, with what is printed if it does not. */
  assert(what: string, holds: boolean, found = ''): void {
    if (holds) this.passed += 1;
    else this.failed += 1;
    console.log(`${holds ? 'ok    ' : 'FAILED'} ${what}`);
    if (!holds && found !== '') console.log(found.replaceAll(/^/gm, '       '));
  }

  /** Each of these verifiers must accept it, or refuse it. */
  assertVerdicts(
    what: string,
    verdicts: Verdicts,
    expected: Partial<Record<Verifier, boolean>>,
  ): void {
    for (const verifier of VERIFIERS) {
      const { accepts, reason } = verdicts[verifier];
      const wanted = expected[verifier];
      if (wanted === undefined) continue;
      const verb = wanted ? 'accepts' : 'refuses';
      this.assert(`${what}: ${verifier} ${verb}`, accepts === wanted, reason.slice(-2000));
    }
  }
}

export function word(accepts: boolean): string {
  return accepts ? 'accepts' : 'refuses';
}
