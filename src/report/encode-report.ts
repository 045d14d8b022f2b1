import { replaceInvisible } from '../quote.ts';

/**
 * The text of a report: two spaces, one newline at the end. What a terminal would not show is
 * escaped, so that no test's name rewrites the screen of someone who prints the file.
 */
export function encodeReport(json: object): string {
  return `${safe(JSON.stringify(json, null, 2))}\n`;
}

/** The same without any space or newline, for a stream of reports. */
export function encodeLine(json: object): string {
  return safe(JSON.stringify(json));
}

function safe(text: string): string {
  // The line ends are the JSON text's own: `JSON.stringify` escapes those of values.
  return replaceInvisible(text, (character) =>
    character === '\n' ? character : escapeUnits(character),
  );
}

/** JSON's own escape, for each UTF-16 code unit. */
function escapeUnits(character: string): string {
  return character.replaceAll(/./gs, (unit) => {
    const hex = unit.charCodeAt(0).toString(16);
    return `\\u${hex.padStart(4, '0')}`;
  });
}
