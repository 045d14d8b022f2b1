/**
 * Foreign text, quoted and safe to print. `JSON.stringify` alone leaves C1 controls,
 * bidirectional overrides and zero-width characters in, and those can rewrite a terminal line.
 */
export function quote(text: string, maxCharacters = 200): string {
  const characters = [...text];
  const shown =
    characters.length > maxCharacters ? `${characters.slice(0, maxCharacters).join('')}…` : text;
  return escapeInvisible(JSON.stringify(shown));
}

/** Replaces every character that a terminal or a reader does not see by its escape. */
export function escapeInvisible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{DI}]/gu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
  });
}
