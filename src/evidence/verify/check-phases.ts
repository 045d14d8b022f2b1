import type { Json } from '../../document/data.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import { imageList, validatorImages } from '../bom/validator-images.ts';
import { CLAIM_RULES, claimFaults } from '../claim/compare-claim.ts';
import { phaseDetailsClaim, phasesClaim, type ReceivedPredicate } from '../claim/predicate.ts';
import { measuredClaim, notRunClaim, validatorsClaim } from '../claim/run-claims.ts';
import { aicrVersionOf } from '../phase/ctrf.ts';
import type { PhaseResult } from '../phase/phase.ts';
import type { JudgedPhases } from '../validate/judge.ts';
import type { EvidenceLog } from './checks.ts';
import { claimedFigures, type ClaimRules } from './claim-rules.ts';
import type { compareOriginals } from './compare-originals.ts';
import type { BundleReports } from './read-parts.ts';

interface PhaseClaims {
  readonly predicate: ReceivedPredicate;
  readonly rules: ClaimRules;
  /** Those in the bundle, compared. */
  readonly originals: ReturnType<typeof compareOriginals>;
}

/** The CTRF reports, recounted and judged by the recipe, compared with the predicate. */
export function checkPhases(
  log: EvidenceLog,
  reports: BundleReports,
  phases: JudgedPhases,
  { predicate, rules, originals }: PhaseClaims,
): void {
  log.note('phases-match-results', () => ({
    found: `${reports.reports.size} phases, recounted${againFrom(originals.phases.size)}`,
    expected: 'the counts, CTRF digests, figures, validators and aicr version in the statement',
    faults: [
      ...reports.faults,
      ...reports.strays,
      ...originals.faults,
      ...claimedVersion(predicate, reports),
      ...claimedPhases(predicate, phases.results, reports),
      ...claimedRun(predicate, phases, reports),
    ],
  }));
  // If a report cannot be read, its phase is not judged: it is not red.
  if (reports.faults.length > 0) return;
  log.note('phases-are-green', () => ({
    found: phases.results.map(({ phase, state }) => `${phase} ${state}`).join(', '),
    expected:
      'every phase that the recipe names green, every figure as it demands, and at least one test passed',
    faults: [...phases.faults, ...claimedFigures(phases, rules)],
  }));
}

function againFrom(count: number): string {
  return count === 0 ? '' : `, ${count} made again from the original`;
}

/** In our evidence it is the version of the aicr that made the reports. Another tool writes its own. */
function claimedVersion(
  { at, aicrVersion, affidavit }: ReceivedPredicate,
  { reports }: BundleReports,
): readonly Fault[] {
  const computed = aicrVersionOf(reports);
  if (affidavit === undefined || affidavit.newer || aicrVersion === computed) return [];
  const hint = 'do not trust this evidence: what it claims is not what its files show';
  const found = quote(aicrVersion);
  const expected = `${quote(computed)}, as the reports say`;
  return [faultAt({ code: 'PHASES_DIFFER', at: `${at}/aicrVersion`, hint }, found, expected)];
}

/** What `affidavit` says since version 1.1. */
function claimedRun(
  { at, imageList: images, affidavit }: ReceivedPredicate,
  { results, constraints }: JudgedPhases,
  { reports }: BundleReports,
): readonly Fault[] {
  if (affidavit?.run === undefined) return [];
  const { measured, notRun, validators, operators } = affidavit.run;
  const shown = validatorImages(reports, operators);
  const rules = CLAIM_RULES;
  const place = affidavit.at;
  return [
    ...claimFaults(rules.measured, `${place}/measured`, measured, measuredClaim(constraints)),
    ...claimFaults(rules.notRun, `${place}/notRun`, notRun, notRunClaim(results)),
    ...claimFaults(rules.validators, `${place}/validators`, validators, validatorsClaim(shown)),
    ...claimFaults(rules.validatorImages, `${at}/validatorImages`, images, listClaim(shown)),
  ];
}

function listClaim(images: Parameters<typeof imageList>[0]): Json {
  return imageList(images).map(({ image, digest }) => ({ image, digest }));
}

function claimedPhases(
  { at, phases, affidavit }: ReceivedPredicate,
  results: readonly PhaseResult[],
  { digests }: BundleReports,
): readonly Fault[] {
  const counts = phasesClaim(results, digests);
  const faults = claimFaults(CLAIM_RULES.phases, `${at}/phases`, phases, counts);
  if (affidavit === undefined) return faults;
  const details = phaseDetailsClaim(results);
  const place = `${affidavit.at}/phases`;
  return [...faults, ...claimFaults(CLAIM_RULES.phaseDetails, place, affidavit.phases, details)];
}
