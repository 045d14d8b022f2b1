// Whether evidence is redacted as its statement says.

import type { ReceivedFiles } from '../../archive/entry.ts';
import type { Comparison } from '../../attestation/check-log.ts';
import { compareBytes } from '../../compare-bytes.ts';
import type { Fault, Finding } from '../../errors/evidence-error.ts';
import { received } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import type { ReceivedWithheld } from '../claim/withheld-claim.ts';
import {
  ATTESTATION_FILE,
  BOM_FILE,
  MANIFEST_FILE,
  RECIPE_FILE,
  REDACTION_FILE,
  SNAPSHOT_FILE,
  STATEMENT_FILE,
  ctrfFile,
} from '../layout.ts';
import { PHASES } from '../phase/phase.ts';
import { POLICY_RULES, POLICY_VERSION, keptPaths, type SnapshotKeep } from '../redact/policy.ts';
import { minimalSnapshot } from '../redact/redact.ts';
import { parseRedaction } from '../redact/redaction-file.ts';
import { ownerOf } from '../redact/withholding.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { EvidenceLog } from './checks.ts';
import type { BundleReports } from './read-parts.ts';

/** What a redaction is compared with. */
interface Redacted {
  readonly files: ReceivedFiles;
  /** What its policy keeps of a snapshot, if the policy is known. */
  readonly keep: SnapshotKeep | undefined;
  readonly reports: Pick<BundleReports, 'notMinimal'>;
  /** Undefined if it could not be read, which another check says. */
  readonly snapshot: Snapshot | undefined;
}

type Known = Redacted & { readonly keep: SnapshotKeep };

export function checkRedaction(
  log: EvidenceLog,
  predicate: ReceivedPredicate,
  redacted: Redacted,
): void {
  log.note('redaction-matches-policy', () => comparisonOf(predicate, redacted));
}

/** Of the other files nothing is withheld. */
const REDACTED: ReadonlySet<string> = new Set([SNAPSHOT_FILE, ...PHASES.map(ctrfFile)]);

const EXPECTED = 'what the policy in the statement keeps, and nothing else';

function comparisonOf(predicate: ReceivedPredicate, redacted: Redacted): Comparison {
  const { redaction, affidavit } = predicate;
  const owner = redaction && ownerOf(redaction);
  const withheld = affidavit?.redaction;
  if (owner === 'ours' && redacted.keep !== undefined) {
    const known = { ...redacted, keep: redacted.keep };
    return {
      found: `only what ${POLICY_VERSION} keeps for this recipe`,
      expected: EXPECTED,
      faults: [...statedFaults(predicate, known), ...contentFaults(known)],
    };
  }
  const found =
    redaction === undefined
      ? 'nothing is redacted'
      : `the policy ${policyName(redaction)}, by which another tool redacted`;
  const stray = withheld === undefined ? [] : [strayClaim(withheld, found)];
  // Of another producer the file may be something else.
  const leaves = affidavit === undefined || withheld ? [] : leafFaults(predicate, redacted);
  return { found, expected: EXPECTED, faults: [...stray, ...leaves] };
}

function policyName({ policy, version }: NonNullable<ReceivedPredicate['redaction']>): string {
  return quote(`${policy} ${version}`.trim());
}

function strayClaim({ at }: ReceivedWithheld, found: string): Fault {
  return differs(at, found, `no such field, or the policy ${POLICY_VERSION}`);
}

/** What the statement says, apart from how much was withheld: nothing shows that but the number of leaves. */
function statedFaults(predicate: ReceivedPredicate, { files, keep }: Known): readonly Fault[] {
  const { at, redaction, affidavit } = predicate;
  const rules = [
    ...leafFaults(predicate, { files }),
    ...sameTexts(`${at}/redaction/applied`, redaction?.applied ?? [], POLICY_RULES),
  ];
  // Whoever signs with AICR's program leaves all of our part out.
  if (affidavit === undefined) return rules;
  const withheld = affidavit.redaction;
  if (withheld === undefined) {
    const missing = differs(`${at}/affidavit/redaction`, 'nothing', 'what was kept and withheld');
    return [...rules, missing];
  }
  return [
    ...rules,
    ...sameTexts(`${withheld.at}/kept`, withheld.kept, keptPaths(keep)),
    ...rowFaults(withheld, files),
  ];
}

