// What most readers skip: tables, tests, claims, every check with what it found.
import { isMeasured } from '../../dimensions.ts';
import { counted, joined, sentence, words } from '../../sentence.ts';
import type {
  CheckJson,
  ConstraintJson,
  DimensionJson,
  FactsJson,
  FaultJson,
  PhaseConstraintJson,
  TestJson,
} from '../report-json.ts';
import { state } from './block.ts';
import type { Block, Inline, ListBlock, Said } from './block.ts';
import { sayFault } from './problems.ts';
import { sayCheck, sayConstraint, sayFigure, sayMatch } from './states.ts';

export type Fold = Extract<Block, { readonly block: 'fold' }>;

export function factFolds(facts: FactsJson): readonly Fold[] {
  return [...clusterFold(facts), ...testsFold(facts), ...constraintsFold(facts)];
}

function clusterFold({ match, fingerprint, onlyClaimed = [] }: FactsJson): readonly Fold[] {
  if (match === undefined || fingerprint === undefined) return [];
  const { service, os, region, gpuModel, accelerator } = fingerprint;
  const measured = ([name]: readonly [string, string | undefined]): boolean =>
    !onlyClaimed.includes(name);
  const values: readonly (readonly [string, string | undefined])[] = [
    ['OS version', os.version],
    ['region', region.value],
    ['region', region.note],
    ['GPU model', gpuModel.value],
    ['accelerator', accelerator.note],
    ['service', service.note],
  ];
  const also = named(values.filter(measured));
  const columns = ['Dimension', 'Recipe wants', 'Cluster has', 'Result'];
  const rows = match.perDimension.map(dimensionRow);
  return [
    {
      block: 'fold',
      topic: 'cluster',
      summary: 'Cluster and recipe, dimension by dimension',
      details: [
        { block: 'table', columns, rows, noun: 'dimension' },
        list('Also measured, and compared with nothing', also, 'value'),
      ],
      brief: [],
    },
  ];
}

function dimensionRow(match: DimensionJson): readonly Inline[] {
  const { dimension, recipeRequires = '', fingerprintProvides = '' } = match;
  const missing = isMeasured(dimension) ? 'not shown' : 'cannot be measured';
  return [
    words(dimension),
    recipeRequires === '' ? words('any') : sentence`${recipeRequires}`,
    fingerprintProvides === '' ? words(missing) : sentence`${fingerprintProvides}`,
    state(sayMatch(match)),
  ];
}

function testsFold({ phases = [] }: FactsJson): readonly Fold[] {
  const tests = phases.flatMap(({ phase, tests: all }) =>
    declaredFirst(all).map((test) => ({ ...test, phase })),
  );
  if (tests.length === 0) return [];
  const { open, skipped, passed } = Object.groupBy(tests, ({ status }) =>
    status === 'passed' || status === 'skipped' ? status : 'open',
  );
  const missing = phases.flatMap(({ phase, missing: checks }) =>
    checks.map((check) => sentence`${words(phase)}: ${check}`),
  );
  return [
    {
      block: 'fold',
      topic: 'tests',
      summary: counted(tests.length, 'test'),
      details: [
        list('Did not pass', (open ?? []).map(testLine), 'test'),
        list('Checks of the recipe that no test is named after', missing, 'check'),
        list('Skipped', (skipped ?? []).map(testLine), 'test'),
        list('Passed', (passed ?? []).map(testLine), 'test'),
        list('The images of tests, as their reports say', tests.flatMap(imageLine), 'image'),
      ],
      brief: [],
    },
  ];
}

/** The tests that the recipe asks for come first, or a flood of others would push them out. */
function declaredFirst(tests: readonly TestJson[]): readonly TestJson[] {
  return tests.toSorted((a, b) => Number(b.declared) - Number(a.declared));
}

interface PhaseTest extends TestJson {
  readonly phase: string;
}

function imageLine({ phase, name, image }: PhaseTest): readonly Inline[] {
  return image === undefined ? [] : [sentence`${words(phase)}: ${name} from ${image}`];
}

function testLine({ phase, name, status, message, flaky }: PhaseTest): Inline {
  const how = status === 'passed' || status === 'skipped' ? '' : ` ${status}`;
  const why = (message ?? '') === '' ? [] : sentence`: ${message ?? ''}`;
  const doubt = flaky === undefined ? '' : ` (flaky: ${flaky})`;
  return sentence`${words(phase)}: ${name}${words(how)}${why}${words(doubt)}`;
}

function constraintsFold({ constraints = [], phaseConstraints = [] }: FactsJson): readonly Fold[] {
  if (constraints.length + phaseConstraints.length === 0) return [];
  const columns = ['Constraint', 'Recipe wants', 'Cluster has', 'Result'];
  const claimed = ['Constraint of a phase', 'Recipe wants', 'Test printed (claimed)', 'Result'];
  const rows = redFirst(constraints).map(constraintRow);
  const noun = 'constraint';
  return [
    {
      block: 'fold',
      topic: 'constraints',
      summary: `${counted(constraints.length, noun)} of the cluster, ${phaseConstraints.length} of phases`,
      details: [
        { block: 'table', columns, rows, noun },
        { block: 'table', columns: claimed, rows: phaseConstraints.map(figureRow), noun },
      ],
      brief: [],
    },
  ];
}

