import { sentence, words, type Sentence } from './sentence.ts';

const OPERATORS: Readonly<Record<string, string>> = {
  '>=': 'at least ',
  '<=': 'at most ',
  '>': 'more than ',
  '<': 'less than ',
  '!=': 'anything but ',
  '==': '',
  '=': '',
};

/**
 * What an expression wants, in words: `>= 300` is "at least 300". An expression of several terms stays
 * as it is.
 */
export function sayDemand(expression: string): Sentence {
  const [, operator = '', operand] = /^\s*(>=|<=|==|!=|>|<|=)?\s*(\S+)\s*$/.exec(expression) ?? [];
  if (operand === undefined) return sentence`${expression}`;
  return sentence`${words(OPERATORS[operator] ?? '')}${operand}`;
}
