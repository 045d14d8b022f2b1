import type { BomSummary } from '../../bom/bom.ts';
import type { Digest } from '../../digest.ts';
import type { Fault, Finding } from '../../errors/evidence-error.ts';
import type { Tool } from '../../tool.ts';
import type { ProvenSigner } from '../../trust/trust.ts';
import type { ConstraintResult } from '../constraint/evaluate.ts';
import type { PhaseConstraint } from '../figure/figure.ts';
import type { PhaseResult } from '../phase/phase.ts';
import type { Fingerprint } from '../snapshot/fingerprint.ts';
import type { CriteriaMatch } from '../snapshot/match.ts';

/**
 * What recipe, snapshot and results show. Each part is computed from the files themselves, but for what
 * `onlyClaimed` names; it is absent if its files could not be read.
 */
export interface Facts {
  readonly recipe?: {
    readonly name: string;
    /** By AICR's rules of the evidence's version; of version 3 if there is none. */
    readonly digest: Digest;
    /** "" if the recipe has none. */
    readonly apiVersion: string;
    /** `name=value`; undefined if it was resolved without a profile. */
    readonly profile?: string | undefined;
  };
  readonly fingerprint?: Fingerprint;
  readonly match?: CriteriaMatch;
  /** In the recipe's order: its own, then those of `validation.readiness`. */
  readonly constraints?: readonly ConstraintResult[];
  /** `validation.<phase>.constraints`, each with the figure that answers it. */
  readonly phaseConstraints?: readonly PhaseConstraint[];
  /** All three phases, in order. */
  readonly phases?: readonly PhaseResult[];
  readonly bom?: BomSummary;
  /** The end of the last phase, as its report says it. */
  readonly lastStop?: Date;
  /** What is only claimed, because the redaction withholds what would show it: the claim itself is published; absent if nothing is. */
  readonly onlyClaimed?: readonly string[];
}

/** What `affidavit validate` found. */
export interface ValidationReport {
  readonly tool: Tool;
  /** The exit code: 0 if everything is green, 1 if not, 4 if a person has to judge the run. docs/cli.md */
  readonly exitCode: number;
  readonly facts: Facts;
  /** What is not green, each of class `failed` or, of the run, `undecided`. Empty: everything is green. */
  readonly faults: readonly Fault[];
  readonly findings: readonly Finding[];
  /** What was written, if evidence was asked for. */
  readonly evidence?: {
    readonly path: string;
    readonly manifestDigest: string;
    readonly signer: ProvenSigner | undefined;
    readonly sandbox: boolean;
  };
}
