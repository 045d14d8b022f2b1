// What our pointers say beside AICR's fields: where else the artifact is, and which signature of it is meant.

import { requireLocation } from '../../artifact-reference.ts';
import type { Digest } from '../../digest.ts';
import { dataMap, describe, type Data, type DataMap } from '../../document/data.ts';
import type { ObjectReader } from '../../document/object-reader.ts';
import { MAX_LOCATIONS } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';

export interface PointedCopies {
  /** Of the manifest that attaches the signature. */
  readonly attestation: Digest | undefined;
  /** `HOST/REPO`, in the order in which they are tried. */
  readonly locations: readonly string[];
}

/** Throws FIELD_MISSING, FIELD_INVALID, FIELD_UNKNOWN, LIMIT_EXCEEDED. */
export function readCopies(reader: ObjectReader, hint: string): PointedCopies {
  const isAttested = reader.optionalText('attestation') !== undefined;
  const attestation = isAttested ? reader.digest('attestation', hint) : undefined;
  const locations = reader.optionalList('locations', readLocation);
  reader.end();
  const place = { at: reader.pointer('locations'), hint };
  if (locations.length > MAX_LOCATIONS) {
    const found = `${locations.length} locations`;
    return refuse({ ...place, code: 'LIMIT_EXCEEDED' }, found, `at most ${MAX_LOCATIONS}`);
  }
  // A host is the same in upper and lower case.
  const names = locations.map((location) => location.toLowerCase());
  const again = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (again === -1) return { attestation, locations };
  const at = `${place.at}/${again}`;
  const found = `${quote(locations[again] ?? '')}, which is there already`;
  return refuse({ code: 'FIELD_INVALID', at, hint }, found, 'each location once');
}

function readLocation(data: Data, at: string): string {
  const place = { code: 'FIELD_INVALID', at } as const;
  const expected = 'HOST/REPOSITORY';
  if (typeof data !== 'string') {
    return refuse({ ...place, hint: 'write it as a text' }, describe(data), expected);
  }
  const location = requireLocation(data, place);
  if (location === data) return location;
  return refuse({ ...place, hint: `write ${location}` }, quote(data), expected);
}

/** Undefined if there is nothing to say. */
export function copiesData({ attestation, locations }: PointedCopies): DataMap | undefined {
  if (attestation === undefined && locations.length === 0) return undefined;
  return dataMap({ attestation, locations: locations.length === 0 ? undefined : locations });
}
