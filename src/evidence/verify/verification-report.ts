import type { CheckResult } from '../../attestation/check.ts';
import type { Verdict } from '../../attestation/verdict.ts';
import type { Finding } from '../../errors/fault.ts';
import type { Tool } from '../../tool.ts';
import type { Proof, TrustedRootInfo } from '../../trust/trust.ts';
import type { Facts } from '../facts.ts';

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
    | { readonly state: 'verified'; readonly proof: Proof };
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
