import { documentOf, type ReceivedFiles } from '../../archive/entry.ts';
import { parseBom, summaryOf } from '../../bom/bom.ts';
import { digestOf, type Digest } from '../../digest.ts';
import type { Data } from '../../document/data.ts';
import { faultOf, orIfRefused } from '../../errors/evidence-error.ts';
import type { EvidenceError, Fault } from '../../errors/evidence-error.ts';
import { MADE_AGAIN, received } from '../../place.ts';
import type { CanonicalRules } from '../aicr/canonical-yaml.ts';
import { BOM_FILE, EVIDENCE_LAYOUT, RECIPE_FILE, SNAPSHOT_FILE, ctrfFile } from '../layout.ts';
import { readPhaseReport, type CtrfReport } from '../phase/ctrf.ts';
import { PHASES, type Phase } from '../phase/phase.ts';
import { readRecipe, type RecipeOfBytes } from '../recipe/recipe.ts';
import type { SnapshotKeep } from '../redact/policy.ts';
import { minimalOf } from '../redact/redact.ts';
import { readSnapshot, type Snapshot } from '../snapshot/snapshot.ts';
import type { ListedBom } from '../validate/judge.ts';
import { ReadBefore } from './read-before.ts';

/** A part of a bundle, or why it could not be read. The check of that part says it. */
export type Part<T> = { readonly value: T } | { readonly error: EvidenceError };

function partOf<T>(read: () => T): Part<T> {
  return orIfRefused(
    () => ({ value: received(read) }),
    (error) => ({ error }),
  );
}

export function valueOf<T>(part: Part<T>): T | undefined {
  return 'value' in part ? part.value : undefined;
}

/** @param rules of its digest */
export function readBundleRecipe(
  files: ReceivedFiles,
  rules: CanonicalRules,
  { recipes } = new ReadBefore(),
): Part<RecipeOfBytes> {
  return partOf(() => {
    const bytes = documentOf(files, RECIPE_FILE, EVIDENCE_LAYOUT);
    const read = recipes.of(bytes, rules, () => readRecipe(bytes, RECIPE_FILE, rules));
    return { ...read, bytes };
  });
}

/** A snapshot that was read before, and the digest of its bytes. */
export interface KnownSnapshot {
  readonly snapshot: Snapshot;
  readonly snapshotDigest: Digest;
}

/** @param known is not read again if it is the same */
export function readBundleSnapshot(files: ReceivedFiles, known?: KnownSnapshot): Part<Snapshot> {
  if (known !== undefined && files.get(SNAPSHOT_FILE)?.digest === known.snapshotDigest) {
    return { value: known.snapshot };
  }
  return partOf(() => {
    const bytes = documentOf(files, SNAPSHOT_FILE, EVIDENCE_LAYOUT);
    return readSnapshot(bytes, SNAPSHOT_FILE);
  });
}

export function readBundleBom(files: ReceivedFiles, { boms } = new ReadBefore()): Part<ListedBom> {
  return partOf(() => {
    const bytes = documentOf(files, BOM_FILE, EVIDENCE_LAYOUT);
    return boms.of(bytes, '', () => {
      const bom = parseBom(bytes, BOM_FILE);
      return { bom, summary: summaryOf(bom, digestOf(bytes)) };
    });
  });
}

export interface BundleReports {
  readonly reports: ReadonlyMap<Phase, CtrfReport>;
  readonly digests: ReadonlyMap<Phase, Digest>;
  /** Those that are not what the policy makes of them. */
  readonly notMinimal: readonly string[];
  /** Why a report could not be read. */
  readonly faults: readonly Fault[];
  readonly strays: readonly Fault[];
}

/** @param keep of the policy by which they are redacted, if they are, and it is known */
export function readBundleReports(files: ReceivedFiles, keep?: SnapshotKeep): BundleReports {
  const notMinimal: string[] = [];
  const found = PHASES.flatMap((phase) => {
    const path = ctrfFile(phase);
    const file = files.get(path);
    const { bytes } = file ?? {};
    if (file === undefined || bytes === undefined) return [];
    const see = (data: Data): void => {
      if (keep !== undefined && !isMinimal(data, bytes, keep)) notMinimal.push(path);
    };
    const report = partOf(() => readPhaseReport(bytes, path, see));
    return [{ phase, digest: file.digest, report }];
  });
  return {
    reports: new Map(
      found.flatMap(({ phase, report }) => ('value' in report ? [[phase, report.value]] : [])),
    ),
    digests: new Map(found.map(({ phase, digest }) => [phase, digest])),
    faults: found.flatMap(({ report }) => ('error' in report ? [faultOf(report.error)] : [])),
    strays: strayReports(files),
    notMinimal,
  };
}

/** What cannot be redacted is refused for something else. */
function isMinimal(report: Data, bytes: Uint8Array, keep: SnapshotKeep): boolean {
  const minimal = orIfRefused(
    () => minimalOf(report, keep),
    () => bytes,
  );
  return Buffer.compare(bytes, minimal) === 0;
}

/** Only the three phases have reports. A fourth would look tested, and nobody would judge it. */
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
    hint: `${MADE_AGAIN}give results of these phases alone`,
  }));
}
