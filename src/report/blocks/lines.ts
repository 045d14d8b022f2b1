// One line for each thing that a maintainer asks for.
import { sayDemand } from '../../demand.ts';
import { shorten } from '../../quote.ts';
import { counted, joined, sentence, words, type Sentence } from '../../sentence.ts';
import type {
  AgeJson,
  CheckJson,
  ConstraintJson,
  FactsJson,
  PhaseConstraintJson,
  PhaseJson,
  PolicyEntryJson,
  SignatureJson,
  ValidationJson,
  VerificationJson,
} from '../report-json.ts';
import { sayName } from '../subject.ts';
import { state, type Inline, type Line } from './block.ts';
import { clusterOf } from './cluster-line.ts';
import { sourceLines } from './source-lines.ts';
import { sayConstraint, sayPhase } from './states.ts';

export function verificationLines(report: VerificationJson): readonly Line[] {
  const { bundle, verdict } = report;
  const recipe = recipeLine(report, comparedWithYours(report));
  const facts = [...factLines(report), ...onlyClaimedLine(report)];
  const isUnproven = verdict === 'invalid' && recipe.length + facts.length > 0;
  return [
    ...sourceLines(report.source),
    ...signatureLines(report),
    ...(isUnproven ? [UNPROVEN] : []),
    ...recipe,
    ...(bundle === undefined ? [] : [bundleLine(bundle.manifestDigest)]),
    ...facts,
    ...logsLine(report),
    ...revealedLine(report),
  ];
}

/** Of logs that were supplied a check says whether they are these; of others, only the problem says more. */
function logsLine({ claimed, checks }: VerificationJson): readonly Line[] {
  const { logs } = claimed ?? {};
  const isSame = named(checks, 'logs-match-statement')?.outcome === 'passed';
  if (logs === undefined) {
    return isSame ? [{ label: 'logs', text: words('those that are in the bundle') }] : [];
  }
  if (logs.supplied && !isSame) return [];
  const text = isSame
    ? 'those of the statement'
    : 'beside the bundle: not supplied (--logs compares them)';
  return [{ label: 'logs', text: words(`${counted(logs.fileCount, 'file')}, ${text}`) }];
}

function named(checks: readonly CheckJson[], wanted: CheckJson['name']): CheckJson | undefined {
  return checks.find(({ name }) => name === wanted);
}

/** How many values are proven. */
function revealedLine({ checks }: VerificationJson): readonly Line[] {
  const check = named(checks, 'revealed-values-were-withheld');
  return check?.outcome === 'passed' ? [{ label: 'revealed', text: words(check.found) }] : [];
}

const MOST_CLAIMED = 5;

