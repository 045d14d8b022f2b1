// The report that people read in a pull request. Verdict first; the rest only as far as it helps.
import type { CheckResult } from '../attestation/check-log.ts';
import { hexOf } from '../digest.ts';
import { timestampOf } from '../document/time.ts';
import type { Fault } from '../errors/evidence-error.ts';
import type { Facts, ValidationReport } from '../evidence/validate/facts.ts';
import type { VerificationReport } from '../evidence/verify/verify-evidence.ts';
import type { Identity, Proof } from '../trust/trust.ts';
import { code, codeBlock, gfm, join, text, type Markdown } from './escape-markdown.ts';
import { cell, emphasised, factSections, faultLine, findingsSection } from './markdown-facts.ts';
import { bulletList, table } from './markdown-lists.ts';
import {
  LIMIT_OF_TRUST,
  SANDBOX,
  UNPROVEN,
  isUnproven,
  recomputedOf,
  sayCheck,
  validationHeadline,
  verificationBanners,
  verificationHeadline,
} from './words.ts';
import type { Banner, Headline, Tone } from './words.ts';

export interface VerificationMarkdownOptions {
  /** The input as the user typed it. */
  readonly source: string;
  /** The command that repeats the verification. */
  readonly repeat: string;
}

/** All faults together, in characters of their source. */
const MAX_FAULTS = 14_000;
const MAX_CHECKS = 12_000;
const MAX_COMMAND_CHARACTERS = 1000;
/** Times of signing or log entries; real signatures have one or two. */
const MAX_PROOFS = 4;

const MARKS: Readonly<Record<Tone, Markdown>> = {
  good: gfm`✅`,
  bad: gfm`❌`,
  doubtful: gfm`⚠️`,
  plain: gfm``,
};

/** Below 65,536 characters, whatever the report holds; the same report gives the same text. */
export function renderVerificationMarkdown(
  report: VerificationReport,
  { source, repeat }: VerificationMarkdownOptions,
): string {
  return render([
    ...headline(verificationHeadline(report), report.facts),
    ...verificationBanners(report).map(alert),
    ...notInOrder(report),
    identityList(report, source),
    ...(isUnproven(report) ? [gfm`**${UNPROVEN}**`] : []),
    ...factSections(report.facts),
    provenance(report),
    ...findingsSection(report.findings),
    ...checksTable(report),
    gfm`*${LIMIT_OF_TRUST}*`,
    gfm`To repeat this verification (${report.tool.name} ${report.tool.version}):`,
    codeBlock(repeat, MAX_COMMAND_CHARACTERS),
  ]);
}

/** Below 65,536 characters, whatever the report holds; the same report gives the same text. */
export function renderValidationMarkdown(report: ValidationReport): string {
  const { facts, faults, findings, tool, evidence } = report;
  return render([
    ...headline(validationHeadline(report), facts),
    ...(evidence?.sandbox === true ? [alert(SANDBOX)] : []),
    ...faultSection(faults),
    section('Recipe', [...recipeItems(facts), ...evidenceItems(evidence)]),
    ...factSections(facts),
    ...findingsSection(findings),
    gfm`*${LIMIT_OF_TRUST}*`,
    gfm`${tool.name} ${tool.version}`,
  ]);
}

function render(blocks: readonly Markdown[]): string {
  const filled = blocks.filter(({ source }) => source !== '');
  return `${join(filled, '\n\n').source}\n`;
}

function headline(said: Headline, { recipe }: Facts): readonly Markdown[] {
  const { words, tone, sentence, exitCode } = said;
  const name = recipe === undefined ? gfm`` : gfm`: ${text(recipe.name, 100)}`;
  return [
    gfm`## ${MARKS[tone]} ${words}${name}`,
    gfm`${text(sentence, 400)} Exit code ${exitCode}.`,
  ];
}

/** A blockquote that GitHub shows as a coloured box. */
function alert({ title, sentence }: Banner): Markdown {
  return join([gfm`> [!CAUTION]`, gfm`> **${title}.** ${text(sentence, 400)}`], '\n');
}

/** Each check has its share of the space, so that the faults of one never hide another's. */
function notInOrder({ checks }: VerificationReport): readonly Markdown[] {
  const faulty = checks.filter(({ faults }) => faults.length > 0);
  if (faulty.length === 0) return [];
  const characters = Math.floor(MAX_FAULTS / faulty.length);
  // Few faults have room for whole identities and digests, side by side.
  const most = faulty.length <= 4 ? 300 : 100;
  const lists = faulty.map((check) => {
    const said = gfm`**${sayCheck(check).words}** ${code(check.name)}`;
    const budget = { characters, noun: 'faults of this check' };
    return bulletList(check.faults, (fault) => gfm`${said} ${faultLine(fault, most)}`, budget);
  });
  const notReached = checks
    .filter(({ outcome }) => outcome === 'not-reached')
    .map(({ name }) => code(name));
  return [
    gfm`### Not in order`,
    join(lists, '\n'),
    ...(notReached.length === 0
      ? []
      : [gfm`Not reached, and so not judged: ${join(notReached, ', ')}.`]),
  ];
}

