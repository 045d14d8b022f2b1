import type { Fault } from '../../errors/evidence-error.ts';
import { MAX_VALUE_CHARACTERS } from '../../limits.ts';
import { quote } from '../../quote.ts';
import { prose, sentence } from '../../sentence.ts';
import type { RecipeConstraint } from '../recipe/recipe-validation.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { unevaluable, type Decision } from './decision.ts';
import { sayDemand } from './demand.ts';
import { evaluateExpression } from './expression.ts';
import { GPU_NODES_PATH, gpuNodesEvaluator } from './gpu-nodes.ts';
import { parsePath, readPath } from './path.ts';

/** `unevaluable`: the value is missing, or the expression cannot be read. It is never green. */
export type ConstraintOutcome = 'passed' | 'failed' | 'unevaluable';

export interface ConstraintResult {
  readonly name: string;
  /** The expression as the recipe has it. */
  readonly expected: string;
  /** The snapshot's value; undefined if it has none, or one of over MAX_VALUE_CHARACTERS. */
  readonly actual: string | undefined;
  readonly outcome: ConstraintOutcome;
  /** Why it failed or could not be evaluated. */
  readonly reason: string | undefined;
  /** Shown; softens nothing. */
  readonly severity: string | undefined;
  readonly remediation: string | undefined;
}

/** Evaluates the recipe's own constraints, then those of its readiness, each by the recipe's dialect. */
export function evaluateConstraints(
  recipe: Recipe,
  snapshot: Snapshot,
): readonly ConstraintResult[] {
  const evaluateGpuNodes = gpuNodesEvaluator(snapshot);
  return recipe.constraints.map((constraint) => {
    const { name, expression, severity, remediation } = constraint;
    const isVirtual = recipe.dialect === 'current' && name === GPU_NODES_PATH;
    const { decision, actual } = isVirtual
      ? evaluateGpuNodes(expression)
      : evaluateScalar(constraint, recipe, snapshot);
    return { name, expected: expression, actual, ...decision, severity, remediation };
  });
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

function evaluateScalar(
  { name, expression }: RecipeConstraint,
  { dialect }: Recipe,
  snapshot: Snapshot,
): { decision: Decision; actual: string | undefined } {
  const path = parsePath(name, dialect);
  if ('outcome' in path) return { decision: path, actual: undefined };
  const actual = readPath(path, snapshot);
  if (typeof actual !== 'string') return { decision: actual, actual: undefined };
  if (actual.length > MAX_VALUE_CHARACTERS) {
    const reason = `a value of ${actual.length} characters; at most ${MAX_VALUE_CHARACTERS} are evaluated`;
    return { decision: unevaluable(reason), actual: undefined };
  }
  return { decision: evaluateExpression(expression, actual, dialect), actual };
}

function faultOf(result: ConstraintResult, at: string | undefined): Fault {
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
      : sentence`${result.name} cannot be evaluated: ${prose(result.reason ?? 'no value')}`,
  };
}

function hintOf({ outcome, remediation }: ConstraintResult): string {
  if (remediation !== undefined) return `the recipe says: ${quote(remediation, 500)}`;
  return outcome === 'failed'
    ? 'change the cluster, or choose the recipe for it'
    : 'take the snapshot again, or correct the constraint';
}
