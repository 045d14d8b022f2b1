// What a redacted side does not show, though it may well be there: no difference, and no word of what it is.

import type { Data } from '../../document/data.ts';
import { unlessRefused } from '../../errors/evidence-error.ts';
import { parseRecipe, type Recipe } from '../recipe/recipe.ts';
import { keepOf, type NamedPolicy } from '../redact/withholding.ts';
import { PRODUCT_LABEL } from '../snapshot/fingerprint.ts';

interface RedactedSide {
  readonly redaction?: NamedPolicy | undefined;
  readonly recipe?: Data | undefined;
}

interface Pair {
  readonly what: string;
  readonly one: string | null;
  readonly other: string | null;
}

/** The changes, and of how many values each side withholds what the other one shows. */
export interface Split<T> {
  readonly changes: readonly T[];
  readonly withheld: readonly [number, number];
}

/** @param changes of the snapshots and of their fingerprints alone */
export function splitWithheld<T extends Pair>(
  changes: readonly T[],
  one: RedactedSide,
  other: RedactedSide,
): Split<T> {
  const [byOne, byOther] = [withheldBy(one), withheldBy(other)];
  const count = { one: 0, other: 0 };
  const left = changes.filter((change) => {
    const isOfOne = isBlank(change.one) && byOne(change.what);
    const isOfOther = isBlank(change.other) && byOther(change.what);
    count.one += isOfOne ? 1 : 0;
    count.other += isOfOther ? 1 : 0;
    return !isOfOne && !isOfOther;
  });
  return { changes: left, withheld: [count.one, count.other] };
}

/** So a fingerprint says that it found no such node. */
function isBlank(value: string | null): boolean {
  return value === null || value === '0';
}

/** Facts of the fingerprint that only labels show. */
const COUNTED_BY_LABEL = 'gpuNodeCount';

/** What its policy keeps is not there if it is not shown. Of a policy that nobody here knows, anything may be withheld. */
function withheldBy({ redaction, recipe }: RedactedSide): (what: string) => boolean {
  if (redaction === undefined) return () => false;
  const parsed =
    recipe === undefined ? undefined : unlessRefused((): Recipe => parseRecipe(recipe, ''));
  const keep = parsed && keepOf(redaction, parsed);
  if (keep === undefined) return (what) => what !== 'nodeCount';
  const kept = new Set(
    [...keep.keys].flatMap(([subtype, keys]) => [...keys].map((key) => `${subtype}.${key}`)),
  );
  if (keep.labels.has(PRODUCT_LABEL)) kept.add(COUNTED_BY_LABEL);
  return (what) => what !== 'nodeCount' && !kept.has(what);
}
