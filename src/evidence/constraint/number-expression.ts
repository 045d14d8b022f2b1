// What a constraint demands of a number that was measured. Not as of a version: 300.05 is more than 300.

import { quote } from '../../quote.ts';
import type { ConstraintDialect } from '../recipe/recipe.ts';
import { unevaluable, type Unevaluable } from './decision.ts';
import { compare, isInOrder, isOrdering, parseExpression } from './terms.ts';
import type { Groups, WrittenTerm } from './terms.ts';

/** In which numbers an expression is read. */
export interface NumberRules {
  readonly dialect: ConstraintDialect;
  /** Which may stand behind a number: `>= 300 GB/s`. */
  readonly unit: string;
  /** By how many percent a value may miss a lower bound. */
  readonly tolerance: bigint;
}

export type NumberExpression = Groups<NumberTerm>;

interface NumberTerm {
  readonly operator: NonNullable<WrittenTerm['operator']>;
  /** In hundredths of millionths. */
  readonly bound: bigint;
}

const HUNDRED = 100n;

/**
 * A number in millionths, so that all arithmetic is exact: up to nine digits, and up to six behind a
 * point. Undefined for every other spelling, e.g. a sign, an exponent, NaN.
 */
export function millionthsOf(text: string): bigint | undefined {
  const [, whole = '', fraction = ''] = /^([0-9]{1,9})(?:\.([0-9]{1,6}))?$/.exec(text) ?? [];
  return whole === '' ? undefined : BigInt(`${whole}${fraction.padEnd(6, '0')}`);
}

/** Reads an expression whose operands are numbers, or says why it cannot. */
export function parseNumberExpression(
  text: string,
  rules: NumberRules,
): NumberExpression | Unevaluable {
  return parseExpression(text, rules.dialect, (term) => readTerm(term, rules));
}

function readTerm(
  { operator, operand }: WrittenTerm,
  { unit, tolerance }: NumberRules,
): NumberTerm | Unevaluable {
  const [number = '', own = unit, ...more] = operand.split(/[ \t]+/, 3);
  const value = own === unit && more.length === 0 ? millionthsOf(number) : undefined;
  if (value === undefined) return unevaluable(`${quote(operand)} is not a number of ${unit}`);
  if (operator === undefined) {
    return unevaluable(`${quote(operand)} has no operator: nobody can tell whether more is better`);
  }
  const isFloor = operator === '>=' || operator === '>';
  return { operator, bound: value * (isFloor ? HUNDRED - tolerance : HUNDRED) };
}

/** Whether a value in millionths is what the expression demands. */
export function isMet(expression: NumberExpression, millionths: bigint): boolean {
  const value = millionths * HUNDRED;
  return expression.some((terms) => terms.every((term) => holds(term, value)));
}

function holds({ operator, bound }: NumberTerm, value: bigint): boolean {
  if (isOrdering(operator)) return isInOrder(operator, compare(value, bound));
  return (value === bound) === (operator !== '!=');
}

/** Whether all numbers between two that it takes are taken too. */
export function isRange(expression: NumberExpression): boolean {
  return expression.length === 1 && expression.flat().every(({ operator }) => operator !== '!=');
}

/** Whether less is better: the expression begins with an upper bound. */
export function isCeiling(expression: NumberExpression): boolean {
  const operator = expression[0]?.[0]?.operator ?? '';
  return operator === '<=' || operator === '<';
}
