import { escapeInvisible } from '../../quote.ts';

/** Whatever looks like one or many blanks: with enough of them, a line could begin where ours do. */
const BLANKS = /[\s\p{Z}\u2800]+/gu;

/** The text as a person shall see it: on one line, nothing invisible, at most `maxCharacters`. */
export function visible(value: string, maxCharacters: number): string {
  // Cut first: a value may have megabytes, and nothing below makes it shorter than by white space.
  const head = value.slice(0, maxCharacters * 8);
  const line = head.replaceAll(BLANKS, ' ').replaceAll(/^ | $/g, '');
  const characters = [...escapeInvisible(line)];
  const whole = head.length === value.length && characters.length <= maxCharacters;
  return whole ? characters.join('') : `${characters.slice(0, maxCharacters).join('').trimEnd()}…`;
}

/** Words between values: the blanks at both ends stay, and quotes and escapes have room. */
export function visibleWords(words: string, maxCharacters: number): string {
  const before = words.startsWith(' ') ? ' ' : '';
  const after = words.endsWith(' ') && words !== ' ' ? ' ' : '';
  return `${before}${visible(words, maxCharacters * 2)}${after}`;
}
