import type { Entry, ReceivedFile, ReceivedFiles } from '../../archive/entry.ts';
import type { CheckLog, Outcome } from '../../attestation/check-log.ts';
import type { Kind, Received, Recomputed } from '../../attestation/kind.ts';
import { verify, verifyFiles } from '../../attestation/verify.ts';
import type { Verification, VerifyOptions } from '../../attestation/verify.ts';
import type { Digest } from '../../digest.ts';
import type { Data } from '../../document/data.ts';
import { timestampOf } from '../../document/time.ts';
import { quote } from '../../quote.ts';
import type { LogsClaim } from '../claim/logs-claim.ts';
import type { ClaimedRedaction } from '../claim/withheld-claim.ts';
import { EVIDENCE_STATEMENT } from '../dialect/evidence-type.ts';
import { compareOtherCopy } from '../dialect/other-copy.ts';
import { readEvidenceStatement, type ReceivedEvidence } from '../dialect/read-statement.ts';
import { otherSubject, unconfirmed, type ArtifactSubject } from '../dialect/subject.ts';
import { ATTESTATION, EVIDENCE_LAYOUT, MANIFEST_FILE, STATEMENT_FILE } from '../layout.ts';
import type { Facts } from '../validate/facts.ts';
import type { NamedDocument } from '../validate/validate.ts';
import type { ArtifactSource } from './artifact-source.ts';
import { readLogs, type SuppliedLogs } from './check-logs.ts';
import { checkManifest } from './check-manifest.ts';
import type { AtHand } from './check-own-recipe.ts';
import { checkPointer, type PointerFile } from './check-pointer.ts';
import { redactionFindings } from './check-redaction.ts';
import { checkSignedAfterRun } from './check-signed-after-run.ts';
import {
  CHECK_NAMES,
  LOGS_CHECK,
  OWN_RECIPE_CHECK,
  POINTER_CHECK,
  REVEALED_CHECK,
  type CheckName,
} from './checks.ts';
import { usesClaims, type ClaimRules } from './claim-rules.ts';
import { formatFindings } from './format-findings.ts';
import type { Passing } from './log-tap.ts';
import { OriginalTap } from './original-tap.ts';
import type { ReadBefore } from './read-before.ts';
import { recompute, type Beside as BesideFiles } from './recompute.ts';

/** What a verification found out about recipe evidence. */
export interface EvidenceFound {
  /** Of the manifest as it came, also where nothing in it could be believed. */
  readonly manifestReceived?: Digest | undefined;
  /** The bundle's identity, once the manifest was read. */
  readonly manifestDigest?: Digest;
  /** What is reported of the statement as it says it. */
  readonly claimed?: Pick<
    ReceivedEvidence,
    'aicrVersion' | 'aicrCommit' | 'validatorCatalogVersion'
  > & {
    readonly redaction: ClaimedRedaction | undefined;
    /** How many images of validators it claims. */
    readonly validatorImages: number;
    /** The logs beside the bundle; undefined if it names none. */
    readonly logs: (LogsClaim & { readonly supplied: boolean }) | undefined;
    readonly attestedAt: string;
    readonly predicateType: string;
    /** What the statement is about, if it is not the recipe. */
    readonly artifact: Pick<ArtifactSubject, 'name' | 'digest'> | undefined;
  };
  /** The predicate as it stands in the statement, once that was read. */
  readonly predicate?: Data;
  readonly facts: Facts;
  /** Whether the recipe of the evidence was compared with the caller's. */
  readonly recipeCompared: boolean;
  /** How many files that it only names were compared too. */
  readonly filesCompared?: number | undefined;
}

/** What `affidavit verify-evidence` found. */
export type VerificationReport = Verification<CheckName> &
  EvidenceFound & {
    /** Where it was fetched; undefined if the caller had it. */
    readonly source?: ArtifactSource;
  };

/**
 * With a recipe (`parseOwnRecipe`) or recipes (`ownRecipes`) of the caller's, that of the evidence must be the same, or
 * somebody has to decide.
 */
export interface VerifyEvidenceOptions extends VerifyOptions, AtHand, ClaimRules {
  /** The pointer that led to the evidence. It is compared with it, and nothing of it is believed. */
  readonly pointer?: PointerFile | undefined;
  /** The logs that redacted evidence has beside it, to compare with those that its statement names. */
  readonly logs?: SuppliedLogs | undefined;
  /** What `affidavit evidence reveal` wrote. Each value must be one that the evidence withholds. */
  readonly revealed?: NamedDocument | undefined;
  /** How far apart snapshot and phases may be, in milliseconds; by default 24 hours. */
  readonly maxRunSpan?: number | undefined;
  /** Is given the files that were received, once a statement about them could be read. Nothing in them was compared yet. */
  readonly received?: ((files: ReceivedFiles) => void) | undefined;
  /** All that is read of the bundle passes through it. */
  readonly passing?: Passing | undefined;
  /** For many bundles: what is equal in the last of them is read once. */
  readonly readBefore?: ReadBefore | undefined;
}

type EvidenceKind = Kind<CheckName, ReceivedEvidence, EvidenceFound>;

function nothingFound(files?: ReceivedFiles): EvidenceFound {
  const manifestReceived = files?.get(MANIFEST_FILE)?.digest;
  return { facts: {}, recipeCompared: false, manifestReceived };
}

type Beside = BesideFiles &
  Pick<VerifyEvidenceOptions, 'pointer' | 'received' | 'passing'> & {
    /** That the bundle was fetched from: what is signed for another one is refused. */
    readonly artifact?: Digest | undefined;
  };

/** All that a verification is told, with what has to be read of it. */
export type EvidenceRules = VerifyOptions & Beside;