function faultSection(faults: readonly Fault[]): readonly Markdown[] {
  if (faults.length === 0) return [];
  const budget = { characters: MAX_FAULTS, noun: 'faults' };
  return [gfm`### Not in order`, bulletList(faults, (fault) => faultLine(fault), budget)];
}

function identityList(report: VerificationReport, source: string): Markdown {
  const { signature, root, manifestDigest, facts } = report;
  const items = [
    ...(signature.state === 'verified' ? proofItems(signature.proof) : []),
    ...(signature.state === 'absent' ? [gfm`**Signer:** none`] : []),
    ...(signature.state === 'not-verified'
      ? [gfm`**Signer:** not known, the signature did not verify`]
      : []),
    gfm`**Trusted root:** ${text(root.source)}, ${code(root.digest)}`,
    ...recipeItems(facts),
    ...(manifestDigest === undefined ? [] : [gfm`**Bundle:** ${code(manifestDigest)} (manifest)`]),
    gfm`**Input:** ${code(source)}`,
  ];
  return section('Evidence', items);
}

/** A list of our own, never cut. Its heading keeps it apart from a list before it. */
function section(title: string, items: readonly Markdown[]): Markdown {
  if (items.length === 0) return gfm``;
  const list = bulletList(items, (item) => item, { characters: Infinity, noun: '' });
  return join([gfm`### ${title}`, list], '\n\n');
}

function signerItems({ subject, issuer }: Identity): readonly Markdown[] {
  return [gfm`**Signer:** ${code(subject, 500)}`, gfm`**Issuer:** ${code(issuer, 500)}`];
}

function proofItems({ signer, times, logEntries }: Proof): readonly Markdown[] {
  return [
    ...signerItems(signer),
    gfm`**Signed:** ${few(times, ({ at, source }) => gfm`${code(timestampOf(at))} (${text(source, 60)})`)}`,
    gfm`**Log:** ${few(logEntries, ({ log, index }) => gfm`${code(log)} entry ${code(index, 40)}`)}`,
  ];
}

function few<T>(items: readonly T[], show: (item: T) => Markdown): Markdown {
  const shown = join(items.slice(0, MAX_PROOFS).map(show), ', ');
  const left = items.length - MAX_PROOFS;
  if (left > 0) return gfm`${shown}, and ${left} more`;
  return items.length === 0 ? gfm`none` : shown;
}

function recipeItems({ recipe }: Facts): readonly Markdown[] {
  if (recipe === undefined) return [];
  const version = recipe.apiVersion === '' ? gfm`no apiVersion` : code(recipe.apiVersion);
  return [gfm`**Recipe:** ${code(recipe.name)} (${version}), digest ${code(hexOf(recipe.digest))}`];
}

function evidenceItems(evidence: ValidationReport['evidence']): readonly Markdown[] {
  if (evidence === undefined) return [];
  const { path, manifestDigest, signer } = evidence;
  return [
    gfm`**Evidence:** ${code(path)}`,
    gfm`**Bundle:** ${code(manifestDigest)} (manifest)`,
    ...(signer === undefined
      ? [gfm`**Signer:** none, the evidence is **UNSIGNED**`]
      : signerItems(signer)),
  ];
}

function provenance({ facts, claimed }: VerificationReport): Markdown {
  if (claimed === undefined) return gfm``;
  const { attestedAt, aicrVersion, validatorCatalogVersion, validatorImages, redaction } = claimed;
  const recomputed = recomputedOf(facts);
  return section('Recomputed and claimed', [
    gfm`**Recomputed from the files:** ${recomputed.length === 0 ? 'nothing' : recomputed.join(', ')}`,
    gfm`**Only claimed:** made at ${cell(attestedAt)}, aicr version ${claim(aicrVersion)}, validator catalog ${claim(validatorCatalogVersion)}, ${String(validatorImages)} validator images, redaction ${claim(redaction ?? '')}; that snapshot and results come from that cluster`,
  ]);
}

function claim(value: string): Markdown {
  return value === '' ? gfm`none` : cell(value);
}

/** Every check, also those that passed; folded, because they are of interest only now and then. */
function checksTable({ checks }: VerificationReport): readonly Markdown[] {
  const passed = checks.filter(({ outcome }) => outcome === 'passed').length;
  const columns = ['Check', 'Outcome', 'Found', 'Expected', 'Next'];
  return [
    gfm`<details><summary>${passed} of ${checks.length} checks passed</summary>`,
    table(columns, checks, checkRow, { characters: MAX_CHECKS, noun: 'checks' }),
    gfm`</details>`,
  ];
}

function checkRow(check: CheckResult): readonly Markdown[] {
  return [
    code(check.name),
    emphasised(sayCheck(check)),
    text(check.found, 80),
    text(check.expected, 80),
    text(check.hint, 80),
  ];
}
