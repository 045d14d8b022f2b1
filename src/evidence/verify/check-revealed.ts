// Values that a contributor reveals beside the evidence: each must be one that was withheld when it was signed.

import { documentOf, type ReceivedFiles } from '../../archive/entry.ts';
import type { Outcome } from '../../attestation/check-log.ts';
import { digestOf } from '../../digest.ts';
import { trimBlanks } from '../../document/blanks.ts';
import { scalarText, type Data } from '../../document/data.ts';
import { differences } from '../../document/differences.ts';
import { decodeJson } from '../../document/json.ts';
import { EvidenceError, type Fault } from '../../errors/evidence-error.ts';
import { MAX_CLAIM_FAULTS } from '../../limits.ts';
import { counted } from '../../sentence.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { EVIDENCE_LAYOUT, REDACTION_FILE, SNAPSHOT_FILE } from '../layout.ts';
import type { ReadRecipe } from '../recipe/recipe.ts';
import type { WithheldValue } from '../redact/commitment.ts';
import { reportWith, snapshotWith } from '../redact/document-with.ts';
import { ofAnotherBundle } from '../redact/openings.ts';
import { AICR_KEEP, IMAGE_SUBTYPE, LABEL_SUBTYPE, type SnapshotKeep } from '../redact/policy.ts';
import { redactReport } from '../redact/redact-report.ts';
import { redactSnapshot } from '../redact/redact-snapshot.ts';
import { parseRedaction } from '../redact/redaction-file.ts';
import { parseRevealed, subtypeOfPath, type Revealed } from '../redact/revealed.ts';
import type { Withhold } from '../redact/withheld.ts';
import { ownerOf } from '../redact/withholding.ts';
import { fingerprintOf } from '../snapshot/fingerprint.ts';
import { itemReadings, labelsOfEntry, nodesIn, splitFolded } from '../snapshot/label-reading.ts';
import { subtypeOf, type Snapshot } from '../snapshot/snapshot.ts';
import { LABEL_OF } from '../validate/claimed.ts';
import type { NamedDocument } from '../validate/validate.ts';
import { REVEALED_CHECK, type EvidenceLog } from './checks.ts';

/** What is revealed of. */
interface Received {
  readonly files: ReceivedFiles;
  readonly predicate: ReceivedPredicate;
  readonly keep: SnapshotKeep;
  readonly snapshot: Snapshot;
}

/** The same as far as it could be read. */
interface Bundle extends Pick<Received, 'files' | 'predicate'> {
  readonly recipe: ReadRecipe | undefined;
  /** Undefined if its policy is not known. */
  readonly keep: SnapshotKeep | undefined;
  readonly snapshot: Snapshot | undefined;
}

