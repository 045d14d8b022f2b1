// What is wrong with evidence as results of SARIF, each with a place and a fingerprint.
import { createHash } from 'node:crypto';

import type { ErrorClass } from '../../errors/meaning.ts';
import { classOf, distinctFaults, isOfEvidence, problemsOf } from '../blocks/problems.ts';
import { FROM_STORED } from '../blocks/report-blocks.ts';
import { validationBanners, validationVerdict, verificationBanners } from '../blocks/verdict.ts';
import {
  SANDBOX_WARNING,
  type ErrorJson,
  type FaultJson,
  type ReportJson,
  type ValidationJson,
} from '../report-json.ts';
import { subjectOf } from '../subject.ts';
import { UNSIGNED, plainBanner, plainFault } from './plain.ts';

export type Level = 'error' | 'warning' | 'note';

export const LEVELS: Readonly<Record<ErrorClass, Level>> = {
  invalid: 'error',
  failed: 'error',
  unjudged: 'error',
  usage: 'error',
  internal: 'error',
  interrupted: 'error',
  undecided: 'warning',
  finding: 'note',
};

/** Rules that are no error codes, because nothing is wrong but that nothing is proven. */
export const MORE_RULES: ReadonlyMap<string, string> = new Map([
  ['SANDBOX', SANDBOX_WARNING],
  ['WEAKENED', 'Safety was given up with a flag.'],
  ['SELF_CHECK', 'A self-check is the word of nobody: verify the evidence that was packed.'],
  ['STORED_REPORT', 'Anybody can write a report. Verify the evidence itself.'],
  // What the gate says of a recipe that a change needs evidence of.
  ['gate-invalid', 'The evidence of a recipe is refused, or the recipe cannot be resolved.'],
  ['gate-not-allowed', 'The evidence of a recipe is signed by nobody whom the policy allows.'],
  ['gate-unreachable', 'The evidence of a recipe cannot be had.'],
  ['gate-missing', 'There is no evidence of a recipe.'],
  ['gate-unsigned', 'The evidence of a recipe is not signed.'],
  ['gate-stale', 'The evidence is of another recipe than that of head, or too old.'],
  ['gate-undecided', 'The evidence of a recipe leaves something for a person to decide.'],
  [
    'gate-short',
    'There is less evidence of a recipe, or of fewer signers, than the policy asks for.',
  ],
  ['gate-red', 'The evidence shows that something of a recipe is not green.'],
  ['gate-exempt', 'The policy lets a recipe merge without good evidence, until a day.'],
]);

/** What a result says; the place is one in the evidence. */
export interface Complaint {
  readonly rule: string;
  readonly level: Level;
  readonly text: string;
  readonly at: string;
  /** The file that it is about, wherever that lies. */
  readonly subject: string;
  /** Of that file, from 1, if it has lines. */
  readonly line?: number;
  /** Else nothing is wrong with the evidence: somebody has to know all the same. */
  readonly isOfEvidence: boolean;
}

export const STORED: Complaint = {
  ...{ rule: 'STORED_REPORT', level: 'error', text: FROM_STORED },
  ...{ at: '', subject: '', isOfEvidence: true },
};

/** The worst first. None only if all is verified, and nothing takes the weight from it. */
export function complaintsOf(report: ReportJson | ErrorJson): readonly Complaint[] {
  const subject = subjectOf(report) ?? '';
  if ('error' in report) return [ofFault(report.error, subject)];
  const isSelfCheck = 'outcome' in report;
  const faults = isSelfCheck ? report.faults : distinctFaults(report.checks);
  const banners = isSelfCheck ? validationBanners(report) : verificationBanners(report);
  return [
    ...problemsOf(faults).map(({ fault }) => ofFault(fault, subject)),
    ...banners
      .filter(({ label }) => MORE_RULES.has(label))
      .map((banner): Complaint => {
        const level = banner.label === 'WEAKENED' ? 'warning' : 'error';
        const text = plainBanner(banner);
        return { rule: banner.label, level, text, at: '', subject, isOfEvidence: true };
      }),
    ...(isSelfCheck ? [ofSelfCheck(report, subject)] : []),
  ];
}

/** Always: without a result all would be verified, and here nothing is. */
function ofSelfCheck(report: ValidationJson, subject: string): Complaint {
  const { words } = validationVerdict(report);
  const isUnsigned = report.evidence !== undefined && report.evidence.signer === undefined;
  const text = isUnsigned ? `${words}\nUNSIGNED: ${UNSIGNED}` : words;
  return { rule: 'SELF_CHECK', level: 'warning', text, at: '', subject, isOfEvidence: true };
}

function ofFault(fault: FaultJson, subject: string): Complaint {
  const at = fault.at ?? '';
  const isInside =
    subject === '' || !at.startsWith(subject) || !/^(?:$|[/#])/.test(at.slice(subject.length));
  return {
    ...{ rule: fault.code, level: LEVELS[classOf(fault)], isOfEvidence: isOfEvidence(fault) },
    text: plainFault(fault).join('\n'),
    // What was not packed is in the files that were given.
    ...(subject === ''
      ? { subject: at.replace(/#.*$/s, ''), at: at.replace(/^[^#]*\//, '') }
      : { subject, at: isInside ? at : at.slice(subject.length) }),
  };
}

/** @param key what stays the same when the file lies elsewhere or is judged again */
export function resultJson(complaint: Complaint, key: readonly (string | number)[]): object {
  const { rule, level, text, at, subject, line = 1 } = complaint;
  return {
    ruleId: rule,
    level,
    message: { text: withoutLinks(text) },
    locations: [
      {
        // Code scanning shows nothing without a region. An archive has no lines: it is the start of the file.
        physicalLocation: {
          artifactLocation: { uri: uriOf(subject) },
          region: { startLine: line, startColumn: 1, endLine: line, endColumn: 1 },
        },
        ...(at !== '' && { logicalLocations: [{ fullyQualifiedName: at.slice(0, MAX_PLACE) }] }),
      },
    ],
    partialFingerprints: { primaryLocationLineHash: digestOf(key) },
  };
}

/** Longer than any path. */
const MAX_PLACE = 4096;

function digestOf(key: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(key)).digest('hex');
}

/** In SARIF, `[words](place)` is a link and `{0}` an argument: foreign text is neither. */
export function withoutLinks(text: string): string {
  return text.replaceAll(/\](?=\()/g, '] ').replaceAll(/\{(?=\d+\})/g, '{ ');
}

/** As it is named by us, when it was fetched. */
const ARTIFACT = /^oci:\/\/[\w.-]+(?::\d{1,5})?\/[\w./-]+@sha256:[0-9a-f]{64}$/;

/** A relative path stays one: to whoever reads it, it begins where the repository does. */
function uriOf(path: string): string {
  if (ARTIFACT.test(path)) return path;
  const shown = path === '' ? '.' : path.slice(0, MAX_PLACE).toWellFormed();
  const encoded = encodeURI(shown).replaceAll('?', '%3F').replaceAll('#', '%23');
  if (encoded.startsWith('/')) return `file://${encoded}`;
  return /^[^/]*:/.test(encoded) ? `./${encoded}` : encoded;
}
