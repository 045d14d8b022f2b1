// What can be said of the criteria of overlays without resolving anything.

import type { Finding } from '../../errors/evidence-error.ts';
import { nearest } from '../../nearest.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { Criteria } from '../recipe/criteria.ts';
import { DIMENSIONS, type DimensionName } from '../resolve/criteria.ts';
import type { Overlay } from '../resolve/overlay.ts';
import { builtInValues, normalised } from '../resolve/query.ts';
import type { Rules } from '../resolve/rules.ts';

/** Overlays that are in no recipe. */
export function unreachable(overlays: readonly Overlay[], rules: Rules): readonly Finding[] {
  const parents = new Set(
    overlays.filter(({ name, parent }) => name !== parent).map(({ parent }) => parent),
  );
  return overlays
    .filter((overlay) => !parents.has(overlay.name) && !isAsked(overlay, rules))
    .map(({ name, file, criteria }) => ({
      code: 'OVERLAY_UNREACHABLE',
      ...(criteria === undefined
        ? {
            at: `${file}#/spec`,
            found: `${quote(name)} without criteria`,
            expected: 'criteria, or an overlay that inherits from it',
            hint: 'add what is missing, or remove the overlay',
          }
        : {
            at: `${file}#/spec/criteria`,
            found: unasked(criteria)
              .map((each) => quote(criteria[each]))
              .join(', '),
            expected: 'criteria as queries have them, in small letters',
            hint: 'correct the criteria, or remove the overlay',
          }),
    }));
}

function unasked(criteria: Criteria): readonly DimensionName[] {
  return DIMENSIONS.filter((name) => normalised(name, criteria[name]) !== criteria[name]);
}

/** v0.11 compares the values as they are written, so that `OKE` is never met. */
export function isAsked({ criteria }: Overlay, rules: Rules): boolean {
  if (criteria === undefined) return false;
  return rules === 'current' || unasked(criteria).length === 0;
}

/** Values that one overlay alone has, and that are nearly known ones. */
export function doubtfulCriteria(all: readonly Overlay[], rules: Rules): readonly Finding[] {
  const overlays = all.filter((each) => isAsked(each, rules));
  return DIMENSIONS.flatMap((name) => {
    const users = Map.groupBy(overlays, ({ criteria }) => criteria?.[name] ?? '');
    const shared = [...users].flatMap(([value, { length }]) => (length > 1 ? value : []));
    const known = new Set([...builtInValues(name), ...shared].filter((value) => value !== ''));
    return [...users].flatMap(([value, [{ file } = { file: '' }]]): readonly Finding[] => {
      const meant = value === '' || known.has(value) ? undefined : nearest(value, known);
      if (meant === undefined) return [];
      const at = `${file}#/spec/criteria/${name}`;
      const hint = `did you mean ${quote(meant)}? If not, leave it`;
      return [faultAt({ code: 'CRITERIA_DOUBTFUL', at, hint }, quote(value), `a known ${name}`)];
    });
  });
}