/** What is shown, once each value is proven to be one that was withheld. */
export interface Shown {
  /** With the revealed values in it. */
  readonly snapshot: Snapshot;
  /** What is kept, and what is revealed whole. */
  readonly keep: SnapshotKeep;
  /** Labels of which something is revealed that may not be all: a claim of them stays a claim. */
  readonly partial: ReadonlySet<string>;
  /** Whether all images are revealed. */
  readonly hasImages: boolean;
  /** All revealed texts, by file and pointer. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Undefined if it failed: then nothing that was revealed is used. Without recipe or snapshot it is not
 * reached.
 */
export function checkRevealed(
  log: EvidenceLog,
  { recipe, snapshot, keep = AICR_KEEP, ...bundle }: Bundle,
  given: NamedDocument | undefined,
): Shown | undefined {
  if (given === undefined || recipe === undefined || snapshot === undefined) return undefined;
  const received = { ...bundle, keep, snapshot };
  return log.require(REVEALED_CHECK, () =>
    outcomeOf(received, parseRevealed(given.bytes, given.name)),
  );
}

function outcomeOf(received: Received, revealed: Revealed): Outcome<Shown> {
  const { keep, snapshot } = received;
  const notLeaves = leafFaults(received, revealed);
  const { values } = revealed;
  const leaves = received.predicate.affidavit?.redaction?.leaves;
  const inSnapshot = values.filter(({ file }) => file === SNAPSHOT_FILE);
  const { document, placed, read } = snapshotWith(
    snapshot,
    notLeaves.length === 0 ? inSnapshot : [],
  );
  const faults = [
    ...notLeaves,
    ...changes(revealed, SNAPSHOT_FILE, {
      redact: (withhold) => redactSnapshot(document, keep, withhold),
      kept: snapshot.data,
      placed,
    }),
    ...reportFaults(received, revealed),
  ];
  return {
    value: {
      snapshot: document,
      texts: new Map(values.map(({ file, path, text }) => [`${file}#${path}`, text])),
      ...wholeParts(received, { document, read, isAll: values.length === leaves }),
    },
    found: `${counted(values.length, 'value')}, each one that was withheld${imagesLeft(received, read)}`,
    expected: 'values that the leaves in redaction.json commit to, and that change nothing else',
    faults: faults.slice(0, MAX_CLAIM_FAULTS),
  };
}

/** Throws OPENINGS_OTHER, and what `parseRedaction` throws. */
function leafFaults({ files, predicate }: Received, revealed: Revealed): readonly Fault[] {
  const { redaction, affidavit } = predicate;
  const isOurs = redaction !== undefined && ownerOf(redaction) === 'ours';
  if (!isOurs || affidavit?.redaction?.leaves === undefined) {
    throw new EvidenceError('OPENINGS_OTHER', {
      at: revealed.at,
      found: 'revealed values, of a bundle that was made without --openings',
      expected: 'none: nothing of this bundle can be revealed',
      hint: 'leave them out; to reveal something, have the evidence made again with --openings',
    });
  }
  const bytes = documentOf(files, REDACTION_FILE, EVIDENCE_LAYOUT);
  const digest = digestOf(bytes);
  if (revealed.redaction !== digest) {
    const expected = `${digest}, the digest of redaction.json of this bundle`;
    throw ofAnotherBundle(`${revealed.at}#/redaction`, revealed.redaction, expected);
  }
  const leaves = parseRedaction(bytes, REDACTION_FILE);
  const seen = new Set<string>();
  return revealed.values.flatMap(({ file, path, leaf, at }) => {
    const place = `${file}#${path}`;
    const isAgain = seen.has(place);
    seen.add(place);
    if (isAgain) return [differs(at, 'a place that was revealed before', 'each place once')];
    return leaves.has(leaf)
      ? []
      : [differs(at, 'a value that no leaf commits to', 'a value that was withheld at this place')];
  });
}

interface Reopened {
  /** What the policy makes of the document with the values in it. */
  readonly redact: (withhold: Withhold) => Data;
  readonly kept: Data;
  readonly placed: readonly WithheldValue[];
}

/** What is kept stays as it is, and what is revealed is what the policy withholds. */
function changes(
  { at }: Revealed,
  file: string,
  { redact, kept, placed }: Reopened,
): readonly Fault[] {
  const withheld = new Set<string>();
  const again = redact((_, path) => withheld.add(path));
  const [first] = differences(again, kept);
  if (first !== undefined) {
    return [
      differs(
        at,
        `values with which ${file}#${first.pointer} is another`,
        'values that leave it as it is',
      ),
    ];
  }
  const stray = placed.find(({ path }) => !withheld.has(path));
  return stray === undefined
    ? []
    : [differs(at, `${file}#${stray.path}, which is not withheld`, 'what the policy withholds')];
}

function reportFaults({ files, keep }: Received, revealed: Revealed): readonly Fault[] {
  const byFile = Map.groupBy(revealed.values, ({ file }) => file);
  byFile.delete(SNAPSHOT_FILE);
  return [...byFile].flatMap(([file, values]) => {
    const { bytes } = files.get(file) ?? {};
    if (bytes === undefined) {
      return [differs(revealed.at, 'values of no file', 'files of the bundle')];
    }
    const kept = decodeJson(bytes, file);
    const { document, placed } = reportWith(kept, values);
    const redact = (withhold: Withhold): Data => redactReport(document, keep, withhold);
    return changes(revealed, file, { redact, kept, placed });
  });
}

function differs(at: string, found: string, expected: string): Fault {
  const hint =
    'reveal again, with everything of one label or list together; do not trust values that are not proven';
  return { code: 'REVEALED_DIFFERS', at, found, expected, hint };
}

/** What a snapshot is with what is revealed. */
interface Reread {
  readonly document: Snapshot;
  /** Those of the values that are in it: of the others nobody knows which subtype they were read as. */
  readonly read: readonly WithheldValue[];
  /** Whether nothing is withheld any more. */
  readonly isAll: boolean;
}

/** Whether all is revealed of a label or of the images: the statement counts what is withheld of each subtype. */
function wholeParts(
  { predicate, keep }: Received,
  { document, read, isAll }: Reread,
): Pick<Shown, 'keep' | 'partial' | 'hasImages'> {
  const groups = Map.groupBy(read, ({ path }) => subtypeOfPath(path));
  const isWhole = (group: string): boolean =>
    isAll || withheldOf(predicate, group) === groups.get(group)?.length;
  const labels = new Set(Object.values(LABEL_OF));
  const whole = [...labels].filter(
    (label) => isWhole(LABEL_SUBTYPE) || isOnAllNodes(document, label),
  );
  return {
    keep: { ...keep, labels: new Set([...keep.labels, ...whole]) },
    partial: new Set([...labels].filter((label) => !whole.includes(label))),
    hasImages: isWhole(IMAGE_SUBTYPE),
  };
}

/** How much of a subtype is withheld, as the statement says. */
function withheldOf({ affidavit }: ReceivedPredicate, subtype: string): number | undefined {
  const counts = affidavit?.redaction?.withheld ?? [];
  return counts.find(({ file, group }) => file === SNAPSHOT_FILE && group === subtype)?.count;
}

/** A part of the images shows no less than all are claimed. */
function imagesLeft({ predicate }: Received, read: readonly WithheldValue[]): string {
  const all = withheldOf(predicate, IMAGE_SUBTYPE) ?? 0;
  const shown = read.filter(({ path }) => subtypeOfPath(path) === IMAGE_SUBTYPE).length;
  if (shown === 0 || shown >= all) return '';
  return `; of the images ${all - shown} of ${all} are still withheld (all: affidavit evidence reveal --select ${IMAGE_SUBTYPE})`;
}

/** A node has one value of a label: if all are named, there is no other value. */
function isOnAllNodes(snapshot: Snapshot, label: string): boolean {
  const labels = subtypeOf(snapshot, 'NodeTopology', 'label');
  if (labels === undefined) return false;
  const folded = [...labels.data].flatMap(([key, data]) => {
    const text = scalarText(data) ?? '';
    return labelsOfEntry(key, text).includes(label) ? [splitFolded(text).nodeList] : [];
  });
  const items = itemReadings(labels, new Set([label]))?.map(({ nodeList }) => nodeList) ?? [];
  const lists = labels.items.length > 0 ? items : folded;
  const nodes = lists.flatMap((list) => [...nodesIn(list)].map(trimBlanks));
  // Neither empty nor the end of a truncated list.
  const areNames = nodes.length > 0 && nodes.every((node) => /^[^\s()]+$/.test(node));
  const isEachOnce = new Set(nodes).size === nodes.length;
  return areNames && isEachOnce && nodes.length === fingerprintOf(snapshot).nodeCount.value;
}
