// Two pieces of evidence beside each other, as programs read it: schemas/evidence-diff.schema.json.
import { ERROR_CATALOGUE } from '../errors/catalogue.ts';
import type { EvidenceError } from '../errors/evidence-error.ts';
import { diffEvidence, type Change, type ChangeKind } from '../evidence/diff/diff-evidence.ts';
import type { DiffSide } from '../evidence/diff/diff-evidence.ts';
import { SCHEMA_VERSION } from '../media-types.ts';
import { AFFIDAVIT, type Tool } from '../tool.ts';
import { givenUpIn } from './proven.ts';
import type { ErrorJson, ReportJson, StoredReport, VerificationJson } from './report-json.ts';
import { nameOf } from './subject.ts';

export interface DiffJson {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: Tool;
  /** 0 the same, 1 different; 2 or 3 if a side is invalid or was not judged. */
  readonly exitCode: number;
  readonly sides: readonly [SideJson, SideJson];
  readonly changes: readonly Change[];
  /** What a side that shows nothing leaves open. */
  readonly notCompared: readonly ChangeKind[];
  /** Of how many values of the cluster A and B withhold what the other one shows: no change, and not compared. */
  readonly withheld: readonly [number, number];
  readonly ignored: readonly ChangeKind[];
}

export type ChangeJson = Change;

export interface SideJson {
  readonly source: string;
  /** Of the verification, or as a report has it. */
  readonly verdict: string;
  readonly exitCode: number;
  /** Somebody stored it: it was not verified here. */
  readonly recorded: boolean;
  /** Under a sandbox root, without a named signer, or with less safety. */
  readonly weakened: readonly string[];
  readonly signer: string | null;
  /** What is wrong with it, by code. */
  readonly faults: readonly string[];
}

/** A side, and what it shows. */
export interface ShownSide {
  readonly json: SideJson;
  readonly shows: DiffSide;
}

type Documents = Pick<DiffSide, 'recipe' | 'snapshot' | 'images'>;

export function verifiedSide(
  source: string,
  report: VerificationJson,
  documents: Documents = {},
): ShownSide {
  const { verdict, exitCode, checks } = report;
  const signer = report.signer && nameOf(report.signer);
  const faults = checks.flatMap((check) => check.faults.map(({ code }) => code));
  const weakened = givenUpIn(report);
  return {
    json: {
      ...{ source, verdict, exitCode, recorded: false, weakened },
      ...{ signer: signer ?? null, faults: [...new Set(faults)] },
    },
    shows: {
      ...{ verdict: verdictWord({ verdict, weakened }), signer, facts: report },
      ...{ redaction: redactionOf(report), ...documents },
    },
  };
}

function redactionOf({ claimed }: Pick<VerificationJson, 'claimed'>): DiffSide['redaction'] {
  const { redaction: policy = null, redactionVersion: version = '' } = claimed ?? {};
  return policy === null ? undefined : { policy, version };
}

/** The word verified is for what was, by a named signer, and with no safety given up. */
export function verdictWord({ verdict, weakened }: Pick<SideJson, 'verdict' | 'weakened'>): string {
  return verdict === 'verified' && weakened.length > 0 ? 'green' : verdict;
}

/** What a stored report says of a side is not believed, but shown. */
export function storedSide(source: string, { stored }: StoredReport): ShownSide {
  const verdict = 'error' in stored ? 'no report' : verdictOf(stored);
  const signer = 'signer' in stored && stored.signer ? nameOf(stored.signer) : undefined;
  const { exitCode } = stored;
  const weakened = 'verdict' in stored ? givenUpIn(stored) : [];
  const json = { source, verdict, exitCode, recorded: true, weakened, faults: codesOf(stored) };
  const facts = 'error' in stored ? {} : stored;
  const word = verdictWord({ verdict, weakened });
  const redaction = 'claimed' in stored ? redactionOf(stored) : undefined;
  const shows = { verdict: word, signer, facts, redaction };
  return { json: { ...json, signer: signer ?? null }, shows };
}

/** A side that cannot be read shows nothing. */
export function unreadableSide(source: string, { code }: EvidenceError): ShownSide {
  const [verdict] = ERROR_CATALOGUE[code];
  const exitCode = verdict === 'invalid' ? 2 : 3;
  const json = { source, verdict, exitCode, recorded: false, weakened: [], signer: null };
  return { json: { ...json, faults: [code] }, shows: { verdict, facts: {} } };
}

export function diffJson(
  one: ShownSide,
  other: ShownSide,
  ignored: readonly ChangeKind[] = [],
): DiffJson {
  const diff = diffEvidence(one.shows, other.shows);
  const changes = diff.changes.filter(({ kind }) => !ignored.includes(kind));
  const notCompared = diff.notCompared.filter((kind) => !ignored.includes(kind));
  const sides = [one.json, other.json] as const;
  const exitCode = exitCodeOf(sides, changes.length + notCompared.length > 0);
  const head = { schemaVersion: SCHEMA_VERSION, tool: { ...AFFIDAVIT } } as const;
  const { withheld } = diff;
  return { ...head, exitCode, sides, changes, notCompared, withheld, ignored };
}

function exitCodeOf(sides: readonly SideJson[], isDifferent: boolean): number {
  const codes = sides.map(({ exitCode }) => exitCode);
  if (codes.includes(2)) return 2;
  // Of a report that ended with any other error nothing is known.
  if (codes.some((code) => code === 3 || code > 4)) return 3;
  return isDifferent ? 1 : 0;
}

function verdictOf(report: ReportJson): string {
  return 'verdict' in report ? report.verdict : report.outcome;
}

function codesOf(stored: ReportJson | ErrorJson): readonly string[] {
  if ('error' in stored) return [stored.error.code];
  const faults =
    'checks' in stored ? stored.checks.flatMap((check) => check.faults) : stored.faults;
  return [...new Set(faults.map(({ code }) => code))];
}
