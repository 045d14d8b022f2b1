import type { CheckResult } from '../attestation/check.ts';
import type { Verdict } from '../attestation/verdict.ts';
import type { BomSummary } from '../bom/bom.ts';
import type { Fault, Finding } from '../errors/fault.ts';
import type { ConstraintResult } from '../evidence/constraint/evaluate.ts';
import type { PhaseResult } from '../evidence/phase/phase.ts';
import type { Fingerprint } from '../evidence/snapshot/fingerprint.ts';
import type { CriteriaMatch } from '../evidence/snapshot/match.ts';
import type { Identity } from '../policy/policy.ts';
import type { Tool } from '../tool.ts';
import type { SignedPayload, TrustedRootInfo } from '../trust/trust.ts';

/**
 * What recipe, snapshot and results show. Each part is computed from the files themselves, never
 * taken from a claim; it is absent if its files could not be read.
 */
export interface Facts {
  readonly recipe?: {
    readonly name: string;
    /** Bare hexadecimal digits, AICR's version 3 rule. */
    readonly digest: string;
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

/** What `affidavit validate` found. */
export interface ValidationReport {
  readonly tool: Tool;
  readonly facts: Facts;
  /** What is not green, each of class `failed`. Empty: everything is green. */
  readonly faults: readonly Fault[];
  readonly findings: readonly Finding[];
  /** What was written, if evidence was asked for. */
  readonly evidence?: {
    readonly path: string;
    readonly manifestDigest: string;
    readonly signer: Identity | undefined;
    readonly sandbox: boolean;
  };
}

/** What `affidavit verify-evidence` found. */
export interface VerificationReport {
  readonly tool: Tool;
  readonly verdict: Verdict;
  /** Every check, in order, also those that were not reached. */
  readonly checks: readonly CheckResult[];
  /** The root that was used. */
  readonly root: TrustedRootInfo;
  readonly signature:
    | { readonly state: 'absent' }
    | { readonly state: 'not-verified' }
    | { readonly state: 'verified'; readonly proof: SignedPayload };
  /** Whether the caller said which signer is expected. */
  readonly pinned: boolean;
  /** Safety that the caller gave up, by flag: `--allow-unsigned`. */
  readonly weakened: readonly string[];
  /** The bundle's identity, once the manifest was read. */
  readonly manifestDigest?: string;
  /** What the statement says and no file of the bundle can show. */
  readonly claimed?: {
    readonly attestedAt: string;
    readonly aicrVersion: string;
    readonly validatorCatalogVersion: string;
    /** How many validator images it names. */
    readonly validatorImages: number;
    /** The redaction that the producer says it applied. */
    readonly redaction: string | undefined;
  };
  readonly facts: Facts;
  readonly findings: readonly Finding[];
}

/** Printed in every report: what a signature does not prove. */
export const LIMIT_OF_TRUST =
  'A signature binds these files to an identity. It does not prove that the hardware exists.';
