// The report that people read in a shell: one screen when all is well.
import type { CheckResult } from '../attestation/check-log.ts';
import { timestampOf } from '../document/time.ts';
import type { Facts, ValidationReport } from '../evidence/validate/facts.ts';
import type { VerificationReport } from '../evidence/verify/verify-evidence.ts';
import type { Identity } from '../trust/trust.ts';
import { factLines, faultLines, findingLines, name, recipeLines } from './terminal-facts.ts';
import { few, heading, labelled, marked, paint, wrap, type Terminal } from './terminal-lines.ts';
import { visible } from './visible.ts';
import {
  LIMIT_OF_TRUST,
  SANDBOX,
  UNPROVEN,
  isUnproven,
  sayCheck,
  validationHeadline,
  verificationBanners,
  verificationHeadline,
} from './words.ts';
import type { Banner, Headline } from './words.ts';

/** Faults of one check; the JSON report has them all. */
const MOST_FAULTS = 3;
/** Times of signing or log entries; real signatures have one or two. */
const MOST_PROOFS = 4;
/** An identity may be a long address; it is shown whole, so that it can be copied. */
const MAX_IDENTITY_CHARACTERS = 500;

export function renderVerificationTerminal(report: VerificationReport, terminal: Terminal): string {
  const { checks, facts, findings } = report;
  // What is wrong comes first; a good report ends with what was checked.
  const isBad = checks.some(({ outcome }) => outcome === 'failed');
  return render([
    ...headlineLines(verificationHeadline(report), facts, terminal),
    ...verificationBanners(report).flatMap((banner) => bannerLines(banner, terminal)),
    '',
    ...identityLines(report, terminal),
    ...(isBad ? checkLines(checks, terminal) : []),
    ...(isUnproven(report) ? ['', ...wrap(UNPROVEN, '', '', terminal)] : []),
    ...factLines(facts, terminal),
    ...findingLines(findings, terminal),
    ...(isBad ? [] : checkLines(checks, terminal)),
    ...lastLines(terminal),
  ]);
}

export function renderValidationTerminal(report: ValidationReport, terminal: Terminal): string {
  const { evidence, facts, faults, findings } = report;
  return render([
    ...headlineLines(validationHeadline(report), facts, terminal),
    ...(evidence?.sandbox === true ? bannerLines(SANDBOX, terminal) : []),
    '',
    ...recipeLines(facts, terminal),
    ...evidenceLines(report, terminal),
    ...(faults.length === 0 ? [] : ['', heading('Not in order', terminal)]),
    ...few(faults, 'faults', (fault) => faultLines(fault, terminal)),
    ...factLines(facts, terminal),
    ...findingLines(findings, terminal),
    ...lastLines(terminal),
  ]);
}

