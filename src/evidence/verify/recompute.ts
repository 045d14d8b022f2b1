import type { ReceivedFiles } from '../../archive/entry.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_TEST_CHARACTERS } from '../../limits.ts';
import { shorten } from '../../quote.ts';
import type { ReceivedEvidence } from '../dialect/read-statement.ts';
import { locateInBundle } from '../layout.ts';
import type { Phase, PhaseTest } from '../phase/phase.ts';
import type { RecipeOfBytes } from '../recipe/recipe.ts';
import type { SnapshotKeep } from '../redact/policy.ts';
import { minimalReport } from '../redact/redact.ts';
import { keepOf, ownerOf } from '../redact/withholding.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Claims } from '../validate/claimed.ts';
import { judge, type JudgedResults, type JudgeOptions, type Judgement } from '../validate/judge.ts';
import type { NamedDocument } from '../validate/validate.ts';
import { checkBom, checkCluster, checkRecipe } from './check-claims.ts';
import { checkLogs, type ReadLogs } from './check-logs.ts';
import { checkOwnRecipe, type AtHand } from './check-own-recipe.ts';
import { checkPhases } from './check-phases.ts';
import { checkRedaction } from './check-redaction.ts';
import { checkRevealed, type Shown } from './check-revealed.ts';
import { checkRun } from './check-run.ts';
import type { EvidenceLog } from './checks.ts';
import { claimedImages, type ClaimRules } from './claim-rules.ts';
import { NOTHING_COMPARED, compareOriginals, originalFindings } from './compare-originals.ts';
import type { MappedOriginals } from './original-tap.ts';
import type { ReadBefore } from './read-before.ts';
import {
  readBundleBom,
  readBundleRecipe,
  readBundleReports,
  readBundleSnapshot,
  valueOf,
  type BundleReports,
  type KnownSnapshot,
} from './read-parts.ts';
import { receivedClaims } from './received-claims.ts';

/** What is judged. */
interface Recomputation {
  readonly files: ReceivedFiles;
  readonly predicate: ReceivedEvidence;
  /** The proven time of signing; undefined if there is none. */
  readonly signedAt?: Date | undefined;
}

/** What the caller has beside it, and what he asks for. */
export interface Beside extends AtHand, ClaimRules, Pick<JudgeOptions, 'maxRunSpan'> {
  /** The logs of redacted evidence. */
  readonly logs?: ReadLogs | undefined;
  readonly known?: KnownSnapshot | undefined;
  /** Of bundles that were verified before this one. */
  readonly readBefore?: ReadBefore | undefined;
  /** What is made of the originals in the bundle. */
  readonly originals?: MappedOriginals | undefined;
  /** Values that the evidence withholds, as the caller was given them. */
  readonly revealed?: NamedDocument | undefined;
}

interface Recomputed extends Judgement {
  readonly recipeCompared: boolean;
  readonly filesCompared?: number | undefined;
}

/**
 * Computes again what can be computed from the files, and compares each claim of the predicate with it.
 * A check that needs a document that cannot be read is not reached.
 */
export function recompute(
  log: EvidenceLog,
  { files, predicate, signedAt }: Recomputation,
  { logs, known, readBefore, originals, revealed, maxRunSpan, ...rules }: Beside = {},
): Recomputed {
  const recipe = readBundleRecipe(files, predicate.type.digestRules, readBefore);
  const snapshot = readBundleSnapshot(files, known);
  const bom = readBundleBom(files, readBefore);
  const parts = { recipe: valueOf(recipe), snapshot: valueOf(snapshot), bom: valueOf(bom) };
  const { keep, ours } = keptOf(predicate, parts.recipe);
  const reports = readBundleReports(files, ours);
  const shown = checkRevealed(log, { files, predicate, keep, ...parts }, revealed);
  const claims = claimsOf(receivedClaims(predicate, keep), shown, parts.snapshot);
  const results = resultsOf(reports, predicate, shown);
  const bases = { now: predicate.attestedAt, signedAt, locate: locateInBundle };
  const judgement = judge(
    { ...parts, results, snapshot: shown?.snapshot ?? parts.snapshot },
    { ...bases, maxRunSpan, claims },
  );
  const { cluster, phases, run } = judgement;
  if ('error' in recipe) log.fail('recipe-matches-digest', recipe.error);
  else {
    checkRecipe(log, recipe.value, predicate);
    checkRedaction(log, predicate, { files, keep, reports, snapshot: parts.snapshot });
    // Without the recipe nothing says what cluster and phases must be.
    if ('error' in snapshot) log.fail('fingerprint-matches-snapshot', snapshot.error);
  }
  if (cluster !== undefined) checkCluster(log, cluster, predicate, rules);
  const compared = comparedOriginals({ files, predicate, reports, keep }, { originals, logs });
  if (phases !== undefined) {
    checkPhases(log, reports, phases, { predicate, rules, originals: compared.inside });
  }
  if ('error' in bom) log.fail('bom-matches-claims', bom.error);
  else checkBom(log, bom.value, predicate, claimedImages(judgement, rules, predicate));
  if (run !== undefined) checkRun(log, reports, run);
  checkLogs(log, files, predicate, compared.supplied);
  const own = checkOwnRecipe(log, parts.recipe, predicate, rules);
  const findings = [...judgement.findings, ...compared.findings, ...own.findings];
  return { ...judgement, ...own, findings };
}

