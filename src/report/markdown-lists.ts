// Lists and tables that never outgrow a comment: what does not fit is counted.
import type { Markdown } from './escape-markdown.ts';
import { join, gfm, row } from './escape-markdown.ts';

export interface Budget {
  /** What a list or table may take, in characters of its source. */
  readonly characters: number;
  /** What its items are, in the plural, for the remainder. */
  readonly noun: string;
}

/** A bulleted list; the first item is always shown. */
export function bulletList(items: readonly Markdown[], budget: Budget): Markdown {
  const { shown, left } = fit(
    items.map((item) => gfm`- ${item}`),
    budget,
  );
  return join(left === 0 ? shown : [...shown, gfm`- and ${left} more ${budget.noun}`], '\n');
}

/** A table. Columns of numbers are named in `#…`, and stand at the right. */
export function table(
  columns: readonly string[],
  rows: readonly (readonly Markdown[])[],
  budget: Budget,
): Markdown {
  const header = row(columns.map((column) => gfm`${column.replace('#', '')}`));
  const rule = row(columns.map((column) => (column.startsWith('#') ? gfm`--:` : gfm`---`)));
  const { shown, left } = fit(rows.map(row), budget);
  const lines = join([header, rule, ...shown], '\n');
  return left === 0 ? lines : join([lines, gfm`and ${left} more ${budget.noun}`], '\n\n');
}

function fit(
  lines: readonly Markdown[],
  { characters }: Budget,
): { readonly shown: readonly Markdown[]; readonly left: number } {
  let used = 0;
  const beyond = lines.findIndex((line, index) => {
    used += line.source.length + 1;
    return used > characters && index > 0;
  });
  const shown = beyond === -1 ? lines : lines.slice(0, beyond);
  return { shown, left: lines.length - shown.length };
}
