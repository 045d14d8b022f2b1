import { replaceInvisible } from '../quote.ts';

/**
 * The text of a report: two spaces, one newline at the end. What a terminal would not show is
 * escaped, so that no test's name rewrites the screen of someone who prints the file.
 */
export function encodeReport(json: object): string {
  const text = JSON.stringify(json, null, 2);
  // The line ends are the JSON text's own: `JSON.stringify` escapes those of values.
  const safe = replaceInvisible(text, (character) =>
    character === '\n' ? character : escapeUnits(character),
  );
  return `${safe}\n`;
}

/** JSON's own escape, for each UTF-16 code unit. */
function escapeUnits(character: string): string {
  return character.replaceAll(/./gs, (unit) => {
    const hex = unit.charCodeAt(0).toString(16);
    return `\\u${hex.padStart(4, '0')}`;
  });
}
