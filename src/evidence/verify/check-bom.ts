import type { ReceivedFiles } from '../../archive/entry.ts';
import type { CheckLog } from '../../attestation/check-log.ts';
import { bomCoverage, parseBom, summaryOf } from '../../bom/bom.ts';
import type { BomSummary } from '../../bom/bom.ts';
import { digestOf } from '../../digest.ts';
import type { Finding } from '../../errors/fault.ts';
import { CLAIM_RULES, claimFaults } from '../claim/compare-claim.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { bomClaim } from '../claim/predicate.ts';
import { BOM_FILE } from '../layout.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { documentOf } from './document-of.ts';

export interface CheckedBom {
  readonly summary: BomSummary;
  readonly findings: readonly Finding[];
}

interface BomInputs {
  readonly predicate: ReceivedPredicate;
  /** What the bill of materials has to cover; absent if it could not be read. */
  readonly sources?: { readonly recipe: Recipe; readonly snapshot: Snapshot } | undefined;
}

/** The bill of materials: its digest and counts are claimed, what it covers is compared. */
export function checkBom(
  log: CheckLog,
  files: ReceivedFiles,
  { predicate, sources }: BomInputs,
): CheckedBom | undefined {
  return log.note('bom-matches-claims', () => {
    const bytes = documentOf(files, BOM_FILE);
    const bom = parseBom(bytes, BOM_FILE);
    const summary = summaryOf(bom, digestOf(bytes));
    const { version, digest, components } = summary;
    const findings =
      sources === undefined ? [] : bomCoverage(bom, sources.recipe, sources.snapshot);
    return {
      value: { summary, findings },
      found: `${components} components, ${digest}`,
      expected: 'the digest and the count in the statement',
      faults: claimFaults(CLAIM_RULES.bom, `${predicate.at}/bom`, {
        claimed: predicate.bom,
        computed: bomClaim({ version, digest, components }),
      }),
    };
  });
}
