// What recipe, snapshot and results show, for a shell: whole where it is red, one line where it is not.
import { hexOf } from '../digest.ts';
import type { Fault, Finding } from '../errors/evidence-error.ts';
import { TEST_STATUSES, type PhaseResult, type PhaseTest } from '../evidence/phase/phase.ts';
import type { Facts } from '../evidence/validate/facts.ts';
import type { Terminal } from './terminal-lines.ts';
import { columns, few, heading, labelled, marked, paint, wrap } from './terminal-lines.ts';
import { visible } from './visible.ts';
import type { Shown } from './words.ts';
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

const MAX_NAME_CHARACTERS = 100;
const MAX_MESSAGE_CHARACTERS = 200;

export function recipeLines({ recipe, bom }: Facts, terminal: Terminal): readonly string[] {
  const lines: string[] = [];
  if (recipe !== undefined) {
    const version = recipe.apiVersion === '' ? 'no apiVersion' : name(recipe.apiVersion);
    lines.push(...labelled('recipe', `${name(recipe.name)} (${version})`, terminal));
    lines.push(...labelled('', visible(hexOf(recipe.digest), 64), terminal));
  }
  if (bom !== undefined) {
    const { format, version, components, images } = bom;
    const parts = `${components} components, ${images} of them images`;
    lines.push(...labelled('bom', `${name(format)} ${name(version)}: ${parts}`, terminal));
  }
  return lines;
}

export function factLines(facts: Facts, terminal: Terminal): readonly string[] {
  return [
    ...clusterLines(facts, terminal),
    ...phaseLines(facts, terminal),
    ...constraintLines(facts, terminal),
  ];
}

function clusterLines(facts: Facts, terminal: Terminal): readonly string[] {
  if (facts.match === undefined) return [];
  const rows = facts.match.perDimension.map((match) => [
    name(match.dimension),
    shown(wantedBy(match)),
    shown(providedBy(match)),
    marked(sayMatch(match), terminal),
  ]);
  const measured = alsoMeasured(facts).map(([label, value]) => `${label} ${name(value)}`);
  return [
    '',
    heading('Cluster', terminal),
    ...columns([['', 'recipe wants', 'cluster has', ''], ...rows]),
    ...(measured.length === 0 ? [] : wrap(`also: ${measured.join(', ')}`, '  ', '  ', terminal)),
  ];
}

function shown({ words, value }: Shown): string {
  return value === undefined ? words : visible(value, 24);
}

function phaseLines(facts: Facts, terminal: Terminal): readonly string[] {
  const { phases } = facts;
  if (phases === undefined) return [];
  const states = phases.map((phase) => [
    phase.phase,
    `${marked(sayPhase(phase), terminal)}${countsOf(phase)}`,
  ]);
  return [
    '',
    heading('Phases', terminal),
    ...columns(states),
    ...few(testsOf(facts, ['failed', 'pending', 'other']), 'tests', (test) =>
      testLines(`✗ ${test.status} ${test.phase}: `, test, terminal),
    ),
    ...few(missingOf(facts), 'checks without a test', ({ phase, check }) =>
      wrap(`✗ no test for the recipe's check ${phase}: ${name(check)}`, '  ', '    ', terminal),
    ),
    ...few(testsOf(facts, ['skipped']), 'skipped tests', (test) =>
      testLines(`· skipped ${test.phase}: `, test, terminal),
    ),
  ];
}

function countsOf({ state, counts, required }: PhaseResult): string {
  const some = TEST_STATUSES.filter((status) => counts[status] > 0);
  const said = some.map((status) => `${counts[status]} ${status}`);
  const parts = [
    ...(state === 'not-run' ? [] : [said.length === 0 ? 'no tests' : said.join(', ')]),
    ...(required ? [] : ['not required']),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function testLines(start: string, test: PhaseTest, terminal: Terminal): readonly string[] {
  const { message = '' } = test;
  const why = message === '' ? '' : `: ${visible(message, MAX_MESSAGE_CHARACTERS)}`;
  return wrap(`${start}${name(test.name)}${why}`, '  ', '    ', terminal);
}

function constraintLines(facts: Facts, terminal: Terminal): readonly string[] {
  const { constraints, phaseConstraints = [] } = facts;
  if (constraints === undefined) return [];
  const red = constraints.filter(({ outcome }) => outcome !== 'passed');
  const words = `${constraints.length - red.length} of ${constraints.length} hold`;
  return [
    '',
    heading('Constraints', terminal),
    `  ${marked({ words, tone: red.length === 0 ? 'good' : 'bad' }, terminal)}`,
    ...few(red, 'constraints that do not hold', (constraint) => {
      const { actual, expected, reason } = constraint;
      const found =
        actual === undefined ? name(reason ?? 'not in the snapshot') : `found ${name(actual)}`;
      const line = `${name(constraint.name)}: ${found}, expected ${name(expected)}`;
      return wrap(`✗ ${sayConstraint(constraint).words} ${line}`, '  ', '    ', terminal);
    }),
    ...(phaseConstraints.length === 0
      ? []
      : [`  · ${phaseConstraints.length} left to the validators of their phase, not evaluated`]),
  ];
}

export function findingLines(findings: readonly Finding[], terminal: Terminal): readonly string[] {
  if (findings.length === 0) return [];
  return [
    '',
    heading(`Findings (${findings.length}, none changes the verdict)`, terminal),
    ...few(findings, 'findings', (finding) => faultLines(finding, terminal)),
  ];
}

/** What, where, found, expected, next. */
export function faultLines(
  { code, at, found, expected, hint }: Fault,
  terminal: Terminal,
  indent = '  ',
): readonly string[] {
  const details = [
    ['at', at ?? ''],
    ['found', found],
    ['want', expected],
    ['next', hint],
  ] as const;
  return [
    `${indent}${paint(code, 'doubtful', terminal)}`,
    ...details
      .filter(([, text]) => text !== '')
      .flatMap(([label, text]) =>
        wrap(
          visible(text, MAX_MESSAGE_CHARACTERS),
          `${indent}  ${label.padEnd(7)}`,
          `${indent}${' '.repeat(9)}`,
          terminal,
        ),
      ),
  ];
}

export function name(value: string): string {
  return value === '' ? '(empty)' : visible(value, MAX_NAME_CHARACTERS);
}
