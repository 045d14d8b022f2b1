// The sections that both reports have: what recipe, snapshot and results show.
import type { Fault, Finding } from '../errors/evidence-error.ts';
import type { ConstraintResult } from '../evidence/constraint/evaluate.ts';
import type { PhaseResult, PhaseTest } from '../evidence/phase/phase.ts';
import type { DimensionMatch } from '../evidence/snapshot/match.ts';
import type { Facts } from '../evidence/validate/facts.ts';
import { code, gfm, join, text, type Markdown } from './escape-markdown.ts';
import { bulletList, table, type Budget } from './markdown-lists.ts';
import type { Said, Shown } from './words.ts';
import {
  alsoMeasured,
  missingOf,
  providedBy,
  sayConstraint,
  sayMatch,
  sayPhase,
  testsOf,
  wantedBy,
} from './words.ts';

// Together with the single values, which `text` and `code` cut, these keep the whole below GitHub's
// 65,536 characters; a test fills every one of them.
const BUDGETS = {
  dimensions: { characters: 5000, noun: 'dimensions' },
  phases: { characters: 5000, noun: 'phases' },
  openTests: { characters: 5000, noun: 'tests' },
  missing: { characters: 2000, noun: 'checks' },
  skipped: { characters: 3000, noun: 'skipped tests' },
  constraints: { characters: 5000, noun: 'constraints' },
  phaseConstraints: { characters: 2000, noun: 'constraints' },
  findings: { characters: 5000, noun: 'findings' },
};

/** The most characters of one part of a fault, where there may be many. */
const MAX_FAULT_CHARACTERS = 120;

/** The most characters of one value in a table. */
const MAX_CELL_CHARACTERS = 80;

export function factSections(facts: Facts): readonly Markdown[] {
  return [
    ...clusterSection(facts),
    ...phasesSection(facts),
    ...testLists(facts),
    ...constraintsSection(facts),
    ...bomSection(facts),
  ];
}

function clusterSection(facts: Facts): readonly Markdown[] {
  if (facts.match === undefined) return [];
  const columns = ['Dimension', 'Recipe wants', 'Cluster has', 'Result'];
  const measured = alsoMeasured(facts).map(([name, value]) => gfm`${name} ${cell(value)}`);
  return [
    gfm`### Cluster`,
    table(columns, facts.match.perDimension, matchRow, BUDGETS.dimensions),
    ...(measured.length > 0
      ? [gfm`Also measured, compared with nothing: ${join(measured, ', ')}.`]
      : []),
  ];
}

function matchRow(match: DimensionMatch): readonly Markdown[] {
  return [
    text(match.dimension, MAX_CELL_CHARACTERS),
    shown(wantedBy(match)),
    shown(providedBy(match)),
    emphasised(sayMatch(match)),
  ];
}

/** Words of ours as such, a value of the document as a value. */
function shown({ words, value }: Shown): Markdown {
  return value === undefined ? gfm`${words}` : cell(value);
}

function phasesSection({ phases }: Facts): readonly Markdown[] {
  if (phases === undefined) return [];
  const numbers = ['#Passed', '#Failed', '#Skipped', '#Pending', '#Other', '#Missing'];
  const columns = ['Phase', 'Required', 'Result', ...numbers];
  return [gfm`### Phases`, table(columns, phases, phaseRow, BUDGETS.phases)];
}

function phaseRow(phase: PhaseResult): readonly Markdown[] {
  const { passed, failed, skipped, pending, other } = phase.counts;
  const numbers = [passed, failed, skipped, pending, other, phase.missing.length];
  return [
    text(phase.phase),
    phase.required ? gfm`yes` : gfm`no`,
    emphasised(sayPhase(phase)),
    ...numbers.map((number) => (phase.state === 'not-run' ? gfm`–` : gfm`${number}`)),
  ];
}

function testLists(facts: Facts): readonly Markdown[] {
  const open = testsOf(facts, ['failed', 'pending', 'other']);
  return [
    ...titled('Tests that did not pass', open, testLine, BUDGETS.openTests),
    ...titled(
      'Checks of the recipe that no test is named after',
      missingOf(facts),
      ({ phase, check }) => gfm`${phase}: ${cell(check)}`,
      BUDGETS.missing,
    ),
    ...titled('Skipped tests', testsOf(facts, ['skipped']), skippedLine, BUDGETS.skipped),
  ];
}

