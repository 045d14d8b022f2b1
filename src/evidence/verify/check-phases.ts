import type { ReceivedFiles } from '../../archive/entry.ts';
import type { CheckLog } from '../../attestation/check-log.ts';
import type { Digest } from '../../digest.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import type { Fault, Finding } from '../../errors/fault.ts';
import { faultOf } from '../../errors/fault.ts';
import { quote } from '../../quote.ts';
import { CLAIM_RULES, claimFaults } from '../claim/compare-claim.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { phaseDetailsClaim, phasesClaim } from '../claim/predicate.ts';
import { ctrfFile, locateInBundle } from '../layout.ts';
import type { CtrfReport } from '../phase/ctrf.ts';
import { aicrVersionOf, parsePhaseReport } from '../phase/ctrf.ts';
import { judgePhases, phaseFaults, phaseFindings, vacuousFaults } from '../phase/judge-phases.ts';
import { PHASES } from '../phase/phase.ts';
import type { Phase, PhaseResult } from '../phase/phase.ts';
import type { Recipe } from '../recipe/recipe.ts';

export interface CheckedPhases {
  readonly results: readonly PhaseResult[];
  readonly findings: readonly Finding[];
}

interface PhaseInputs {
  readonly predicate: ReceivedPredicate;
  readonly recipe: Recipe;
}

/** The CTRF reports, recounted and judged by the recipe, held against the predicate. */
export function checkPhases(
  log: CheckLog,
  files: ReceivedFiles,
  { predicate, recipe }: PhaseInputs,
): CheckedPhases | undefined {
  const { reports, digests, faults } = readReports(files);
  const results = judgePhases(recipe.phases, reports);
  log.note('phases-match-results', () => ({
    value: undefined,
    found: `${reports.size} phases, recounted`,
    expected: 'the counts, CTRF digests and aicr version in the statement',
    faults: [
      ...faults,
      ...strayReports(files),
      ...claimedVersion(predicate, reports),
      ...claimedPhases(predicate, results, digests),
    ],
  }));
  // A report that cannot be read is no reason to call its phase red: it is not judged at all.
  if (faults.length > 0) return undefined;
  log.note('phases-are-green', () => ({
    value: undefined,
    found: results.map(({ phase, state }) => `${phase} ${state}`).join(', '),
    expected: 'every phase that the recipe names green, and at least one test passed',
    faults: [...phaseFaults(results, locateInBundle), ...vacuousFaults(results, locateInBundle)],
  }));
  return { results, findings: phaseFindings(results, locateInBundle) };
}

interface ReadReports {
  readonly reports: ReadonlyMap<Phase, CtrfReport>;
  readonly digests: ReadonlyMap<Phase, Digest>;
  readonly faults: readonly Fault[];
}

function readReports(files: ReceivedFiles): ReadReports {
  const reports = new Map<Phase, CtrfReport>();
  const digests = new Map<Phase, Digest>();
  const faults: Fault[] = [];
  for (const phase of PHASES) {
    const path = ctrfFile(phase);
    const file = files.get(path);
    if (file?.bytes === undefined) continue;
    digests.set(phase, file.digest);
    try {
      reports.set(phase, parsePhaseReport(file.bytes, path));
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      faults.push(faultOf(error));
    }
  }
  return { reports, digests, faults };
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
  reports: ReadonlyMap<Phase, CtrfReport>,
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
  digests: ReadonlyMap<Phase, Digest>,
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
