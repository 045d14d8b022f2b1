import type { Signature } from '../../attestation/kind.ts';
// One line for each thing that a maintainer asks for.
import { digestOf, hexOf } from '../../digest.ts';
import { timestampOf } from '../../document/time.ts';
import { sayDemand } from '../../evidence/constraint/demand.ts';
import type { ConstraintResult } from '../../evidence/constraint/evaluate.ts';
import type { PhaseConstraint } from '../../evidence/figure/figure.ts';
import type { PhaseResult } from '../../evidence/phase/phase.ts';
import type { Fingerprint } from '../../evidence/snapshot/fingerprint.ts';
import { isMeasured } from '../../evidence/snapshot/match.ts';
import type { CriteriaMatch, DimensionMatch } from '../../evidence/snapshot/match.ts';
import type { Facts, ValidationReport } from '../../evidence/validate/facts.ts';
import { LOGS_CHECK, OWN_RECIPE_CHECK, REVEALED_CHECK } from '../../evidence/verify/checks.ts';
import type { VerificationReport } from '../../evidence/verify/verify-evidence.ts';
import type { PolicySigner } from '../../policy/policy-signer.ts';
import { shorten } from '../../quote.ts';
import { counted, joined, sentence, words, type Sentence } from '../../sentence.ts';
import { isKeySigner, type ProvenSigner, type TrustedRootInfo } from '../../trust/trust.ts';
import { state, type Inline, type Line } from './block.ts';
import { sourceLines } from './source-lines.ts';
import { sayConstraint, sayMatch, sayPhase } from './states.ts';

export function verificationLines(report: VerificationReport): readonly Line[] {
  const { facts, manifestDigest, verdict } = report;
  const isUnproven = verdict === 'invalid' && Object.keys(facts).length > 0;
  return [
    ...sourceLines(report.source),
    ...signatureLines(report),
    ...(isUnproven ? [UNPROVEN] : []),
    ...recipeLine(facts, comparedWithYours(report)),
    ...(manifestDigest === undefined ? [] : [bundleLine(manifestDigest)]),
    ...factLines(facts),
    ...onlyClaimedLine(facts),
    ...logsLine(report),
    ...revealedLine(report),
  ];
}

/** Of logs that were supplied a check says whether they are these; of others, only the problem says more. */
function logsLine({ claimed, checks }: VerificationReport): readonly Line[] {
  const { logs } = claimed ?? {};
  const isSame = checks.some(({ name, outcome }) => name === LOGS_CHECK && outcome === 'passed');
  if (logs === undefined) {
    return isSame ? [{ label: 'logs', text: words('those that are in the bundle') }] : [];
  }
  if (logs.supplied && !isSame) return [];
  const text = isSame
    ? 'those of the statement'
    : 'beside the bundle: not supplied (--logs compares them)';
  return [{ label: 'logs', text: words(`${counted(logs.fileCount, 'file')}, ${text}`) }];
}

/** How many values are proven. */
function revealedLine({ checks }: VerificationReport): readonly Line[] {
  const check = checks.find(({ name }) => name === REVEALED_CHECK);
  return check?.outcome === 'passed' ? [{ label: 'revealed', text: words(check.found) }] : [];
}

const MOST_CLAIMED = 5;

function onlyClaimedLine({ onlyClaimed = [] }: Facts): readonly Line[] {
  if (onlyClaimed.length === 0) return [];
  const shown = joined(
    onlyClaimed.slice(0, MOST_CLAIMED).map((name) => sentence`${name}`),
    ', ',
  );
  const left = onlyClaimed.length - MOST_CLAIMED;
  const more = left > 0 ? ` and ${left} more` : '';
  return [
    {
      label: 'only claimed',
      text: [...shown, `${more}: stated, not shown by the packed snapshot`],
    },
  ];
}

/** Facts of invalid evidence come from files that nobody vouches for. */
const UNPROVEN: Line = {
  label: 'unproven',
  text: words('the evidence is invalid; what follows is only what the files say'),
};

/** Of what nobody signed a banner says so, and the root decided nothing. */
function signatureLines(report: VerificationReport): readonly Line[] {
  const { signature, root } = report;
  if (signature.state === 'absent') return [];
  return [
    { label: 'signer', text: signerOf(signature) },
    ...oneJudgeLine(report),
    ...policyLine(report),
    { label: 'root', text: sentence`${root.source}${ageOf(root)}, ${root.digest}` },
  ];
}