function rowFaults(withheld: ReceivedWithheld, files: ReceivedFiles): readonly Fault[] {
  const at = `${withheld.at}/withheld`;
  const rows = withheld.withheld.map(({ file, group }) => [file, group] as const);
  const isSorted = rows.every((row, index) => {
    const next = rows[index + 1];
    return next === undefined || compareRows(row, next) < 0;
  });
  const stranger = rows.find(([file]) => !(REDACTED.has(file) && files.has(file)));
  return [
    ...(stranger === undefined
      ? []
      : [differs(at, quote(stranger[0]), 'snapshot and reports of this bundle')]),
    ...(isSorted ? [] : [differs(at, 'rows in another order', 'each file and group once, sorted')]),
  ];
}

/** As many leaves as values are said to be withheld, and none without saying so. */
function leafFaults(
  { at: predicate, affidavit }: ReceivedPredicate,
  { files }: Pick<Redacted, 'files'>,
): readonly Fault[] {
  const at = `${predicate}/affidavit/redaction`;
  const { leaves, withheld = [] } = affidavit?.redaction ?? {};
  const { bytes } = files.get(REDACTION_FILE) ?? {};
  if (leaves === undefined) {
    const expected = `no such file, or ${at}/scheme`;
    return bytes === undefined ? [] : [differs(REDACTION_FILE, 'leaves', expected)];
  }
  if (bytes === undefined) return [differs(REDACTION_FILE, 'nothing', `${leaves} leaves`)];
  const { size } = received(() => parseRedaction(bytes, REDACTION_FILE));
  const values = withheld.reduce((sum, { count }) => sum + count, 0);
  return [
    ...(size === leaves ? [] : [differs(REDACTION_FILE, `${size} leaves`, `${leaves}`)]),
    ...(values === leaves
      ? []
      : [differs(`${at}/leaves`, `${leaves} leaves`, `${values}, one for each withheld value`)]),
  ];
}

function compareRows(a: readonly [string, string], b: readonly [string, string]): number {
  return compareBytes(a[0], b[0]) || compareBytes(a[1], b[1]);
}

function sameTexts(
  at: string,
  claimed: readonly string[],
  computed: readonly string[],
): readonly Fault[] {
  const index = Array.from({ length: Math.max(claimed.length, computed.length) }).findIndex(
    (_, place) => claimed[place] !== computed[place],
  );
  if (index < 0) return [];
  return [
    differs(`${at}/${index}`, shown(claimed[index]), `${shown(computed[index])} (recomputed)`),
  ];
}

function shown(text: string | undefined): string {
  return text === undefined ? 'nothing' : quote(text);
}

const KNOWN_FILES: ReadonlySet<string> = new Set([
  ...[RECIPE_FILE, SNAPSHOT_FILE, BOM_FILE, MANIFEST_FILE, STATEMENT_FILE, ATTESTATION_FILE],
  ...[REDACTION_FILE, ...PHASES.map(ctrfFile)],
]);

/** The files are those that the policy makes of themselves: they have nothing that it withholds. */
function contentFaults({ files, keep, snapshot, reports }: Known): readonly Fault[] {
  const made = snapshot && minimalSnapshot(snapshot, keep);
  const isMinimal =
    made === undefined || Buffer.compare(files.get(SNAPSHOT_FILE)?.bytes ?? made, made) === 0;
  const extra = [...files.keys()].find((path) => !KNOWN_FILES.has(path));
  return [
    ...(isMinimal ? [] : [notMinimal(SNAPSHOT_FILE)]),
    ...reports.notMinimal.map(notMinimal),
    ...(extra === undefined
      ? []
      : [
          differs(
            extra,
            'a file that the policy does not keep',
            'no other file; logs are beside it',
          ),
        ]),
  ];
}

function notMinimal(path: string): Fault {
  const found = 'something that the policy withholds, or another spelling';
  return differs(path, found, `what ${POLICY_VERSION} keeps, as it is written`);
}

function differs(at: string, found: string, expected: string): Fault {
  const hint = 'do not trust this evidence: it is not redacted as its statement says';
  return { code: 'REDACTION_DIFFERS', at, found, expected, hint };
}

/** A policy of which nobody here knows what it withholds: nothing is excused by it. */
export function redactionFindings({ at, redaction }: ReceivedPredicate): readonly Finding[] {
  if (redaction === undefined || ownerOf(redaction) !== 'unknown') return [];
  return [
    {
      code: 'REDACTION_UNKNOWN',
      at: `${at}/redaction`,
      found: policyName(redaction),
      expected: `minimal in a version of v1 to v4, or ${POLICY_VERSION}`,
      hint: 'upgrade affidavit if a newer version knows it; until then nothing that is missing is excused',
    },
  ];
}
