// The only way to write Markdown: what is interpolated is text, unless it was built here.
import { visible } from './visible.ts';

/** The most characters of one foreign value that a report shows, where nothing else is said. */
const MAX_VALUE_CHARACTERS = 200;

/** How much longer than the value its source may be, so that escapes never blow up a report. */
const MAX_EXPANSION = 2;

/**
 * Put where GitHub would otherwise make a link: it looks for mentions, issues and commits in the
 * rendered text, where a backslash no longer shows. No foreign value holds one: `visible` escapes it.
 */
const BREAK = '\u200B';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  // An entity, not `\|`: table readers split cells before they look at backslashes.
  '|': '&#124;',
  [BREAK]: '&#8203;',
};

/** GitHub-flavoured Markdown whose every foreign part is escaped. */
class Markdown {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

// A type only: outside this file nothing can call the constructor with foreign text.
export type { Markdown };

/** A template whose interpolated strings are escaped; its own words are Markdown. */
export function gfm(
  template: TemplateStringsArray,
  ...values: readonly (string | number | Markdown)[]
): Markdown {
  const parts = values.map((value, index) => {
    if (typeof value === 'string' && isAdjacent(template, values, index)) {
      // "@" beside "team" would be a mention that neither of the two is.
      throw new TypeError('two foreign values need something between them');
    }
    return `${sourceOf(value)}${template[index + 1] ?? ''}`;
  });
  return new Markdown(`${template[0] ?? ''}${parts.join('')}`);
}

function isAdjacent(
  template: TemplateStringsArray,
  values: readonly (string | number | Markdown)[],
  index: number,
): boolean {
  const before = values[index - 1];
  return template[index] === '' && before !== undefined && !(before instanceof Markdown);
}

function sourceOf(value: string | number | Markdown): string {
  if (value instanceof Markdown) return value.source;
  return typeof value === 'number' ? String(value) : text(value).source;
}

/** Foreign text as plain words on one line, cut to `maxCharacters`. */
export function text(value: string, maxCharacters = MAX_VALUE_CHARACTERS): Markdown {
  let limit = maxCharacters;
  let source = escape(visible(value, limit));
  while (source.length > maxCharacters * MAX_EXPANSION) {
    limit = Math.floor(limit / 2);
    source = escape(visible(value, limit));
  }
  return new Markdown(source);
}

/**
 * Foreign text that a reader may want to copy: a code span, in which GitHub links nothing. What
 * could end the span or its table cell is shown as plain text instead.
 */
export function code(value: string, maxCharacters = MAX_VALUE_CHARACTERS): Markdown {
  const shown = visible(value, maxCharacters);
  if (shown === '') return new Markdown('(empty)');
  return /[`|\\]/.test(shown) ? text(value, maxCharacters) : new Markdown(`\`${shown}\``);
}

/** One line of foreign text as a fenced block, e.g. a command; the fence is longer than any in it. */
export function codeBlock(value: string, maxCharacters: number): Markdown {
  const shown = visible(value, maxCharacters);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return new Markdown(`${fence}sh\n${shown}\n${fence}`);
}

/** Joins with Markdown of our own, e.g. `\n` or `, `. */
export function join(parts: readonly Markdown[], separator: '\n' | '\n\n' | ', ' | ' '): Markdown {
  return new Markdown(parts.map(({ source }) => source).join(separator));
}

/** One row of a table. */
export function row(cells: readonly Markdown[]): Markdown {
  return new Markdown(`| ${cells.map(({ source }) => source).join(' | ')} |`);
}

function escape(shown: string): string {
  return breakReferences(shown)
    .replaceAll(/[\\`*_[\](){}!#~$]/g, String.raw`\$&`)
    .replaceAll(/[&<>|\u200B]/g, (character) => ENTITIES[character] ?? '')
    .replace(/^[+\-=:.]/, String.raw`\$&`) // a list, a heading's underline, a table's second row
    .replace(/^(\d+)\.(?= |$)/, String.raw`$1\.`); // a numbered list
}

/**
 * What GitHub (and most of its kind) turns into a link or a picture after the Markdown is read. The
 * end of a value counts as its worst continuation: what follows it may be a colon or a full stop.
 */
function breakReferences(shown: string): string {
  return shown
    .replaceAll(/@|[#!$%~&](?=[\p{L}\p{N}_]|$)/gu, `$&${BREAK}`) // @team, #123, owner/repo#1, a@b.c
    .replaceAll(/:(?=\/|$)/g, `:${BREAK}`) // https://…
    .replaceAll(/:(?=[\w+-]{1,60}(?::|$))(?=\d?[a-z_+-]|100|1234)/gi, `:${BREAK}`) // :emoji:, not the seconds of a time
    .replaceAll(/www(?=\.|$)/gi, `$&${BREAK}`)
    .replaceAll(/gh(?=-\d|-?$)/gi, `$&${BREAK}`) // GH-1
    .replaceAll(/(?<![\da-z])[\da-f]{7,40}(?![\da-z])/gi, (sha) =>
      sha.replaceAll(/.{6}(?=.)/g, `$&${BREAK}`),
    );
}