/** How old it is, by what is in it; and by whom fetched it. */
export function ageOf({ newest, updated }: Pick<TrustedRootInfo, 'newest' | 'updated'>): Sentence {
  return [
    ...(updated === undefined
      ? []
      : sentence`, updated ${daysAgo(updated.ageDays)} (${words(dayOf(updated.at))})`),
    ...(newest === undefined ? [] : sentence`, its newest key of ${words(dayOf(newest))}`),
  ];
}

function daysAgo(days: number): Sentence {
  return words(days === 0 ? 'today' : `${counted(days, 'day')} ago`);
}

function dayOf(time: Date): string {
  return timestampOf(time).slice(0, 10);
}

/** Both judges judge, but for a few things of which one is known to be wrong. */
function oneJudgeLine({ oneJudge }: VerificationReport): readonly Line[] {
  return oneJudge === undefined
    ? []
    : [{ label: 'judged', text: words(`by one judge alone: ${oneJudge}`) }];
}

/** As much as one line shows. */
const MOST_OF_LABEL = 40;

function standingOf({ tier, label }: PolicySigner): readonly Sentence[] {
  return [
    ...(tier === undefined ? [] : [words(tier)]),
    ...(label === undefined ? [] : [sentence`labelled ${shorten(label, MOST_OF_LABEL)}`]),
  ];
}

/** How near the signer is, and which entry says so. The flags of a call are no policy. */
function policyLine({ policy, now, signature }: VerificationReport): readonly Line[] {
  const { file, entry } = policy ?? {};
  if (file === undefined) return [];
  const place = sentence`${entry?.at ?? file.source}`;
  const refusal = signature.state === 'verified' ? ' does not allow this signature' : '';
  const by = entry === undefined ? sentence`${place}${words(refusal)}` : sentence`by ${place}`;
  const parts = [
    ...(entry === undefined ? [] : standingOf(entry)),
    by,
    sentence`digest ${hexOf(file.digest).slice(0, 12)}…`,
    ...(now === undefined ? [] : [sentence`its clock at ${words(timestampOf(now))}`]),
  ];
  return [{ label: 'policy', text: joined(parts, ', ') }];
}

export function validationLines({ facts, evidence }: ValidationReport): readonly Line[] {
  return [
    ...(evidence === undefined ? [] : [evidenceLine(evidence)]),
    ...recipeLine(facts, 'digest '),
    ...(evidence === undefined ? [] : [bundleLine(evidence.manifestDigest)]),
    ...factLines(facts),
    ...onlyClaimedLine(facts),
  ];
}

function signerOf(signature: Exclude<Signature, { readonly state: 'absent' }>): Inline {
  if (signature.state === 'not-verified') {
    return words('not known: no signature was verified');
  }
  const { signer, signedAt } = signature.proof;
  return sentence`${identity(signer)}, signed at ${timestampOf(signedAt)}`;
}

function identity(signer: ProvenSigner): Sentence {
  if (isKeySigner(signer)) return sentence`the key ${digestOf(signer.publicKey)}`;
  const { subject, issuer } = signer;
  return sentence`${subject} (issuer ${issuer})`;
}

function evidenceLine({ path, signer }: NonNullable<ValidationReport['evidence']>): Line {
  const by = signer === undefined ? words('by nobody') : sentence`by ${identity(signer)}`;
  return { label: 'evidence', text: [...sentence`${path}, signed `, ...by] };
}

function bundleLine(manifestDigest: string): Line {
  return { label: 'bundle', text: sentence`${manifestDigest}` };
}

function comparedWithYours(report: VerificationReport): string {
  const { recipeCompared, filesCompared, checks, findings } = report;
  const check = checks.find(({ name }) => name === OWN_RECIPE_CHECK);
  if (!recipeCompared) return 'not compared with yours; its digest is ';
  if (check?.outcome !== 'passed') return 'not the same as yours; digest ';
  const files = filesCompared === undefined ? '' : ` with ${counted(filesCompared, 'file')}`;
  return findings.some(({ code }) => code === 'CRITERIA_WITHOUT_OVERLAY')
    ? `the same as yours${files}, which have nothing for some of its criteria; digest `
    : `the same as yours${files}; digest `;
}

