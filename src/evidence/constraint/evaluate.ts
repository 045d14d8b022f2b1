import { sayDemand } from '../../demand.ts';
import { trimBlanks } from '../../document/blanks.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import { MAX_VALUES_CHARACTERS, MAX_VALUE_CHARACTERS } from '../../limits.ts';
import { quote } from '../../quote.ts';
import { sentence, words } from '../../sentence.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { unevaluable, type Decision, type Unevaluable } from './decision.ts';
import { evaluateExpression, undecidable } from './expression.ts';
import { GPU_NODES_PATH, gpuNodesEvaluator } from './gpu-nodes.ts';
import { parsePath, pathReader } from './path.ts';

/**
 * `unevaluable`: the value is missing, or the expression cannot be read. It is never green. `claimed`: the
 * value is withheld, and the evidence says that it passed; `withheld`: and the evidence says nothing.
 */
export type ConstraintOutcome = 'passed' | 'failed' | 'unevaluable' | 'claimed' | 'withheld';

export interface ConstraintResult {
  readonly name: string;
  /** The expression as the recipe has it. */
  readonly expected: string;
  /** The snapshot's value; undefined if it has none, or one that is too long to be evaluated. */
  readonly actual: string | undefined;
  readonly outcome: ConstraintOutcome;
  /** Why it failed or could not be evaluated. */
  readonly reason: string | undefined;
  /** What to do if it could not be evaluated. */
  readonly fix?: string;
  /** It could not be evaluated because the snapshot has no value. */
  readonly missing?: true;
  /** It is shown, and changes no verdict. */
  readonly severity: string | undefined;
  readonly remediation: string | undefined;
}

/** What of a recipe is evaluated. */
type Demands = Pick<Recipe, 'constraints' | 'dialect'>;

/** Evaluates the recipe's own constraints, then those of its readiness, each by the recipe's dialect. */
export function evaluateConstraints(
  recipe: Demands,
  snapshot: Snapshot,
): readonly ConstraintResult[] {
  const demands = recipe.constraints.filter(({ name }) => isVirtual(name, recipe));
  const evaluateGpuNodes = gpuNodesEvaluator(
    snapshot,
    demands.map(({ expression }) => expression),
  );
  const valueOf = valueReader(recipe, snapshot);
  return recipe.constraints.map((constraint) => {
    const { name, expression, severity, remediation } = constraint;
    const { decision, actual } = isVirtual(name, recipe)
      ? evaluateGpuNodes(expression)
      : evaluateScalar(expression, valueOf(name), recipe);
    return { name, expected: expression, actual, ...decision, severity, remediation };
  });
}

/** It names nothing in the snapshot. */
export function isVirtual(name: string, { dialect }: Pick<Recipe, 'dialect'>): boolean {
  return dialect === 'current' && name === GPU_NODES_PATH;
}

interface Value {
  readonly actual: string;
  /** What is compared. */
  readonly trimmed: string;
}

/**
 * The value that a constraint of this recipe names, or why there is none. Each is looked up once, however
 * many constraints name it; what reports carry of all together is bounded.
 */
function valueReader(recipe: Demands, snapshot: Snapshot): (name: string) => Value | Unevaluable {
  const names = [...new Set(recipe.constraints.map(({ name }) => name))];
  const parsed = names
    .filter((name) => !isVirtual(name, recipe))
    .map((name) => [name, parsePath(name, recipe.dialect)] as const);
  const paths = parsed.flatMap(([, path]) => ('outcome' in path ? [] : [path]));
  const read = pathReader(paths, snapshot);
  const values = new Map(
    parsed.map(([name, path]) => [name, 'outcome' in path ? path : valueFrom(read(path))]),
  );
  let total = 0;
  return (name) => {
    const value = values.get(name);
    if (value === undefined) throw new TypeError(`${quote(name)} is no constraint of this recipe`);
    if ('outcome' in value) return value;
    total += value.actual.length;
    return total <= MAX_VALUES_CHARACTERS
      ? value
      : unevaluable(
          `the constraints look at more than ${MAX_VALUES_CHARACTERS} characters together`,
          'let the recipe constrain fewer long values',
        );
  };
}

function valueFrom(actual: string | Unevaluable): Value | Unevaluable {
  if (typeof actual !== 'string') return actual;
  if (actual.length <= MAX_VALUE_CHARACTERS) return { actual, trimmed: trimBlanks(actual) };
  return unevaluable(
    `a value of ${actual.length} characters; at most ${MAX_VALUE_CHARACTERS} are evaluated`,
    'let the recipe constrain a shorter value',
  );
}

/**
 * Every constraint that is not green.
 *
 * @param results what `evaluateConstraints` gave for this recipe
 */
export function constraintFaults(
  recipe: Recipe,
  results: readonly ConstraintResult[],
): readonly Fault[] {
  return results.flatMap((result, index): readonly Fault[] =>
    result.outcome === 'passed' ? [] : [faultOf(result, recipe.constraints[index]?.at)],
  );
}

/** The result of a constraint that names one value, if it is this text. */
export function evaluateText(
  expression: string,
  text: string,
  demands: Pick<Demands, 'dialect'>,
): Decision {
  return evaluateScalar(expression, valueFrom(text), demands).decision;
}

function evaluateScalar(
  expression: string,
  value: Value | Unevaluable,
  { dialect }: Pick<Demands, 'dialect'>,
): { decision: Decision; actual: string | undefined } {
  if ('outcome' in value) {
    return { decision: undecidable(expression, dialect) ?? value, actual: undefined };
  }
  const { actual, trimmed } = value;
  return { decision: evaluateExpression(expression, trimmed, dialect), actual };
}

function faultOf(result: ConstraintResult, at: string | undefined): Fault {
  const { outcome } = result;
  if (outcome === 'claimed' || outcome === 'withheld') return claimedFault(result, at);
  const isFailed = result.outcome === 'failed';
  const value = isFailed ? quote(result.actual ?? '') : (result.reason ?? 'no value');
  return {
    code: isFailed ? 'CONSTRAINT_FAILED' : 'CONSTRAINT_UNEVALUABLE',
    at,
    found: `${quote(result.name)}: ${value}`,
    expected: quote(result.expected),
    hint: hintOf(result),
    sentence: isFailed
      ? sentence`${result.name} is ${result.actual ?? ''}, the recipe wants ${sayDemand(result.expected)}`
      : sentence`${result.name} cannot be evaluated: ${words(result.reason ?? 'no value')}`,
  };
}

function claimedFault(
  { name, expected, outcome }: ConstraintResult,
  at: string | undefined,
): Fault {
  const says = outcome === 'claimed' ? 'only claimed to hold' : 'not claimed either';
  return {
    code: 'VALUE_CLAIMED',
    at,
    found: `${quote(name)}: withheld, and ${says}`,
    expected: `a value that shows ${quote(expected)}`,
    hint: ASK_FOR_VALUE,
    sentence: sentence`${name} is withheld, and ${words(says)}`,
  };
}

/** What can be advised wherever a value is withheld. */
export const ASK_FOR_VALUE =
  'ask the contributor for evidence that keeps it (`--redact none` or `--openings`; of aicr: `--full`)';

/** What the recipe advises is about a value that is wrong, not about one that is not there. */
function hintOf({ fix, remediation }: ConstraintResult): string {
  if (fix !== undefined) return fix;
  return remediation === undefined
    ? 'change the cluster, or choose the recipe for it'
    : `the recipe says: ${quote(remediation, 500)}`;
}