interface MadeReports extends Pick<Recomputation, 'files' | 'predicate'> {
  readonly reports: BundleReports;
  readonly keep: SnapshotKeep | undefined;
}

interface ComparedOriginals extends Pick<Judgement, 'findings'> {
  /** Those in the bundle. */
  readonly inside: ReturnType<typeof compareOriginals>;
  readonly supplied: Parameters<typeof checkLogs>[3];
}

/** Of another producer such files may be something else. */
function comparedOriginals(
  { files, predicate, reports: { reports }, keep }: MadeReports,
  { originals = new Map(), logs }: Pick<Beside, 'originals' | 'logs'>,
): ComparedOriginals {
  if (predicate.affidavit === undefined) {
    return { inside: NOTHING_COMPARED, supplied: logs && { logs, originals: [] }, findings: [] };
  }
  const whole = { files, mapped: originals, at: (path: string) => path, packed: asItIs };
  const inside = compareOriginals(whole, files, reports);
  const beside = logs && {
    files: logs.files instanceof EvidenceError ? new Map<string, never>() : logs.files,
    mapped: logs.originals,
    at: (path: string) => `${logs.file}: ${path}`,
    packed: (file: string, bytes: Uint8Array) =>
      keep ? minimalReport({ file, bytes }, keep) : bytes,
  };
  const compared = beside ? compareOriginals(beside, files, reports) : NOTHING_COMPARED;
  return {
    inside,
    supplied: logs && { logs, originals: compared.faults },
    findings: originalFindings(reports, [inside.phases, compared.phases]),
  };
}

function asItIs(_: string, report: Uint8Array): Uint8Array {
  return report;
}

/** What the policy of the evidence keeps of a snapshot, if it is known, and if it is our own. */
type Kept = Readonly<Record<'keep' | 'ours', SnapshotKeep | undefined>>;

/** Worked out once: for a large recipe it is much. */
function keptOf({ redaction }: ReceivedEvidence, read: RecipeOfBytes | undefined): Kept {
  const keep = redaction && read && keepOf(redaction, read.recipe);
  return { keep, ours: redaction && ownerOf(redaction) === 'ours' ? keep : undefined };
}

/** Tests with the messages that are revealed; of the others it is said that they are withheld. */
function resultsOf(
  { reports, faults }: BundleReports,
  { redaction }: ReceivedEvidence,
  shown: Shown | undefined,
): JudgedResults {
  const rest = { findings: [], isWhole: faults.length === 0 };
  if (redaction === undefined) return { reports, ...rest };
  const change = (phase: Phase, test: PhaseTest, index: number): PhaseTest => {
    if (test.message !== undefined) return test;
    const text = shown?.texts.get(`${locateInBundle(phase, index)}/message`);
    return text === undefined
      ? { ...test, isRedacted: true }
      : { ...test, message: shorten(text, MAX_TEST_CHARACTERS) };
  };
  const said = [...reports].map(([phase, report]) => {
    const tests = report.tests.map((test, index) => change(phase, test, index));
    return [phase, { ...report, tests }] as const;
  });
  return { reports: new Map(said), ...rest };
}

/** What is revealed whole is no claim any more. */
function claimsOf(
  claims: Claims | undefined,
  shown: Shown | undefined,
  redacted: Snapshot | undefined,
): Claims | undefined {
  if (claims === undefined || shown === undefined) return claims;
  const { keep, partial, hasImages } = shown;
  return { ...claims, keep, partial, hasImages, redacted };
}