/** With something of the caller's to compare with there are more checks. */
function evidenceKind(beside: Beside): EvidenceKind {
  const more: CheckName[] = [];
  if (beside.revealed !== undefined) more.push(REVEALED_CHECK);
  if (beside.pointer !== undefined) more.push(POINTER_CHECK);
  if ((beside.recipe ?? beside.recipes) !== undefined) more.push(OWN_RECIPE_CHECK);
  if (beside.logs !== undefined) more.push(LOGS_CHECK);
  return {
    layout: EVIDENCE_LAYOUT,
    checks: [...CHECK_NAMES, ...more],
    attestations: [
      {
        file: ATTESTATION,
        from: 'archive',
        copy: STATEMENT_FILE,
        statement: EVIDENCE_STATEMENT,
        checks: {
          signature: 'signature-is-valid',
          signer: 'signer-is-allowed',
          statement: 'statement-is-evidence',
        },
        read: (statement) => {
          const value = readEvidenceStatement(statement);
          return statementOutcome({ value, faults: otherSubject(value, beside.artifact) });
        },
        readOtherCopy: (signed, copy) => {
          const compared = compareOtherCopy(signed, copy);
          return compared && statementOutcome(compared);
        },
      },
    ],
    signatureChecks: ['signed-after-run'],
    nothingFound,
    nameOf: ({ facts }) => facts.recipe?.name,
    recompute: (log, received) => recomputeEvidence(log, received, beside),
  };
}

/**
 * Verifies one bundle in one pass over its entries. Reads no file, clock or network: everything that
 * decides the verdict is an argument. Whatever is wrong with the bundle is in the report. Only a bug is
 * thrown, or an error of the entries that is no EvidenceError: that never becomes a verdict.
 */
export async function verifyEvidence(
  entries: AsyncIterable<Entry>,
  options: VerifyEvidenceOptions,
): Promise<VerificationReport> {
  return await verifyEntries(entries, await rulesOf(options));
}

/** Reads the logs, which can be read once. */
export async function rulesOf(options: VerifyEvidenceOptions): Promise<EvidenceRules> {
  return { ...options, logs: options.logs && (await readLogs(options.logs)) };
}

export async function verifyEntries(
  entries: AsyncIterable<Entry>,
  rules: EvidenceRules,
): Promise<VerificationReport> {
  const tap = new OriginalTap();
  const all = { ...rules, originals: tap.mapped };
  const passed = rules.passing?.(entries) ?? entries;
  return await verify(evidenceKind(all), tap.through(passed), all);
}

/** The same line for files that are in memory already. */
export function verifyEvidenceFiles(
  files: readonly ReceivedFile[],
  rules: EvidenceRules,
): VerificationReport {
  return verifyFiles(evidenceKind(rules), files, rules);
}

function statementOutcome({
  value,
  faults,
}: Pick<Outcome<ReceivedEvidence>, 'value' | 'faults'>): Outcome<ReceivedEvidence> {
  const { type, recipe } = value;
  return {
    value,
    found: `recipe evidence ${type.version} for ${quote(recipe.name)}, ${recipe.digest.slice(0, 12)}`,
    expected: 'an in-toto statement v1 about one recipe, with every field',
    faults,
  };
}

function recomputeEvidence(
  log: CheckLog<CheckName>,
  { files, opened: [{ signature, statement: predicate }] }: Received<ReceivedEvidence>,
  beside: Beside,
): Recomputed<EvidenceFound> {
  beside.received?.(files);
  checkSignedAfterRun(log, signature, predicate);
  const claimed = claimedOf(predicate, beside.logs !== undefined);
  const said = [
    ...predicate.findings,
    ...unconfirmed(predicate, beside.artifact),
    ...checkPointer(log, signature, predicate, beside.pointer),
  ];
  const manifest = checkManifest(log, files, predicate);
  if (manifest === undefined) {
    return {
      found: { ...nothingFound(files), claimed, predicate: predicate.predicate },
      findings: said,
    };
  }
  const signedAt = signature.state === 'verified' ? signature.proof.signedAt : undefined;
  const judgement = recompute(log, { files, predicate, signedAt }, beside);
  const { facts, findings, recipeCompared, filesCompared } = judgement;
  return {
    found: {
      ...nothingFound(files),
      ...{ manifestDigest: manifest.digest, claimed, facts, recipeCompared, filesCompared },
      predicate: predicate.predicate,
    },
    findings: [
      ...said,
      ...formatFindings(manifest.manifest, predicate),
      ...redactionFindings(predicate),
      ...findings,
    ],
    weakened: weakenedBy(judgement, beside),
  };
}

/** The flags without which this would not count. */
function weakenedBy(judgement: ReturnType<typeof recompute>, beside: Beside): readonly string[] {
  const isLong = judgement.findings.some(({ code }) => code === 'RUN_SPAN_ALLOWED');
  return [
    ...(usesClaims(judgement, beside) ? ['--accept-claimed'] : []),
    ...(isLong ? ['--max-run-span'] : []),
  ];
}

function claimedOf(
  predicate: ReceivedEvidence,
  supplied: boolean,
): NonNullable<EvidenceFound['claimed']> {
  const { aicrVersion, aicrCommit, validatorCatalogVersion, affidavit } = predicate;
  const validatorImages = predicate.validatorImages.length;
  const claims = { aicrVersion, aicrCommit, validatorCatalogVersion, validatorImages };
  const { artifact, redaction } = predicate;
  return {
    attestedAt: timestampOf(predicate.attestedAt),
    predicateType: predicate.type.predicateType,
    ...claims,
    redaction: redaction && { ...redaction, withheld: affidavit?.redaction?.withheld },
    logs: affidavit?.logs && { ...affidavit.logs, supplied },
    artifact: artifact && { name: artifact.name, digest: artifact.digest },
  };
}
