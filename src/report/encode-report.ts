import { replaceInvisible } from '../quote.ts';
import type { GrowingForm, ManyHead, OneOfMany, Piece } from './growing-form.ts';
import type { BatchJson, ErrorJson, VerificationJson } from './report-json.ts';

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

/** What a line of this program says: of a stranger's file, `parseStoredReport` finds out. */
export function reportIn(line: Uint8Array): VerificationJson | ErrorJson {
  const json: unknown = JSON.parse(TEXT.decode(line));
  if (isOurs(json)) return json;
  throw new TypeError('no line of a report');
}

const TEXT = new TextDecoder();

function isOurs(json: unknown): json is VerificationJson | ErrorJson {
  return typeof json === 'object' && json !== null && ('verdict' in json || 'error' in json);
}

/** A form of lines, as they are. */
type GrowingLines = GrowingForm<BatchJson, OneOfMany, readonly Piece[]>;

/** Many reports as one object that grows, each of them on a line. */
export function growJson({ schemaVersion, tool }: ManyHead): GrowingLines {
  let separator = '\n';
  return {
    head: encodeLine({ schemaVersion, tool }).replace(/\}$/, ',"reports":['),
    each: ({ line }) => {
      const pieces = [separator, line];
      separator = ',\n';
      return pieces;
    },
    end: ({ summary, exitCode, repeat }) =>
      `\n],${encodeLine({ summary, exitCode, repeat }).replace(/^\{/, '')}\n`,
  };
}

/** Many reports as lines. */
export function growLines(): GrowingLines {
  return { head: '', each: ({ line }) => [line, '\n'], end: () => '' };
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
