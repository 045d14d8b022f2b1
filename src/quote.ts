import { inPieces } from './pieces.ts';

/** Characters that a terminal or a reader does not show, or that change the line around them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{DI}\p{NChar}]/gu;

/**
 * Foreign text, quoted and safe to print. `JSON.stringify` alone leaves C1 controls,
 * bidirectional overrides and zero-width characters in, and those can rewrite a terminal line.
 */
export function quote(text: string, maxCharacters = 200): string {
  return escapeInvisible(JSON.stringify(shorten(text, maxCharacters)));
}

/** Names that lead from one to the next, and back to the first: the first 20 of them. */
export function quoteCircle(names: readonly string[]): string {
  return [...names, ...names.slice(0, 1)]
    .slice(0, 20)
    .map((name) => quote(name))
    .join(' → ');
}

/** The text, or its beginning with `…` after it. */
export function shorten(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  // Cut first: a value may have megabytes. A character has at most two units, so there is always one
  // more than is shown.
  const characters = [...text.slice(0, 2 * (maxCharacters + 1))];
  return characters.length > maxCharacters
    ? `${characters.slice(0, maxCharacters).join('')}…`
    : text;
}

/** Replaces every character that a terminal or a reader does not show with its escape. */
export function escapeInvisible(text: string): string {
  return escapeCharacters(text, INVISIBLE);
}

/** Replaces these characters with their escapes. */
export function escapeCharacters(text: string, characters: RegExp): string {
  return inPieces(text, (piece) =>
    piece.replaceAll(characters, (character) => {
      const hex = (character.codePointAt(0) ?? 0).toString(16);
      return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
    }),
  );
}

/** The same with the caller's own escapes, for a text that has a syntax. */
export function replaceInvisible(text: string, escape: (character: string) => string): string {
  return inPieces(text, (piece) => piece.replaceAll(INVISIBLE, escape));
}
