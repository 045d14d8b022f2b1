import { escapeInvisible } from '../quote.ts';

/** The text as a person shall see it: on one line, nothing invisible, at most `maxCharacters`. */
export function visible(value: string, maxCharacters: number): string {
  // Cut first: a value may have megabytes, and nothing below makes it shorter than by white space.
  const head = value.slice(0, maxCharacters * 8);
  const line = head.replaceAll(/[\t\n\v\f\r ]+/g, ' ').replaceAll(/^ | $/g, '');
  const characters = [...escapeInvisible(line)];
  const whole = head.length === value.length && characters.length <= maxCharacters;
  return whole ? characters.join('') : `${characters.slice(0, maxCharacters).join('').trimEnd()}…`;
}