function figureRow({
  phase,
  name,
  expected,
  figure,
  outcome,
}: PhaseConstraintJson): readonly Inline[] {
  return [
    sentence`${phase}: ${name}`,
    sentence`${expected}`,
    figure === null
      ? words('nothing')
      : sentence`${`${figure.text} ${figure.unit}`}, in ${figure.test}`,
    state(sayFigure(outcome)),
  ];
}

/** Where a cut may come, what does not hold comes first. */
function redFirst(constraints: readonly ConstraintJson[]): readonly ConstraintJson[] {
  return constraints.toSorted(
    (a, b) => Number(a.outcome === 'passed') - Number(b.outcome === 'passed'),
  );
}

function constraintRow(constraint: ConstraintJson): readonly Inline[] {
  const { name, expected, actual, outcome } = constraint;
  const result = state(sayConstraint(constraint));
  return [
    sentence`${name}`,
    sentence`${expected}`,
    actual === null ? words('no value') : sentence`${actual}`,
    outcome === 'passed' ? result : joined([result, ...notesOf(constraint)], ', '),
  ];
}

function notesOf({ reason, severity, remediation }: ConstraintJson): readonly Inline[] {
  return [
    ...(reason === null ? [] : [words(reason)]),
    ...named([
      ['severity', severity],
      ['the recipe says', remediation],
    ]),
  ];
}

export function findingsFold(findings: readonly FaultJson[]): readonly Fold[] {
  if (findings.length === 0) return [];
  const items = findings.map(findingLine);
  const change = findings.length === 1 ? 'it changes' : 'they change';
  const summary = `${counted(findings.length, 'finding')}; ${change} no verdict`;
  const codes = [...new Set(findings.map(({ code }) => code))];
  return [
    {
      block: 'fold',
      topic: 'findings',
      summary,
      details: [list(undefined, items, 'finding')],
      brief: [list(undefined, findings.map(sayFinding), 'finding')],
      shortest: [list(undefined, [words(`${summary}: ${codes.join(', ')}`)], 'finding')],
    },
  ];
}

/** What was found says more than what its code means. */
function sayFinding(finding: FaultJson): Inline {
  const found = finding.sentence === undefined ? [' (', finding.found, ')'] : [];
  return ['finding: ', ...sayFault(finding), ...found];
}

/** Code, place, what was found and expected, and what to do next. */
function findingLine({ code, at, found, expected, hint }: FaultJson): Inline {
  const place = (at ?? '') === '' ? [] : sentence` at ${at ?? ''}`;
  const both = sentence`found ${words(found)}; expected ${words(expected)}`;
  const next = hint === '' ? [] : sentence`. Next: ${words(hint)}`;
  return sentence`${code}${place}: ${both}${next}`;
}

/** Every check: by name where nothing folds, those that passed first. */
export function checksFold(checks: readonly CheckJson[]): Fold {
  const {
    passed = [],
    failed,
    skipped,
    ...rest
  } = Object.groupBy(checks, (check) => check.outcome);
  const columns = ['Check', 'Outcome', 'Found', 'Expected', 'Next'];
  const summary = `${passed.length} of ${checks.length} checks passed`;
  const tone = passed.length === checks.length ? 'good' : 'plain';
  const brief = [
    namesOf(passed, { words: summary, tone }),
    ...[failed, skipped, rest['not-reached']].map((group) => namesOf(group)),
  ].filter((line) => line.length > 0);
  return {
    block: 'fold',
    topic: 'checks',
    summary,
    details: [{ block: 'table', columns, rows: checks.map(checkRow), noun: 'check' }],
    brief: [list(undefined, brief, 'outcome')],
  };
}

/** The checks of one outcome. */
function namesOf(group: readonly CheckJson[] = [], said?: Said): Inline {
  const [first] = group;
  if (first === undefined) return [];
  const names = group.map(({ name }) => name).join(', ');
  return [...state(said ?? sayCheck(first)), `: ${names}`];
}

function checkRow(check: CheckJson): readonly Inline[] {
  const { name, found, expected, hint } = check;
  return [sentence`${name}`, state(sayCheck(check)), words(found), words(expected), words(hint)];
}

/** Values with their names; those that are not there are left out. */
export function named(
  pairs: readonly (readonly [string, string | null | undefined])[],
): readonly Inline[] {
  return pairs.flatMap(([name, value]) =>
    (value ?? '') === '' ? [] : [sentence`${words(name)} ${value ?? ''}`],
  );
}

export function list(title: string | undefined, items: readonly Inline[], noun: string): ListBlock {
  return { block: 'list', ...(title !== undefined && { title }), items, noun };
}
