import { columnsOf } from './report-flags.ts';

/** After a command or a flag, the words that go on in prose. */
const PROSE =
  'a|again|allows|and|another|are|as|at|be|before|but|by|does|each|else|for|from|has|have|if|in|is|it|its|lists|makes|may|must|needs|no|not|of|on|or|says|shows|signs|so|takes|that|the|then|there|they|this|to|which|who|with|without|writes|wrote|you';

/** What is to be copied stays on one line: what is quoted, and a command or flag with its words, up to prose or a sign. */
const UNITS = new RegExp(
  `(?:"[^"]*"|\`[^\`]*\`|(?<![\\w-])(?:(?:affidavit|aicr|git|gzip|iconv|kubectl|npx|tar)(?= )|--[a-z][^\\s"\`]*)(?:(?<![,;:?]) (?!(?:${PROSE})[,;:?.)]*(?:\\s|$))(?:"[^"]*"|[^\\s"])+)*|\\S)+`,
  'g',
);

/**
 * Breaks words for people on a terminal, at spaces; elsewhere they stay one line.
 *
 * @param place.used columns of the first line that are taken
 * @param place.indent columns before each other line
 */
export function wrapTalk(
  text: string,
  stream: Parameters<typeof columnsOf>[0] & { readonly isTTY?: boolean },
  { used, indent }: { readonly used: number; readonly indent: number },
): string {
  if (stream.isTTY !== true) return text;
  const width = columnsOf(stream, process.env);
  const [first = '', ...units] = text.match(UNITS) ?? [];
  let column = used + first.length;
  return units.reduce((lines, unit) => {
    const isFitting = column + 1 + unit.length <= width;
    column = isFitting ? column + 1 + unit.length : indent + unit.length;
    return `${lines}${isFitting ? ' ' : `\n${' '.repeat(indent)}`}${unit}`;
  }, first);
}

/** A line that is a command to copy, or a path beside its label, stays whole. */
const WHOLE =
  /^ *(?:[a-z]+: +)?affidavit [a-z]|^ *(?:evidence|left|logs|pointer|removed|unsigned): /;

/** The same for lines that may be indented: those that fit stay as they are. */
export function wrapLines(text: string, stream: Parameters<typeof wrapTalk>[1]): string {
  if (stream.isTTY !== true) return text;
  const width = columnsOf(stream, process.env);
  return text
    .split('\n')
    .map((line) => {
      if (line.length <= width || WHOLE.test(line)) return line;
      const [blanks = ''] = /^ */.exec(line) ?? [];
      return blanks + wrapTalk(line, stream, { used: blanks.length, indent: blanks.length + 2 });
    })
    .join('\n');
}
