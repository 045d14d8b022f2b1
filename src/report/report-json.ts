// The reports as programs read them, and all that a rendering knows: schemas/report.schema.json and
// schemas/validation-report.schema.json, which say what each field means.
import type { CheckResult } from '../attestation/check-log.ts';
import type { Ending, Verdict } from '../attestation/verdict.ts';
import type { BomSummary } from '../bom/bom.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import type { Fault } from '../errors/evidence-error.ts';
import type { ConstraintResult } from '../evidence/constraint/evaluate.ts';
import type { Figure, PhaseConstraint } from '../evidence/figure/figure.ts';
import type { PhaseResult, PhaseTest } from '../evidence/phase/phase.ts';
import type { Fingerprint } from '../evidence/snapshot/fingerprint.ts';
import type { CriteriaMatch, DimensionMatch } from '../evidence/snapshot/match.ts';
import type { Fate, JudgedAttestation } from '../evidence/verify/artifact-source.ts';
import type { CheckName } from '../evidence/verify/checks.ts';
import type { SCHEMA_VERSION } from '../media-types.ts';
import type { SignerName, Tier } from '../policy/policy-signer.ts';
import type { Tool } from '../tool.ts';
import type { CertificateClaims, Identity } from '../trust/trust.ts';

/** In every report: what a signature does not prove. */
export const SANDBOX_WARNING =
  'Anyone can start a sandbox and sign in any name: for trials only, never as evidence.';

export const LIMIT_OF_TRUST =
  'A signature binds these files to an identity. It does not prove that the hardware exists.';

export type ReportJson = VerificationJson | ValidationJson;

/** What is there in place of a report if the command failed. */
export interface ErrorJson {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly exitCode: number;
  readonly error: FaultJson;
  /** Of which of many. */
  readonly source?: string;
}

/** What somebody stored: nothing in it is believed. `parseStoredReport` makes it. */
export interface StoredReport {
  readonly stored: ReportJson | ErrorJson;
}

/** What can be shown. */
export type Shown = ReportJson | BatchJson | StoredReport | { readonly stored: BatchJson };

export interface VerificationJson extends FactsJson {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: Tool;
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly checks: readonly CheckJson[];
  readonly signer?: SignerJson | undefined;
  readonly signature: SignatureJson;
  readonly pinned: boolean;
  readonly policy?: PolicyJson | undefined;
  readonly clock?: string | undefined;
  readonly recipeCompared: boolean;
  readonly filesCompared?: number | undefined;
  readonly sandbox: boolean;
  readonly selfCheck: boolean;
  readonly weakened: readonly string[];
  readonly network: 'none';
  readonly root: RootJson;
  readonly bundle?: { readonly manifestDigest: string } | undefined;
  readonly claimed?: ClaimedJson | undefined;
  readonly findings: readonly FaultJson[];
  readonly limitOfTrust: string;
  readonly source?: string | SourceJson | undefined;
  readonly repeat?: readonly string[] | undefined;
}

export interface ValidationJson extends FactsJson {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: Tool;
  readonly outcome: 'passed' | 'failed' | 'undecided';
  readonly sandbox: boolean;
  readonly selfCheck: true;
  readonly exitCode: number;
  readonly faults: readonly FaultJson[];
  readonly findings: readonly FaultJson[];
  readonly evidence?:
    | {
        readonly path: string;
        readonly manifestDigest: string;
        readonly signer?: SignerJson | undefined;
        readonly sandbox: boolean;
      }
    | undefined;
  readonly limitOfTrust: string;
  readonly repeat?: readonly string[] | undefined;
}

/** Many verifications, without their reports: schemas/batch-report.schema.json. */
export interface BatchJson {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: Tool;
  readonly summary: SummaryJson;
  readonly exitCode: number;
  readonly repeat?: readonly string[] | undefined;
}

/** What became of an input: a verdict, or there is none. */
export type Outcome = Ending;

/** What a list says of one input. */
export interface ListedRow {
  readonly path: string;
  readonly outcome: Outcome;
  readonly codes: readonly ErrorCode[];
  readonly recipe?: string | undefined;
  /** In one line. */
  readonly cluster?: string | undefined;
  readonly signer?: string | undefined;
  /** What the signature proves, not what somebody says. */
  readonly signedAt?: string | undefined;
  readonly proven: boolean;
  readonly unsigned: boolean;
  readonly sandbox: boolean;
  readonly weakened: readonly string[];
}

/** By which rules was judged, but for root and policy: flags and their values, of a file its digest. */
export type RulesJson = Readonly<Record<string, string | true | readonly string[]>>;

export type CountsJson = Readonly<Partial<Record<Outcome, number>>>;

export interface SummaryJson {
  readonly bundles: number;
  readonly outcomes: CountsJson;
  /** Of those that are verified: what takes the weight from them, of each the first. */
  readonly unproven: UnprovenJson;
  /** Each once; `bundles` have it. */
  readonly problems: readonly CodeJson[];
  readonly recipes: readonly GroupJson[];
  readonly signers: readonly GroupJson[];
  readonly notVerified: readonly RowJson[];
  /** How many more are not verified. */
  readonly notListed: number;
  readonly unsigned: number;
  readonly sandbox: boolean;
  readonly weakened: readonly string[];
  readonly root?: RootJson | undefined;
  readonly policy?: Pick<PolicyJson, 'source' | 'digest'> | undefined;
  /** Undefined in a report of an older version. */
  readonly rules?: RulesJson | undefined;
  /** All that there was to judge, of which a shard is a part. */
  readonly inputs: { readonly count: number; readonly digest: string };
  readonly passedOver?: { readonly count: number; readonly paths: readonly string[] } | undefined;
  readonly shard?: { readonly index: number; readonly count: number } | undefined;
  readonly stopped?: 'interrupted' | 'first-failure' | undefined;
  /** How many stored reports it was made of: nothing was verified then. */
  readonly mergedFrom?: number | undefined;
}

