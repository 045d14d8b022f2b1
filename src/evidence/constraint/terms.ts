// The grammar of an expression, whatever its operands are: `>= 1.32.4`, and since v0.12 ranges and choices.

import { isBlank, trimBlanks } from '../../document/blanks.ts';
import { quote } from '../../quote.ts';
import type { ConstraintDialect } from '../recipe/recipe.ts';
import { isUnevaluable, unevaluable, type Unevaluable } from './decision.ts';

/** The longer first, so that `>=` is not read as `>`. */
const OPERATORS_V011 = ['>=', '<=', '!=', '==', '>', '<'] as const;
const OPERATORS = [...OPERATORS_V011, '='] as const;

/** Of how a value stands to the operand: negative, zero or positive. */
const ORDERINGS = {
  '>=': (order: number) => order >= 0,
  '<=': (order: number) => order <= 0,
  '>': (order: number) => order > 0,
  '<': (order: number) => order < 0,
};

export type Ordering = keyof typeof ORDERINGS;

export function isOrdering(operator: string): operator is Ordering {
  return Object.hasOwn(ORDERINGS, operator);
}

export function isInOrder(operator: Ordering, order: number): boolean {
  return ORDERINGS[operator](order);
}

/** Negative, zero or positive, as `a` is less, equal or more. */
export function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** One comparison as it is written, but for the blanks around it. Without an operator: the same text. */
export interface WrittenTerm {
  readonly operator: (typeof OPERATORS)[number] | undefined;
  readonly operand: string;
}

/** Holds if all terms of any group hold. */
export type Groups<T> = readonly (readonly T[])[];

/**
 * Reads an expression as its dialect does, or says why it cannot.
 *
 * @param read makes of a term what the caller compares, or says why it cannot
 */
export function parseExpression<T extends object>(
  text: string,
  dialect: ConstraintDialect,
  read: (term: WrittenTerm) => T | Unevaluable,
): Groups<T> | Unevaluable {
  const groups: T[][] = [];
  for (const group of dialect === 'v0.11' ? [text] : text.split('||')) {
    const terms: T[] = [];
    for (const part of dialect === 'v0.11' ? [trimBlanks(group)] : splitTerms(trimBlanks(group))) {
      const term = parseTerm(part, dialect);
      const value = isUnevaluable(term) ? term : read(term);
      if (isUnevaluable(value)) return value;
      terms.push(value);
    }
    groups.push(terms);
  }
  return groups;
}

function parseTerm(text: string, dialect: ConstraintDialect): WrittenTerm | Unevaluable {
  if (text === '') return unevaluable('the expression is empty, or a side of || is');
  if (dialect === 'current' && isBareNegation(text)) {
    return unevaluable(`${quote(text)} is not an expression; "is not" is written !=`);
  }
  const operators = dialect === 'v0.11' ? OPERATORS_V011 : OPERATORS;
  const operator = operators.find((candidate) => text.startsWith(candidate));
  if (operator === undefined) return { operator, operand: text };
  const operand = trimBlanks(text.slice(operator.length));
  return operand === '' ? unevaluable(`nothing follows ${operator}`) : { operator, operand };
}

/** `!ubuntu`; a `!` alone and one before a blank are literals, as in AICR. */
function isBareNegation(text: string): boolean {
  return /^![^=]/u.test(text) && !isBlank(text.charAt(1));
}

/**
 * A new term starts at an operator's first character after a blank: `>= 1.30 < 1.34` has two. The
 * lookbehind keeps the search linear on a long run of blanks.
 */
function splitTerms(group: string): readonly string[] {
  return group.split(/(?<![ \t])[ \t]+(?=[><!=])/).map((term) => trimBlanks(term));
}