function onlyClaimedLine({ onlyClaimed = [] }: FactsJson): readonly Line[] {
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

type SignedJson = Pick<VerificationJson, 'signature' | 'signer' | 'root' | 'policy' | 'clock'>;

/** Of what nobody signed a banner says so, and the root decided nothing. */
export function signatureLines(report: SignedJson): readonly Line[] {
  const { signature, root } = report;
  if (signature.state === 'absent') return [];
  return [
    { label: 'signer', text: signerOf(report) },
    ...oneJudgeLine(signature),
    ...policyLine(report),
    { label: 'root', text: sentence`${root.source}${ageOf(root)}, ${root.digest}` },
  ];
}

/** How old it is, by what is in it; and by whom fetched it. */
export function ageOf({ newest, updatedAt, ageDays = 0 }: AgeJson): Sentence {
  return [
    ...(updatedAt === undefined
      ? []
      : sentence`, updated ${daysAgo(ageDays)} (${words(dayOf(updatedAt))})`),
    ...(newest === undefined ? [] : sentence`, its newest key of ${words(dayOf(newest))}`),
  ];
}

function daysAgo(days: number): Sentence {
  return words(days === 0 ? 'today' : `${counted(days, 'day')} ago`);
}

function dayOf(time: string): string {
  return time.slice(0, 10);
}

/** Both judges judge, but for a few things of which one is known to be wrong. */
function oneJudgeLine(signature: SignatureJson): readonly Line[] {
  if (signature.state !== 'verified' || signature.oneJudge === undefined) return [];
  return [{ label: 'judged', text: words(`by one judge alone: ${signature.oneJudge}`) }];
}

/** As much as one line shows. */
const MOST_OF_LABEL = 40;

function standingOf({ tier, label }: PolicyEntryJson): readonly Sentence[] {
  return [
    ...(tier === undefined ? [] : [words(tier)]),
    ...(label === undefined ? [] : [sentence`labelled ${shorten(label, MOST_OF_LABEL)}`]),
  ];
}

/** How near the signer is, and which entry says so. The flags of a call are no policy. */
function policyLine({ policy, clock, signature }: SignedJson): readonly Line[] {
  if (policy === undefined) return [];
  const { source, digest, entry } = policy;
  const place = sentence`${entry?.at ?? source}`;
  const refusal = signature.state === 'verified' ? ' does not allow this signature' : '';
  const by = entry === undefined ? sentence`${place}${words(refusal)}` : sentence`by ${place}`;
  const parts = [
    ...(entry === undefined ? [] : standingOf(entry)),
    by,
    sentence`digest ${digest.slice('sha256:'.length).slice(0, 12)}…`,
    ...(clock === undefined ? [] : [sentence`its clock at ${words(clock)}`]),
  ];
  return [{ label: 'policy', text: joined(parts, ', ') }];
}

export function validationLines(report: ValidationJson): readonly Line[] {
  const { evidence } = report;
  return [
    ...(evidence === undefined ? [] : [evidenceLine(evidence)]),
    ...recipeLine(report, 'digest '),
    ...(evidence === undefined ? [] : [bundleLine(evidence.manifestDigest)]),
    ...factLines(report),
    ...onlyClaimedLine(report),
  ];
}

function signerOf({ signature, signer }: SignedJson): Inline {
  if (signature.state !== 'verified' || signer === undefined) {
    return words('not known: no signature was verified');
  }
  return sentence`${sayName(signer)}, signed at ${signature.signedAt}`;
}

function evidenceLine({ path, signer }: NonNullable<ValidationJson['evidence']>): Line {
  const by = signer === undefined ? words('by nobody') : sentence`by ${sayName(signer)}`;
  return { label: 'evidence', text: [...sentence`${path}, signed `, ...by] };
}

function bundleLine(manifestDigest: string): Line {
  return { label: 'bundle', text: sentence`${manifestDigest}` };
}

function comparedWithYours(report: VerificationJson): string {
  const { recipeCompared, filesCompared, checks, findings } = report;
  const check = named(checks, 'recipe-matches-yours');
  if (!recipeCompared) return 'not compared with yours; its digest is ';
  if (check?.outcome !== 'passed') return 'not the same as yours; digest ';
  const files = filesCompared === undefined ? '' : ` with ${counted(filesCompared, 'file')}`;
  return findings.some(({ code }) => code === 'CRITERIA_WITHOUT_OVERLAY')
    ? `the same as yours${files}, which have nothing for some of its criteria; digest `
    : `the same as yours${files}; digest `;
}

function recipeLine({ recipe }: FactsJson, lead: string): readonly Line[] {
  if (recipe === undefined) return [];
  return [{ label: 'recipe', text: sentence`${recipe.name}, ${words(lead)}${recipe.digest}` }];
}

function factLines(facts: FactsJson): readonly Line[] {
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

function phasesOf(phases: readonly PhaseJson[]): Inline {
  const shown = phases.filter((phase) => phase.required || phase.state !== 'not-run');
  if (shown.length === 0) return words('none was run, and the recipe demands none');
  return joined(shown.map(phaseOf), ', ');
}

/** Counts that are zero say nothing. */
export function phaseOf(result: PhaseJson): Inline {
  const { phase, counts, missing, flaky } = result;
  const all = [...Object.entries(counts), ['missing', missing.length], ['flaky', flaky]] as const;
  const numbers = all.flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
  const tail = numbers.length === 0 ? '' : ` (${numbers.join(', ')})`;
  return [`${phase} `, ...state(sayPhase(result)), tail];
}

function constraintsOf(constraints: readonly ConstraintJson[]): Inline {
  if (constraints.length === 0) return words('the recipe demands none');
  const open = constraints.filter(({ outcome }) => outcome !== 'passed');
  const met = `${constraints.length - open.length} of ${constraints.length}`;
  const [worst] = open;
  const tone = worst === undefined ? 'good' : 'plain';
  const all = state({ words: `${met} hold`, tone, claim: `${met} recorded as holding` });
  return worst === undefined ? all : [...all, ', ', ...state(sayConstraint(worst))];
}

const MOST_FIGURES = 3;

/** What the tests printed, beside what the recipe demands of it. One that contradicts is a problem. */
function figuresLine({ phaseConstraints = [] }: FactsJson): readonly Line[] {
  const met = phaseConstraints.filter(({ outcome }) => outcome === 'holds');
  if (met.length === 0) return [];
  const shown = joined(met.slice(0, MOST_FIGURES).map(figureOf), ', ');
  const left = met.length - MOST_FIGURES;
  const more = left > 0 ? ` and ${left} more` : '';
  return [{ label: 'claimed', text: ['the tests printed ', ...shown, more] }];
}

export function figureOf({ name, expected, figure }: PhaseConstraintJson): Inline {
  const { text = '', unit = '', tolerance = 0 } = figure ?? {};
  const less = tolerance === 0 ? [] : sentence`, ${tolerance}% less is enough`;
  return sentence`${name} ${`${text} ${unit}`} (wants ${sayDemand(expected)}${less})`;
}