function recipeLine({ recipe }: Facts, lead: string): readonly Line[] {
  if (recipe === undefined) return [];
  const digest = hexOf(recipe.digest);
  return [{ label: 'recipe', text: sentence`${recipe.name}, ${words(lead)}${digest}` }];
}

function factLines(facts: Facts): readonly Line[] {
  const { match, fingerprint, phases, constraints } = facts;
  return [
    ...(match === undefined || fingerprint === undefined
      ? []
      : [{ label: 'cluster', text: clusterOf(match, fingerprint) }]),
    ...(phases === undefined ? [] : [{ label: 'phases', text: phasesOf(phases) }]),
    ...(constraints === undefined
      ? []
      : [{ label: 'constraints', text: constraintsOf(constraints) }]),
    ...figuresLine(facts),
  ];
}

/** What was demanded and measured, what is not as demanded, and how large the cluster is. */
function clusterOf(
  { perDimension }: CriteriaMatch,
  { k8sVersion, nodeCount, gpuNodeCount }: Fingerprint,
): Inline {
  const demanded = perDimension.filter(
    ({ dimension, recipeRequires = '' }) => isMeasured(dimension) && recipeRequires !== '',
  );
  const fits = demanded.every(({ match }) => match === 'matched');
  const shown: Inline = [
    ...joined(demanded.map(dimensionOf), ', '),
    fits ? ', as the recipe wants' : '',
  ];
  return joined(
    [
      demanded.length === 0 ? words('the recipe demands nothing of it') : shown,
      ...(k8sVersion.value === '' ? [] : [sentence`Kubernetes ${k8sVersion.value}`]),
      ...(nodeCount.value === 0
        ? []
        : [sentence`${nodeCount.value} nodes, ${gpuNodeCount.value} with a GPU`]),
    ],
    '; ',
  );
}

function dimensionOf(row: DimensionMatch): Inline {
  const { dimension, recipeRequires = '', fingerprintProvides = '', match } = row;
  const value = fingerprintProvides === '' ? words('not shown') : sentence`${fingerprintProvides}`;
  const has = [...sentence`${words(dimension)} `, ...value];
  if (match === 'matched') return has;
  return [...has, ' ', ...state(sayMatch(row)), ...sentence` (wants ${recipeRequires})`];
}

function phasesOf(phases: readonly PhaseResult[]): Inline {
  const shown = phases.filter((phase) => phase.required || phase.state !== 'not-run');
  if (shown.length === 0) return words('none was run, and the recipe demands none');
  return joined(shown.map(phaseOf), ', ');
}

/** Counts that are zero say nothing. */
function phaseOf(result: PhaseResult): Inline {
  const { phase, counts, missing, flaky } = result;
  const all = [...Object.entries(counts), ['missing', missing.length], ['flaky', flaky]] as const;
  const numbers = all.flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
  const tail = numbers.length === 0 ? '' : ` (${numbers.join(', ')})`;
  return [`${phase} `, ...state(sayPhase(result)), tail];
}

function constraintsOf(constraints: readonly ConstraintResult[]): Inline {
  if (constraints.length === 0) return words('the recipe demands none');
  const open = constraints.filter(({ outcome }) => outcome !== 'passed');
  const all = `${constraints.length - open.length} of ${constraints.length} hold`;
  const [worst] = open;
  return worst === undefined ? words(all) : [`${all}, `, ...state(sayConstraint(worst))];
}

const MOST_FIGURES = 3;

/** What the tests printed, beside what the recipe demands of it. One that contradicts is a problem. */
function figuresLine({ phaseConstraints = [] }: Facts): readonly Line[] {
  const met = phaseConstraints.filter(({ outcome }) => outcome === 'holds');
  if (met.length === 0) return [];
  const shown = joined(met.slice(0, MOST_FIGURES).map(figureOf), ', ');
  const left = met.length - MOST_FIGURES;
  const more = left > 0 ? ` and ${left} more` : '';
  return [{ label: 'claimed', text: ['the tests printed ', ...shown, more] }];
}

function figureOf({ name, expected, figure }: PhaseConstraint): Inline {
  const { text = '', unit = '', tolerance = 0 } = figure ?? {};
  const less = tolerance === 0 ? [] : sentence`, ${tolerance}% less is enough`;
  return sentence`${name} ${`${text} ${unit}`} (wants ${sayDemand(expected)}${less})`;
}