function render(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function headlineLines(
  headline: Headline,
  { recipe }: Facts,
  terminal: Terminal,
): readonly string[] {
  const what = recipe === undefined ? '' : `  ${name(recipe.name)}`;
  return [
    `${marked(headline, terminal)}${what}  (exit ${headline.exitCode})`,
    ...wrap(headline.sentence, '', '', terminal),
  ];
}

function bannerLines({ title, sentence }: Banner, terminal: Terminal): readonly string[] {
  return ['', paint(`!! ${title} !!`, 'bad', terminal), ...wrap(sentence, '   ', '   ', terminal)];
}

function identityLines(report: VerificationReport, terminal: Terminal): readonly string[] {
  const { root, facts, manifestDigest, claimed } = report;
  return [
    ...signatureLines(report, terminal),
    ...labelled('root', name(root.source), terminal),
    ...labelled('', visible(root.digest, 71), terminal),
    ...recipeLines(facts, terminal),
    ...(manifestDigest === undefined
      ? []
      : labelled('bundle', visible(manifestDigest, 71), terminal)),
    ...(claimed === undefined ? [] : labelled('claimed', claimOf(claimed), terminal)),
  ];
}

function signatureLines({ signature }: VerificationReport, terminal: Terminal): readonly string[] {
  switch (signature.state) {
    case 'absent':
      return labelled('signer', 'none', terminal);
    case 'not-verified':
      return labelled('signer', 'not known: the signature did not verify', terminal);
    case 'verified': {
      const { signer, times, logEntries } = signature.proof;
      return [
        ...signerLines(signer, terminal),
        ...few(
          times,
          'proofs',
          ({ at, source }) =>
            labelled('signed', `${timestampOf(at)} (${visible(source, 60)})`, terminal),
          MOST_PROOFS,
        ),
        ...few(
          logEntries,
          'proofs',
          ({ log, index }) => labelled('log', `${name(log)} entry ${name(index)}`, terminal),
          MOST_PROOFS,
        ),
      ];
    }
  }
}

function signerLines({ subject, issuer }: Identity, terminal: Terminal): readonly string[] {
  return [
    ...labelled('signer', visible(subject, MAX_IDENTITY_CHARACTERS), terminal),
    ...labelled('issuer', visible(issuer, MAX_IDENTITY_CHARACTERS), terminal),
  ];
}

function claimOf(claimed: NonNullable<VerificationReport['claimed']>): string {
  const {
    attestedAt,
    aicrVersion,
    validatorCatalogVersion,
    validatorImages,
    redaction = '',
  } = claimed;
  const parts = [
    `made at ${name(attestedAt)}`,
    ...(aicrVersion === '' ? [] : [`aicr ${name(aicrVersion)}`]),
    ...(validatorCatalogVersion === '' ? [] : [`catalog ${name(validatorCatalogVersion)}`]),
    ...(validatorImages === 0 ? [] : [`${validatorImages} validator images`]),
    ...(redaction === '' ? [] : [`redaction ${name(redaction)}`]),
  ];
  return `${parts.join(', ')} (cannot be recomputed)`;
}

function evidenceLines({ evidence }: ValidationReport, terminal: Terminal): readonly string[] {
  if (evidence === undefined) return [];
  const { path, manifestDigest, signer } = evidence;
  return [
    ...labelled('output', visible(path, MAX_IDENTITY_CHARACTERS), terminal),
    ...labelled('bundle', visible(manifestDigest, 71), terminal),
    ...(signer === undefined
      ? labelled('signer', 'none, the evidence is UNSIGNED', terminal)
      : signerLines(signer, terminal)),
  ];
}

/** Every check: those that passed or were not reached by name, the others with their faults. */
function checkLines(checks: readonly CheckResult[], terminal: Terminal): readonly string[] {
  const passed = checks.filter(({ outcome }) => outcome === 'passed');
  const notReached = checks.filter(({ outcome }) => outcome === 'not-reached');
  const faulty = checks.filter(({ outcome }) => outcome === 'failed' || outcome === 'skipped');
  return [
    '',
    heading(`Checks (${passed.length} of ${checks.length} passed)`, terminal),
    ...nameLines(passed, terminal),
    ...faulty.flatMap((check) => faultyLines(check, terminal)),
    ...nameLines(notReached, terminal),
  ];
}

function faultyLines(check: CheckResult, terminal: Terminal): readonly string[] {
  return [
    `  ${marked(sayCheck(check), terminal)} ${check.name}`,
    ...few(
      check.faults,
      'faults of this check',
      (fault) => faultLines(fault, terminal, '    '),
      MOST_FAULTS,
    ),
  ];
}

/** Checks of one outcome. Painted after wrapping, which counts what is shown. */
function nameLines(checks: readonly CheckResult[], terminal: Terminal): readonly string[] {
  const [check] = checks;
  if (check === undefined) return [];
  const said = sayCheck(check);
  const start = marked(said, { ...terminal, colour: false });
  const names = checks.map(({ name: checkName }) => checkName).join(', ');
  const [first = '', ...rest] = wrap(`${start}: ${names}`, '  ', '    ', terminal);
  return [first.replace(start, () => marked(said, terminal)), ...rest];
}

function lastLines(terminal: Terminal): readonly string[] {
  return ['', ...wrap(LIMIT_OF_TRUST, '', '', terminal)];
}
