import type { Data } from '../../document/data.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { orIfRefused } from '../../errors/evidence-error.ts';
import { didYouMean } from '../../nearest.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { parseCriteria, type Criteria } from '../recipe/criteria.ts';
import { KNOWN_VALUES } from '../recipe/known-values.ts';
import { readProvider } from '../snapshot/provider.ts';
import type { Catalogue } from './catalogue.ts';
import type { DimensionName } from './criteria.ts';

/** What one AICR or another knows without any overlay. */
export function builtInValues(name: DimensionName): readonly string[] {
  return Object.values(KNOWN_VALUES).flatMap((values) => values[name].split(' '));
}

/**
 * The criteria that somebody asks for, in AICR's spelling; a dimension that is not named is open.
 *
 * @throws EvidenceError USAGE for a value that neither AICR nor an overlay knows
 */
export function queryOf(
  asked: ReadonlyMap<DimensionName, string>,
  nodes: number,
  catalogue: Catalogue,
): Criteria {
  for (const [name, value] of asked) {
    const known = normalised(name, value);
    if (known === undefined || !isKnown(name, known, catalogue)) {
      refuseValue(name, value, catalogue);
    }
  }
  return { ...criteriaOf(asked), nodes };
}

/** Whether AICR or an overlay knows the value; "" is open. */
export function isKnown(
  name: DimensionName,
  value: string,
  { rules, overlays }: Catalogue,
): boolean {
  if (value === '' || KNOWN_VALUES[rules][name].split(' ').includes(value)) return true;
  return [...overlays.values()].some(({ criteria }) => criteria?.[name] === value);
}

/** A value in AICR's spelling; undefined if it can be none. */
export function normalised(name: DimensionName, value: string): string | undefined {
  return orIfRefused(
    () => criteriaOf(new Map([[name, value]]))[name],
    () => undefined,
  );
}

function criteriaOf(asked: ReadonlyMap<DimensionName, string>): Criteria {
  const texts = new Map<string, Data>(asked);
  return parseCriteria(new ObjectReader(new Map([['criteria', texts]]), 'query')).value;
}

function knownValues(name: DimensionName, { rules, overlays }: Catalogue): ReadonlySet<string> {
  const own = [...overlays.values()].map(({ criteria }) => criteria?.[name] ?? '');
  return new Set([...KNOWN_VALUES[rules][name].split(' '), ...own.filter((value) => value !== '')]);
}

function refuseValue(name: DimensionName, value: string, catalogue: Catalogue): never {
  const names = [...knownValues(name, catalogue)].toSorted();
  const isNewer = isKnown(name, normalised(name, value) ?? value, {
    ...catalogue,
    rules: 'current',
  });
  const hint = isNewer
    ? `AICR v0.11 does not know it, a newer one does: leave --${name} out, or add --rules current`
    : (providerHint(name, value, names) ?? didYouMean(value, names) ?? 'use one of these');
  refuse({ code: 'USAGE', at: `--${name}`, hint }, quote(value), `any, ${names.join(', ')}`);
}

/** For a service, the name of its provider; `gcp` is in no provider id. Undefined for any other value. */
function providerHint(
  name: DimensionName,
  value: string,
  names: readonly string[],
): string | undefined {
  const { service } = readProvider(value.toLowerCase().replace(/^gcp$/, 'gce'));
  if (name !== 'service' || !names.includes(service)) return undefined;
  return `did you mean ${quote(service)}? that is the service of ${quote(value)}`;
}
