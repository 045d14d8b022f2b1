// Why a recipe is as it is, for people: what was applied, what was left out, and who set each field.

import { Plain, isDataList, isDataMap, textOf, type Data } from '../../document/data.ts';
import { quote } from '../../quote.ts';
import { DIMENSIONS } from './criteria.ts';
import type { Overlay } from './overlay.ts';
import type { Resolution } from './resolve.ts';
import type { Write } from './trace.ts';

const MAX_VALUE_CHARACTERS = 60;

/** Lines of text, without control characters of foreign text only if the caller escapes them. */
export function explain(resolution: Resolution): string {
  const sections = [
    ['Applied, in this order:', applied(resolution)],
    ['Left out:', leftOut(resolution)],
    ['Each field, its value, and who set it last:', fields(resolution)],
  ] as const;
  return sections
    .filter(([, rows]) => rows.length > 0)
    .map(([title, rows]) => `${title}\n${table(rows)}`)
    .join('\n');
}

type Row = readonly [string, string];

function applied({ applied: overlays, mixins, selected }: Resolution): readonly Row[] {
  return [
    ...overlays.map(({ name, file }): Row => [name, file]),
    ...mixins.map(({ name, file }): Row => [`mixin ${name}`, file]),
    ...(selected === undefined
      ? []
      : [[`profile ${selected.profile.name}=${selected.value.name}`, selected.value.at] as const]),
  ];
}

function leftOut({ applied: overlays, excluded, criteria, catalogue }: Resolution): readonly Row[] {
  const isApplied = new Set(overlays);
  const reasons = new Map(
    excluded.map(({ overlay, failed }) => [
      overlay,
      failed.map(({ name, reason }) => `${name}: ${reason}`).join('; '),
    ]),
  );
  return [...catalogue.overlays.values()]
    .filter((overlay) => !isApplied.has(overlay))
    .map((overlay) => [overlay.name, reasons.get(overlay) ?? whyNot(overlay, criteria)]);
}

function whyNot({ criteria }: Overlay, query: Resolution['criteria']): string {
  if (criteria === undefined) {
    return 'without criteria, and nothing that was applied inherits from it';
  }
  const others = DIMENSIONS.filter(
    (name) => criteria[name] !== '' && criteria[name] !== query[name],
  );
  const said = others.map((name) => `${name} ${criteria[name]}`).join(', ');
  return `for ${said || 'another number of nodes'}`;
}

function fields({ trace }: Resolution): readonly Row[] {
  return [...trace.writes].map(([path, writes]) => {
    const [last, ...before] = writes.toReversed();
    const said = last === undefined ? '' : sayWrite(last);
    return [path, [said, ...before.map((write) => `  ${sayBefore(write)}`)].join(',')];
  });
}

function sayWrite({ by, value, isAdded }: Write): string {
  return `${sayValue(value)} ${isAdded ? 'added by' : 'by'} ${by}`;
}

function sayBefore(write: Write): string {
  return write.isAdded ? sayWrite(write) : `before ${sayWrite(write)}`;
}

function sayValue(value: Data): string {
  if (typeof value === 'string') return quote(value, MAX_VALUE_CHARACTERS);
  if (value instanceof Plain) return value.text;
  if (isDataList(value)) return `[${value.map(sayValue).join(', ')}]`;
  if (isDataMap(value) && value.has('value')) return sayValue(textOf(value, 'value'));
  return `a map with ${[...value.keys()].map((key) => quote(key, MAX_VALUE_CHARACTERS)).join(', ') || 'nothing'}`;
}

function table(rows: readonly Row[]): string {
  const width = Math.min(Math.max(...rows.map(([name]) => name.length)), MAX_VALUE_CHARACTERS);
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`).join('');
}
