import { sortedByPath, type BundleFile } from '../../archive/entry.ts';
import { decodeYaml } from '../../document/yaml.ts';
import { EvidenceError, findingsOf, type Finding } from '../../errors/evidence-error.ts';
import { MAX_WITHHELD_VALUES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { MadeRedaction } from '../claim/predicate.ts';
import type { ConstraintResult } from '../constraint/evaluate.ts';
import { REDACTION_FILE, SNAPSHOT_FILE, ctrfFile } from '../layout.ts';
import { parsePhaseReport, type CtrfReport } from '../phase/ctrf.ts';
import type { Phase } from '../phase/phase.ts';
import { withheldValue, type WithheldValue } from '../redact/commitment.ts';
import { commit, type Commitment } from '../redact/openings.ts';
import {
  KNOWN_TYPES,
  LABEL_SUBTYPE,
  POLICY_RULES,
  POLICY_VERSION,
  keptPaths,
  snapshotKeep,
  type SnapshotKeep,
} from '../redact/policy.ts';
import { labelItems } from '../redact/redact-items.ts';
import { minimalReport, minimalSnapshot } from '../redact/redact.ts';
import { requireFewValues } from '../redact/redaction-file.ts';
import { withheldRows, type Withhold, type WithheldCount } from '../redact/withheld.ts';
import type { Fingerprint } from '../snapshot/fingerprint.ts';
import { parseSnapshot, subtypeOf } from '../snapshot/snapshot.ts';
import { judgeInputs, type ShownInputs, type Validation } from '../validate/validate.ts';
import { requireVerifiableLogs } from './self-check.ts';

/** What becomes public of a validation. */
export const REDACTION_MODES = ['minimal', 'none'] as const;

type Reports = NonNullable<Validation['inputs']['results']>['reports'];

/** What else there is to pack. */
interface Given {
  readonly reports: Reports;
  readonly logs: readonly BundleFile[];
}

export type RedactionMode = (typeof REDACTION_MODES)[number];

/** The files that a redaction changes, and what the statement says of them. */
export interface PackedInputs {
  readonly snapshot: Uint8Array;
  readonly reports: ReadonlyMap<Phase, Uint8Array>;
  /** Undefined if it is what the inputs show. */
  readonly shown?: ShownInputs | undefined;
  /** Of the packed snapshot. */
  readonly constraints: readonly ConstraintResult[];
  /** In the bundle if nothing is redacted, else beside it. */
  readonly logs: Readonly<Record<'inside' | 'beside', readonly BundleFile[]>>;
  readonly redaction: MadeRedaction | undefined;
  /** Undefined if nothing commits to what is withheld. */
  readonly commitment?: Commitment | undefined;
  readonly findings: readonly Finding[];
}

export interface Redacting {
  readonly redact: RedactionMode;
  /** 32 bytes, from which salts are made; undefined: nothing commits to what is withheld. */
  readonly secret: Uint8Array | undefined;
}

/**
 * The files as they are packed.
 *
 * @throws EvidenceError REDACTION_CHANGES_RESULT (invalid) if a constraint would end otherwise on what is kept, or
 *   the fingerprint be another one
 */
export function packedInputs(
  validation: Validation,
  { reports, logs }: Given,
  { redact, secret }: Redacting,
): PackedInputs {
  if (redact === 'minimal') {
    requireVerifiableLogs(logs);
    return { ...minimalInputs(validation, reports, secret), logs: { inside: [], beside: logs } };
  }
  return {
    snapshot: validation.inputs.snapshot.bytes,
    reports: new Map([...reports].map(([phase, { bytes }]) => [phase, bytes])),
    constraints: validation.cluster.constraints,
    logs: { inside: logs, beside: [] },
    redaction: undefined,
    findings: [],
  };
}

/** What is withheld: counted by file and group, and held only for whoever commits to it. */
class Withheld {
  readonly #isHeld: boolean;
  readonly values: WithheldValue[] = [];
  readonly rows: WithheldCount[] = [];

  constructor(isHeld: boolean) {
    this.#isHeld = isHeld;
  }

  /** The file as it is packed. */
  of(file: string, redact: (withhold: Withhold) => Uint8Array): Uint8Array {
    const counts = new Map<string, number>();
    const bytes = redact((group, path, value) => {
      counts.set(group, (counts.get(group) ?? 0) + 1);
      // More than this are refused, and none is needed any more.
      if (!this.#isHeld || this.values.length > MAX_WITHHELD_VALUES) return;
      this.values.push(withheldValue(file, path, value));
    });
    for (const row of withheldRows(file, counts)) this.rows.push(row);
    return bytes;
  }

  get count(): number {
    return this.rows.reduce((sum, { count }) => sum + count, 0);
  }
}

function minimalInputs(
  validation: Validation,
  given: Reports,
  secret: Uint8Array | undefined,
): Omit<PackedInputs, 'logs'> {
  const { recipe, snapshot, inputs } = validation;
  const keep = snapshotKeep(recipe);
  const withheld = new Withheld(secret !== undefined);
  const raw = [...given].map(([phase, { bytes }]) => ({ phase, path: ctrfFile(phase), bytes }));
  const reports = new Map(
    sortedByPath(raw).map(({ phase, path, bytes }) => [
      phase,
      withheld.of(path, (withhold) => minimalReport({ file: path, bytes }, keep, withhold)),
    ]),
  );
  // Its path is the last one.
  const kept = withheld.of(SNAPSHOT_FILE, (withhold) => minimalSnapshot(snapshot, keep, withhold));
  const { cluster, facts, faults, findings } = requireSame(validation, kept, { keep, reports });
  if (secret !== undefined) requireFewValues(withheld.count, REDACTION_FILE);
  const files = [...raw, { path: SNAPSHOT_FILE, bytes: inputs.snapshot.bytes }];
  const { values } = withheld;
  const commitment =
    secret && commit(secret, { files: sortedByPath(files), values }, REDACTION_FILE);
  return {
    snapshot: kept,
    reports,
    shown: { facts, faults, findings: [...findings, ...validation.recipeFindings] },
    constraints: cluster.constraints,
    redaction: {
      policy: 'minimal',
      version: POLICY_VERSION,
      applied: POLICY_RULES,
      kept: keptPaths(keep),
      withheld: withheld.rows,
      leaves: commitment?.leaves,
    },
    commitment,
    findings: unknownTypes(snapshot),
  };
}

/** What is kept, judged as a verifier will. The snapshot is read here alone: nothing of it is held. */
function requireSame(
  { inputs, recipe, recipeDigest, cluster, snapshot }: Validation,
  kept: Uint8Array,
  { keep, reports }: { readonly keep: SnapshotKeep } & Pick<PackedInputs, 'reports'>,
): ReturnType<typeof judgeInputs> {
  const parts = {
    recipe: { recipe, digest: recipeDigest },
    // No line of what is written is one of the user's file.
    snapshot: parseSnapshot(decodeYaml(kept, `${snapshot.file}, redacted`), snapshot.file),
    reports: new Map([...reports].map(([phase, bytes]) => [phase, withoutMessages(phase, bytes)])),
  };
  const claims = {
    keep,
    fingerprint: cluster.fingerprint,
    hasImages: false,
    constraints: undefined,
  };
  const judged = judgeInputs(inputs, parts, claims);
  requireSameItems(snapshot, keep);
  requireSameResults(cluster.constraints, judged.cluster.constraints);
  requireSameFingerprint(cluster.fingerprint, judged.cluster.fingerprint);
  return judged;
}

function withoutMessages(phase: Phase, bytes: Uint8Array): CtrfReport {
  const report = parsePhaseReport(bytes, ctrfFile(phase));
  return { ...report, tests: report.tests.map((test) => ({ ...test, isRedacted: true })) };
}

/** Of a type that nobody knows here nobody can say what may be published. */
function unknownTypes({ file, measurements }: Validation['snapshot']): readonly Finding[] {
  const unknown = [...measurements.keys()].filter((type) => !KNOWN_TYPES.has(type));
  return findingsOf(unknown, (type) => ({
    code: 'MEASUREMENT_WITHHELD',
    at: `${file}#/measurements`,
    found: `measurements of the type ${quote(type)}`,
    expected: `one of ${[...KNOWN_TYPES].join(', ')}`,
    hint: 'upgrade affidavit if a newer version knows the type, or publish everything: --redact none',
  }));
}

const LABELS_HINT =
  'let the recipe select items of labels by key or value, not by index, and read neither names of nodes nor node-list-ref; or publish everything: --redact none';

/** Items of labels are kept without those before them, and an index then selects another one. */
function requireSameItems(snapshot: Validation['snapshot'], keep: SnapshotKeep): void {
  const labels = subtypeOf(snapshot, 'NodeTopology', 'label');
  const paths = keep.items.get(LABEL_SUBTYPE) ?? [];
  if (labels === undefined || paths.length === 0) return;
  const kept = [...labelItems(labels, keep, paths).keys()];
  for (const { selector, key } of paths) {
    if (selector.kind !== 'index' || selector.index >= labels.items.length) continue;
    if (kept[selector.index] === selector.index) continue;
    refuse(
      { code: 'REDACTION_CHANGES_RESULT', at: SNAPSHOT_FILE, hint: LABELS_HINT },
      `"${LABEL_SUBTYPE}[${selector.index}]": another item on the redacted snapshot`,
      `the item whose ${quote(key)} the recipe reads`,
    );
  }
}

/** A verifier sees what is kept, and must come to the same result. */
function requireSameResults(
  whole: readonly ConstraintResult[],
  kept: readonly ConstraintResult[],
): void {
  const index = whole.findIndex(({ outcome }, at) => outcome !== kept[at]?.outcome);
  const [before, after] = [whole[index], kept[index]];
  if (before === undefined || after === undefined) return;
  throw new EvidenceError('REDACTION_CHANGES_RESULT', {
    at: SNAPSHOT_FILE,
    found: `${quote(before.name)}: ${after.outcome} on the redacted snapshot`,
    expected: `${before.outcome}, as on the whole one`,
    hint: before.name.startsWith(`${LABEL_SUBTYPE}[`)
      ? LABELS_HINT
      : 'let the recipe not compare the names of nodes, or publish everything: --redact none',
  });
}

/** The same of every dimension that the policy does not leave to the claim. */
function requireSameFingerprint(whole: Fingerprint, fingerprint: Fingerprint): void {
  const before: readonly [string, unknown][] = Object.entries(whole);
  const after = new Map<string, unknown>(Object.entries(fingerprint));
  const other = before.find(
    ([name, dimension]) => JSON.stringify(dimension) !== JSON.stringify(after.get(name)),
  );
  if (other === undefined) return;
  throw new EvidenceError('REDACTION_CHANGES_RESULT', {
    at: SNAPSHOT_FILE,
    found: `${other[0]}: ${JSON.stringify(after.get(other[0]))} on the redacted snapshot`,
    expected: `${JSON.stringify(other[1])}, as on the whole one`,
    hint: 'take the snapshot again: its labels and its GPU model contradict each other; or publish everything: --redact none',
  });
}
