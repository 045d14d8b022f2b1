import { sortedByPath, type BundleFile } from '../../archive/entry.ts';
import { EvidenceError, findingsOf, type Finding } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import type { MadeRedaction } from '../claim/predicate.ts';
import { evaluateConstraints, type ConstraintResult } from '../constraint/evaluate.ts';
import { REDACTION_FILE, SNAPSHOT_FILE, ctrfFile } from '../layout.ts';
import type { Phase } from '../phase/phase.ts';
import { commit, type Commitment } from '../redact/openings.ts';
import {
  KNOWN_TYPES,
  POLICY_RULES,
  POLICY_VERSION,
  keptPaths,
  snapshotKeep,
  type SnapshotKeep,
} from '../redact/policy.ts';
import { minimalReport, minimalSnapshot } from '../redact/redact.ts';
import { countWithheld } from '../redact/withheld.ts';
import { fingerprintOf, type Fingerprint } from '../snapshot/fingerprint.ts';
import { readSnapshot, type Snapshot } from '../snapshot/snapshot.ts';
import { completeFingerprint } from '../validate/claimed.ts';
import type { Validation } from '../validate/validate.ts';
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

function minimalInputs(
  { recipe, snapshot, cluster, inputs }: Validation,
  given: Reports,
  secret: Uint8Array | undefined,
): Omit<PackedInputs, 'logs'> {
  const keep = snapshotKeep(recipe);
  const kept = minimalSnapshot(snapshot, keep);
  const shown = readSnapshot(kept.bytes, SNAPSHOT_FILE);
  const constraints = evaluateConstraints(recipe, shown);
  requireSameResults(cluster.constraints, constraints);
  requireSameFingerprint(cluster.fingerprint, { shown, keep });
  const reports = [...given].map(([phase, { bytes: raw }]) => {
    const path = ctrfFile(phase);
    return { phase, path, raw, ...minimalReport(raw, path) };
  });
  const changed = { path: SNAPSHOT_FILE, raw: inputs.snapshot.bytes, ...kept };
  const files = sortedByPath([...reports, changed]);
  const commitment = secret && commit(secret, files, REDACTION_FILE);
  return {
    snapshot: kept.bytes,
    reports: new Map(reports.map(({ phase, bytes }) => [phase, bytes])),
    constraints,
    redaction: {
      policy: 'minimal',
      version: POLICY_VERSION,
      applied: POLICY_RULES,
      kept: keptPaths(keep),
      withheld: files.flatMap(({ path, withheld }) => countWithheld(path, withheld)),
      leaves: commitment?.leaves,
    },
    commitment,
    findings: unknownTypes(snapshot),
  };
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
    hint: 'let the recipe not compare the names of nodes, or publish everything: --redact none',
  });
}

/** The same of every dimension that the policy does not leave to the claim. */
function requireSameFingerprint(
  whole: Fingerprint,
  { shown, keep }: { readonly shown: Snapshot; readonly keep: SnapshotKeep },
): void {
  const claims = { keep, fingerprint: whole, constraints: undefined };
  const { fingerprint } = completeFingerprint(fingerprintOf(shown), claims);
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
