import type { BomSummary } from '../../bom/bom.ts';
import type { Digest } from '../../digest.ts';
import type { ConstraintResult } from '../constraint/evaluate.ts';
import type { PhaseResult } from '../phase/phase.ts';
import type { Fingerprint } from '../snapshot/fingerprint.ts';
import type { CriteriaMatch } from '../snapshot/match.ts';

/**
 * What recipe, snapshot and results show. Each part is computed from the files themselves, never
 * taken from a claim; it is absent if its files could not be read.
 */
export interface Facts {
  readonly recipe?: {
    readonly name: string;
    /** By AICR's rules of version 3. */
    readonly digest: Digest;
    /** "" if the recipe has none. */
    readonly apiVersion: string;
  };
  readonly fingerprint?: Fingerprint;
  readonly match?: CriteriaMatch;
  /** In the recipe's order: its own, then those of `validation.readiness`. */
  readonly constraints?: readonly ConstraintResult[];
  /** `validation.<phase>.constraints`: the validators' own, shown and not evaluated. */
  readonly phaseConstraints?: readonly {
    readonly phase: string;
    readonly name: string;
    readonly expected: string;
  }[];
  /** All three phases, in order. */
  readonly phases?: readonly PhaseResult[];
  readonly bom?: BomSummary;
}
