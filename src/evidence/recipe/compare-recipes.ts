// Where two recipes demand something else.

import { describe, isDataMap, mapOf, scalarText } from '../../document/data.ts';
import type { Data, DataMap } from '../../document/data.ts';
import { differences, type Difference } from '../../document/differences.ts';
import { quote } from '../../quote.ts';

/** What says which program wrote the recipe, and not what it demands; but for its profile. */
const NOT_COMPARED: ReadonlySet<string> = new Set(['apiVersion', 'metadata']);
const PROFILE = 'selectedProfile';

/** Every difference of the decoded values. `1.10` is not `1.1`: AICR reads a version from its source text. */
export function recipeDifferences(one: Data, other: Data): readonly Difference[] {
  return [...differences(demandsOf(one), demandsOf(other))];
}

function demandsOf(recipe: Data): Data {
  if (!isDataMap(recipe)) return recipe;
  const profile = mapOf(recipe, 'metadata')?.get(PROFILE);
  const compared = [...recipe].filter(([key]) => !NOT_COMPARED.has(key));
  const kept = new Map(profile === undefined ? [] : [[PROFILE, profile]]);
  return new Map([...compared, ['metadata', kept], ['criteria', statedIn(recipe)]]);
}

/** What a recipe leaves open it writes as `any`, or not at all. */
function statedIn(recipe: DataMap): DataMap {
  const criteria = [...(mapOf(recipe, 'criteria') ?? [])];
  return new Map(criteria.filter(([name, value]) => !isOpen(name, scalarText(value))));
}

function isOpen(name: string, value = ''): boolean {
  return value === '' || value === (name === 'nodes' ? '0' : 'any');
}

/** A text in quotes, so that "1.10" is not taken for a number; of lists and maps what they are. */
export function shownValue(data: Data | undefined): string {
  if (typeof data === 'string') return quote(data, 100);
  const text = scalarText(data);
  return text === undefined ? describe(data) : quote(text, 100).slice(1, -1);
}