export type UnprovenJson = Readonly<Partial<Record<'unsigned' | 'sandbox' | 'weakened', number>>>;

export interface CodeJson {
  readonly code: ErrorCode;
  readonly bundles: number;
  /** What to do, as all of them say; or where to read it. */
  readonly next: string;
}

/** Those of one recipe or one signer; the last may be of all others, without a name. */
export interface GroupJson {
  readonly name?: string | undefined;
  readonly outcomes: CountsJson;
  /** As of the whole; undefined if there are none, and in a report of an older version. */
  readonly unproven?: UnprovenJson | undefined;
}

/** Copies with one end. */
export interface RowJson {
  readonly outcome: Outcome;
  readonly codes: readonly FaultJson['code'][];
  readonly recipe?: string | undefined;
  readonly signer?: string | undefined;
  readonly manifestDigest?: string | undefined;
  readonly copies: number;
  readonly paths: readonly string[];
}

export interface FaultJson extends Omit<Fault, 'at'> {
  readonly at: string | null;
}

export interface CheckJson extends Omit<CheckResult<CheckName>, 'faults'> {
  readonly faults: readonly FaultJson[];
}

export type IdentityJson = Extract<SignerName, { readonly identity: string }>;

export type SignerJson = IdentityJson | { readonly publicKey: string };

export type SignatureJson =
  | { readonly state: 'absent' | 'not-verified' }
  | {
      readonly state: 'verified';
      readonly certificate?: CertificateClaims & { readonly type: Identity['type'] };
      readonly source?: string;
      readonly signedAt: string;
      readonly times: readonly { readonly source: string; readonly at: string }[];
      readonly logEntries: readonly { readonly log: string; readonly index: string }[];
      readonly oneJudge?: string | undefined;
    };

export interface PolicyJson {
  readonly source: string;
  readonly digest: string;
  readonly entry?: PolicyEntryJson | undefined;
}

export type PolicyEntryJson = SignerName & {
  readonly at?: string | undefined;
  readonly tier?: Tier | undefined;
  readonly label?: string | undefined;
  readonly recipes?: readonly string[] | undefined;
};

/** How old something is: by what is in it, and by whom fetched it. */
export interface AgeJson {
  readonly newest?: string | undefined;
  readonly updatedAt?: string;
  readonly ageDays?: number;
}

export interface RootJson extends AgeJson {
  readonly source: string;
  readonly digest: string;
  readonly sandbox: boolean;
}

export interface ClaimedJson {
  readonly attestedAt: string;
  readonly predicateType: string;
  readonly aicrVersion: string;
  readonly aicrCommit?: string | undefined;
  readonly validatorCatalogVersion: string;
  readonly validatorImages: number;
  readonly redaction: string | null;
  readonly redactionVersion?: string | undefined;
  readonly artifact?: { readonly name: string; readonly digest: string } | undefined;
  readonly logs?:
    | { readonly digest: string; readonly fileCount: number; readonly supplied: boolean }
    | undefined;
}

export interface SourceJson {
  readonly registry: string;
  readonly digest: string;
  readonly attestation?: string | undefined;
  readonly requests: number;
  readonly referrers: readonly ReferrerJson[];
}

export interface ReferrerJson {
  readonly registry: string;
  readonly digest?: string | undefined;
  readonly fate: Fate;
  readonly subject?: JudgedAttestation['subject'];
  readonly signer?: SignerJson | undefined;
  readonly signedAt?: string | undefined;
  readonly fault?: FaultJson | undefined;
}

/** What a report has of `Facts`. */
export interface FactsJson {
  readonly recipe?:
    | {
        readonly name: string;
        readonly digest: string;
        readonly apiVersion: string;
        readonly profile?: string | undefined;
      }
    | undefined;
  readonly fingerprint?: FingerprintJson | undefined;
  readonly match?: MatchJson | undefined;
  readonly constraints?: readonly ConstraintJson[] | undefined;
  readonly phaseConstraints?: readonly PhaseConstraintJson[] | undefined;
  readonly phases?: readonly PhaseJson[] | undefined;
  readonly bom?: BomSummary | undefined;
  readonly onlyClaimed?: readonly string[] | undefined;
}

export type FingerprintJson = Fingerprint;

export type MatchJson = CriteriaMatch;

export type DimensionJson = DimensionMatch;

export interface ConstraintJson extends Pick<ConstraintResult, 'name' | 'expected' | 'outcome'> {
  readonly actual: string | null;
  readonly reason: string | null;
  readonly severity: string | null;
  readonly remediation: string | null;
}

export interface PhaseConstraintJson extends Omit<PhaseConstraint, 'figure'> {
  readonly figure: Figure | null;
}

export interface PhaseJson extends Omit<PhaseResult, 'checks' | 'tests'> {
  readonly tests: readonly TestJson[];
}

export interface TestJson extends Pick<PhaseTest, 'name' | 'status' | 'flaky'> {
  readonly message: string | null;
  readonly declared: boolean;
  readonly image?: string | undefined;
}
