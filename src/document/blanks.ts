/**
 * Unicode's White_Space, as AICR's tools trim it. JavaScript's own `trim` also removes U+FEFF, and
 * leaves U+0085.
 */
const BLANK = /[\t-\r\u0085\p{Z}]/u;

export function isBlank(character: string): boolean {
  return BLANK.test(character);
}

/** The text without the blanks around it. A loop, because a pattern for the end takes quadratic time. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charAt(start))) start += 1;
  while (end > start && isBlank(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
