// What the pages of docs/ say of a word that the program prints.

/** The text of the pages, which are part of the package. */
export interface Pages {
  readonly errors: string;
  readonly verification: string;
  readonly cli: string;
}

export type PageReader = (page: keyof Pages) => Promise<string>;

export interface Explanation {
  readonly kind: 'code' | 'check' | 'exit-code' | 'word';
  /** As the program writes it; the verdict of an exit code comes second. */
  readonly names: readonly [string, ...string[]];
  /** Where it stands, e.g. `docs/errors.md#signature_invalid`. */
  readonly page: string;
  /** Markdown. */
  readonly text: string;
  readonly example: string;
}

/** All that can be explained: codes, checks, exit codes, and words of reports. */
export function explanations({ errors, verification, cli }: Pages): readonly Explanation[] {
  const codes = sectionsOf(errors).map(([name, body]): Explanation => {
    const [, text = '', example = ''] = EXAMPLE.exec(body) ?? [];
    return { kind: 'code', names: [name], page: placeOf('errors', name), text, example };
  });
  const examples = new Map(codes.map(({ names: [name], example }) => [name, example]));
  const checks = sectionsOf(verification).map(([name, body]): Explanation => {
    const [, first = ''] = /^\*\*Codes:\*\* `(\w+)`/m.exec(body) ?? [];
    const example = examples.get(first) ?? '';
    return {
      kind: 'check',
      names: [name],
      page: placeOf('verification', name),
      text: body,
      example,
    };
  });
  const exits = [...cli.matchAll(EXIT_ROW)].map((row): Explanation => {
    const [, code = '', verdict = '', text = '', example = ''] = row.map((cell) => cell.trim());
    const page = placeOf('cli', 'exit-codes');
    return { kind: 'exit-code', names: [code, verdict], page, text, example };
  });
  const words = [...sectionOf(cli, 'Words of reports').matchAll(WORD_ROW)].map(
    (row): Explanation => {
      const [, word = '', text = '', example = ''] = row.map((cell) => cell.trim());
      const page = placeOf('cli', 'words-of-reports');
      const names = namesOfWord(word);
      return { kind: 'word', names, page, text, example: example.replaceAll('`', '') };
    },
  );
  return [...checks, ...codes, ...exits, ...words];
}

/** A state of the gate is a rule of SARIF too. */
function namesOfWord(word: string): readonly [string, ...string[]] {
  return word.startsWith('gate-') ? [word, word.slice('gate-'.length)] : [word];
}

/** What the word means. As it is written first: `usage` is an exit code, and `USAGE` an error. */
export function explain(word: string, all: readonly Explanation[]): Explanation | undefined {
  const wanted = folded(word);
  return (
    all.find(({ names }) => names.includes(word)) ??
    all.find(({ kind, names }) => kind === 'word' && names.includes(word.replaceAll('_', ' '))) ??
    all.find(({ names }) => names.some((name) => folded(name) === wanted))
  );
}

/** The names that have a word in them, if none begins with it. */
export function having(word: string, all: readonly Explanation[]): readonly string[] {
  const wanted = folded(word);
  const names = all.flatMap((explanation) => explanation.names);
  return wanted.length < MIN_PART ? [] : names.filter((name) => folded(name).includes(wanted));
}

/** Of a name, in letters. */
const MIN_PART = 4;

/** The names that begin with a word. */
export function beginningWith(word: string, all: readonly Explanation[]): readonly string[] {
  const wanted = folded(word);
  const names = all.flatMap((explanation) => explanation.names);
  return wanted === '' ? [] : names.filter((name) => folded(name).startsWith(wanted));
}

/** Without case, and with one sign between the parts of a word. */
function folded(word: string): string {
  return word.toLowerCase().replaceAll(/[\s_]/g, '-');
}

/** The paragraphs and items of a text in Markdown, each on one line. */
export function wordsOf(markdown: string): readonly string[] {
  return markdown
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replaceAll('**', '')
    .replaceAll(/(?<=\S)\n(?=[^\s|-])/g, ' ')
    .split('\n');
}

/** A section's text, and the code block under its last heading. */
const EXAMPLE = /^(.*)\n\n\*\*Example:\*\*\n\n```\n(.*)\n```$/s;
/** Word, meaning, example. */
const WORD_ROW = /^\| `([A-Za-z_ -]+)` +\| ([^|]+) \| ([^|]+) \|$/gm;
/** Exit code, verdict, meaning, example. */
const EXIT_ROW = /^\| +(\d+) \| (\w+) +\| ([^|]+) \| ([^|]+) \|$/gm;

function sectionsOf(page: string): readonly (readonly [name: string, body: string])[] {
  return page
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), section.slice(end).trim()];
    });
}

function sectionOf(page: string, title: string): string {
  return sectionsOf(page).find(([name]) => name === title)?.[1] ?? '';
}

function placeOf(page: keyof Pages, name: string): string {
  return `docs/${page}.md#${name.toLowerCase()}`;
}
