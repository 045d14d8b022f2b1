import type { ReceivedFiles } from '../../archive/entry.ts';
import type { CheckLog } from '../../attestation/check-log.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import { CLAIM_RULES, claimFaults } from '../claim/compare-claim.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { phaseDetailsClaim, phasesClaim } from '../claim/predicate.ts';
import { ctrfFile } from '../layout.ts';
import { aicrVersionOf } from '../phase/ctrf.ts';
import { PHASES } from '../phase/phase.ts';
import type { PhaseResult } from '../phase/phase.ts';
import type { JudgedPhases } from '../validate/judge.ts';
import type { CheckName } from './checks.ts';
import type { BundleReports } from './read-parts.ts';

interface PhaseParts {
  readonly files: ReceivedFiles;
  readonly reports: BundleReports;
  readonly phases: JudgedPhases;
  readonly predicate: ReceivedPredicate;
}

/** The CTRF reports, recounted and judged by the recipe, compared with the predicate. */
export function checkPhases(log: CheckLog<CheckName>, parts: PhaseParts): void {
  const { files, reports, phases, predicate } = parts;
  log.note('phases-match-results', () => ({
    found: `${reports.reports.size} phases, recounted`,
    expected: 'the counts, CTRF digests and aicr version in the statement',
    faults: [
      ...reports.faults,
      ...strayReports(files),
      ...claimedVersion(predicate, reports),
      ...claimedPhases(predicate, phases.results, reports),
    ],
  }));
  // A report that cannot be read is no reason to call its phase red: it is not judged at all.
  if (reports.faults.length > 0) return;
  log.note('phases-are-green', () => ({
    found: phases.results.map(({ phase, state }) => `${phase} ${state}`).join(', '),
    expected: 'every phase that the recipe names green, and at least one test passed',
    faults: phases.faults,
  }));
}

/** Only the three phases have reports; a fourth would look tested and be judged by nobody. */
function strayReports(files: ReceivedFiles): readonly Fault[] {
  const known: readonly string[] = PHASES.map(ctrfFile);
  const stray = [...files.keys()].filter(
    (path) => path.startsWith('ctrf/') && !known.includes(path),
  );
  return stray.map((path) => ({
    code: 'RESULTS_PHASE_UNKNOWN',
    at: path,
    found: 'a report of no phase',
    expected: known.join(', '),
    hint: 'make the bundle again from results of these phases',
  }));
}

/** Ours is the version of the aicr that made the reports; another tool's is its own. */
function claimedVersion(
  { at, aicrVersion, affidavit }: ReceivedPredicate,
  { reports }: BundleReports,
): readonly Fault[] {
  const computed = aicrVersionOf(reports);
  if (affidavit === undefined || affidavit.newer || aicrVersion === computed) return [];
  return [
    {
      code: 'PHASES_DIFFER',
      at: `${at}/aicrVersion`,
      found: quote(aicrVersion),
      expected: `${quote(computed)}, as the reports say`,
      hint: 'do not trust this evidence: what it claims is not what its files show',
    },
  ];
}

function claimedPhases(
  { at, phases, affidavit }: ReceivedPredicate,
  results: readonly PhaseResult[],
  { digests }: BundleReports,
): readonly Fault[] {
  const counts = claimFaults(CLAIM_RULES.phases, `${at}/phases`, {
    claimed: phases,
    computed: phasesClaim(results, digests),
  });
  if (affidavit === undefined) return counts;
  const details = claimFaults(CLAIM_RULES.phaseDetails, `${affidavit.at}/phases`, {
    claimed: affidavit.phases,
    computed: phaseDetailsClaim(results),
  });
  return [...counts, ...details];
}
