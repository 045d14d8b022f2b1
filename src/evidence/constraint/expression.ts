// What a constraint demands of a value: `>= 1.32.4`, `ubuntu`, and since v0.12 ranges and choices.

import { trimBlanks } from '../../document/blanks.ts';
import { MAX_VERSION_CHARACTERS } from '../../limits.ts';
import { quote } from '../../quote.ts';
import type { ConstraintDialect } from '../recipe/recipe.ts';
import { PASSED, isUnevaluable, unevaluable } from './decision.ts';
import type { Decision, Unevaluable } from './decision.ts';
import { isInOrder, isOrdering, parseExpression } from './terms.ts';
import type { Ordering, WrittenTerm } from './terms.ts';
import {
  compareVersions,
  equalVersions,
  hasMalformedBuild,
  isOverlongVersion,
  parseVersion,
} from './version.ts';
import type { Version } from './version.ts';

/** One comparison. `is` and `is-not` without `version` compare texts. */
type Term =
  | { readonly kind: 'is' | 'is-not'; readonly operand: string; readonly version?: Version }
  | { readonly kind: 'order'; readonly operator: Ordering; readonly version: Version };

/** What is compared. It is read as a version once, however many terms there are. */
interface Actual {
  readonly text: string;
  readonly version: Version | undefined;
}

/** Decides whether a value is what the expression demands. */
export function evaluateExpression(
  text: string,
  actual: string,
  dialect: ConstraintDialect,
): Decision {
  const expression = parseExpression(text, dialect, (term) => readTerm(term, dialect));
  if (isUnevaluable(expression)) return expression;
  const value = trimBlanks(actual);
  const compared: Actual = { text: value, version: parseVersion(value) };
  for (const group of expression) {
    const decision = evaluateGroup(group, compared, dialect);
    if (decision.outcome !== 'failed') return decision;
  }
  return { outcome: 'failed', reason: `${quote(value)} is not ${quote(trimBlanks(text))}` };
}

/** A version meets or fails every expression that can be read. */
const ANY_VERSION = '1.2.3';

/** Why no value could decide an expression; undefined if one can. */
export function undecidable(text: string, dialect: ConstraintDialect): Unevaluable | undefined {
  const decision = evaluateExpression(text, ANY_VERSION, dialect);
  return isUnevaluable(decision) ? decision : undefined;
}

function evaluateGroup(
  group: readonly Term[],
  actual: Actual,
  dialect: ConstraintDialect,
): Decision {
  for (const term of group) {
    const decision = evaluateTerm(term, actual, dialect);
    if (decision.outcome !== 'passed') return decision;
  }
  return PASSED;
}

function evaluateTerm(term: Term, actual: Actual, dialect: ConstraintDialect): Decision {
  switch (term.kind) {
    case 'is':
    case 'is-not': {
      // As a text it would differ from every version, and `!=` would hold without proof.
      if (term.version !== undefined && isOverlongVersion(actual.text)) return tooLong(actual.text);
      return decide(isEqual(term, actual) === (term.kind === 'is'));
    }
    case 'order': {
      if (actual.version === undefined) return needsVersion(actual.text, term.operator);
      const order = compareVersions(actual.version, term.version, dialect);
      return decide(isInOrder(term.operator, order));
    }
  }
}

/** Versions where both sides are one, so that `1.32.0` is `== 1.32`; otherwise the texts. */
function isEqual(term: { operand: string; version?: Version }, actual: Actual): boolean {
  const { text, version } = actual;
  if (term.version === undefined || version === undefined) return text === term.operand;
  return equalVersions(version, term.version);
}

function readTerm(
  { operator, operand }: WrittenTerm,
  dialect: ConstraintDialect,
): Term | Unevaluable {
  if (operator === undefined) return { kind: 'is', operand };
  if (isOrdering(operator)) return parseOrder(operator, operand, dialect);
  return parseEquality(operator === '!=' ? 'is-not' : 'is', operand);
}

function parseEquality(kind: 'is' | 'is-not', operand: string): Term | Unevaluable {
  if (looksLikeVersion(operand) && isOverlongVersion(operand)) return tooLong(operand);
  const version = looksLikeVersion(operand) ? parseVersion(operand) : undefined;
  return version === undefined ? { kind, operand } : { kind, operand, version };
}

function parseOrder(
  operator: Ordering,
  operand: string,
  dialect: ConstraintDialect,
): Term | Unevaluable {
  const version = parseVersion(operand);
  if (version === undefined) return needsVersion(operand, operator);
  if (dialect === 'current' && hasMalformedBuild(version)) {
    return unevaluable(`${quote(operand)} has a GKE build that is not a number`);
  }
  return { kind: 'order', operator, version };
}

function needsVersion(text: string, operator: string): Unevaluable {
  return unevaluable(`${quote(text)} is not a version, and ${operator} needs one`);
}

function tooLong(text: string): Unevaluable {
  return unevaluable(
    `${quote(text)} has more than ${MAX_VERSION_CHARACTERS} characters, too many for a version`,
  );
}

/** A digit and a dot, a leading `v` aside: `== 570` compares texts. */
function looksLikeVersion(text: string): boolean {
  return /[0-9]/.test(text) && text.includes('.');
}

function decide(holds: boolean): Decision {
  return holds ? PASSED : { outcome: 'failed', reason: '' };
}
