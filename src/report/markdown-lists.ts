// Lists and tables that never outgrow a comment: what does not fit is counted, and never rendered.
import { gfm, join, row, type Markdown } from './escape-markdown.ts';

export interface Budget {
  /** What a list or table may take, in characters of its source. */
  readonly characters: number;
  /** What its items are, in the plural, for the remainder. */
  readonly noun: string;
}

/** A bulleted list; the first item is always shown. */
export function bulletList<T>(
  items: readonly T[],
  render: (item: T) => Markdown,
  budget: Budget,
): Markdown {
  const { shown, left } = fit(items, (item) => gfm`- ${render(item)}`, budget);
  return join(left === 0 ? shown : [...shown, gfm`- and ${left} more ${budget.noun}`], '\n');
}

/** A table with a row for each item. Columns of numbers are named `#…`, and stand at the right. */
export function table<T>(
  columns: readonly string[],
  items: readonly T[],
  render: (item: T) => readonly Markdown[],
  budget: Budget,
): Markdown {
  const header = row(columns.map((column) => gfm`${column.replace('#', '')}`));
  const rule = row(columns.map((column) => (column.startsWith('#') ? gfm`--:` : gfm`---`)));
  const { shown, left } = fit(items, (item) => row(render(item)), budget);
  const lines = join([header, rule, ...shown], '\n');
  return left === 0 ? lines : join([lines, gfm`and ${left} more ${budget.noun}`], '\n\n');
}

function fit<T>(
  items: readonly T[],
  render: (item: T) => Markdown,
  { characters }: Budget,
): { readonly shown: readonly Markdown[]; readonly left: number } {
  const shown: Markdown[] = [];
  let used = 0;
  for (const item of items) {
    const line = render(item);
    used += line.source.length + 1;
    if (used > characters && shown.length > 0) break;
    shown.push(line);
  }
  return { shown, left: items.length - shown.length };
}