function titled<T>(
  title: string,
  items: readonly T[],
  render: (item: T) => Markdown,
  budget: Budget,
): readonly Markdown[] {
  if (items.length === 0) return [];
  return [gfm`**${title}** (${items.length})`, bulletList(items, render, budget)];
}

function testLine({ phase, name, status, message }: PhaseTest & { phase: string }): Markdown {
  return gfm`**${status}** ${phase}: ${cell(name)}${reason(message)}`;
}

function skippedLine({ phase, name, message }: PhaseTest & { phase: string }): Markdown {
  return gfm`${phase}: ${cell(name)}${reason(message ?? 'no reason given')}`;
}

function reason(message: string | undefined): Markdown {
  return message === undefined || message === '' ? gfm`` : gfm`: ${text(message, 120)}`;
}

function constraintsSection({ constraints, phaseConstraints = [] }: Facts): readonly Markdown[] {
  if (constraints === undefined) return [];
  const passed = constraints.filter(({ outcome }) => outcome === 'passed').length;
  const columns = ['Constraint', 'Expected', 'Actual', 'Result'];
  return [
    gfm`### Constraints`,
    gfm`${passed} of ${constraints.length} hold.`,
    ...(constraints.length === 0
      ? []
      : [table(columns, inOrder(constraints), constraintRow, BUDGETS.constraints)]),
    ...titled(
      'Left to the validators of their phase, not evaluated',
      phaseConstraints,
      ({ phase, name, expected }) => gfm`${cell(phase)}: ${cell(name)} ${cell(expected)}`,
      BUDGETS.phaseConstraints,
    ),
  ];
}

/** The recipe's order; if a cut may come, what does not hold comes first. */
function inOrder(constraints: readonly ConstraintResult[]): readonly ConstraintResult[] {
  const short = constraints.length <= 10;
  return short ? constraints : constraints.toSorted((a, b) => rank(a) - rank(b));
}

function constraintRow(constraint: ConstraintResult): readonly Markdown[] {
  return [
    cell(constraint.name),
    cell(constraint.expected),
    constraint.actual === undefined ? gfm`no value` : cell(constraint.actual),
    constraintResult(constraint),
  ];
}

function rank({ outcome }: ConstraintResult): number {
  return outcome === 'passed' ? 1 : 0;
}

function constraintResult(constraint: ConstraintResult): Markdown {
  const { outcome, reason: why, severity, remediation } = constraint;
  const said = emphasised(sayConstraint(constraint));
  if (outcome === 'passed') return said;
  const notes = [
    ...(why === undefined ? [] : [text(why, MAX_CELL_CHARACTERS)]),
    ...(severity === undefined ? [] : [gfm`severity ${text(severity, MAX_CELL_CHARACTERS)}`]),
    ...(remediation === undefined ? [] : [text(remediation, MAX_CELL_CHARACTERS)]),
  ];
  return notes.length === 0 ? said : gfm`${said}: ${join(notes, ', ')}`;
}

function bomSection({ bom }: Facts): readonly Markdown[] {
  if (bom === undefined) return [];
  const { format, version, digest, components, images } = bom;
  return [
    gfm`### Bill of materials`,
    gfm`${format} ${version}: ${components} components, ${images} of them images, ${code(digest)}`,
  ];
}

export function findingsSection(findings: readonly Finding[]): readonly Markdown[] {
  if (findings.length === 0) return [];
  return [
    gfm`### Findings`,
    gfm`${findings.length}, none of which changes the verdict.`,
    bulletList(findings, (finding) => faultLine(finding), BUDGETS.findings),
  ];
}

/** Code, place, what was found and expected, and what to do next. */
export function faultLine(
  { code: name, at, found, expected, hint }: Fault,
  maxCharacters = MAX_FAULT_CHARACTERS,
): Markdown {
  const place = at === undefined || at === '' ? gfm`` : gfm` at ${code(at, MAX_FAULT_CHARACTERS)}`;
  const next = hint === '' ? gfm`` : gfm`. **Next:** ${text(hint, MAX_FAULT_CHARACTERS)}`;
  const both = gfm`${text(found, maxCharacters)}; expected ${text(expected, maxCharacters)}`;
  return gfm`${code(name)}${place}: found ${both}${next}`;
}

export function cell(value: string): Markdown {
  return code(value, MAX_CELL_CHARACTERS);
}

/** What is not as it should be stands out. */
export function emphasised({ words, tone }: Said): Markdown {
  return tone === 'bad' || tone === 'doubtful' ? gfm`**${words}**` : gfm`${words}`;
}
