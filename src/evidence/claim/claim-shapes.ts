// The claims of a predicate, checked for their shape, not for what they say:
// schemas/predicate.schema.json, and one spelling for each whole number. Other fields belong to a newer
// producer. All throw FIELD_MISSING, FIELD_INVALID.

import { describe, type Data } from '../../document/data.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { refuse } from '../../place.ts';
import { PROFILE_LETTERS, isSelection } from '../recipe/profile-name.ts';
import type { RecipeProfile } from '../recipe/profile.ts';

type Claim = Data | undefined;

export const BY_FORMAT = 'write the predicate as docs/format.md describes it';

export function fingerprintIn(predicate: ObjectReader): Claim {
  const claim = predicate.object('fingerprint');
  for (const name of ['service', 'accelerator', 'gpuModel', 'os', 'k8sVersion', 'region']) {
    const dimension = claim.object(name);
    dimension.string('value');
    requireTexts(dimension, ['source', 'note', ...(name === 'os' ? ['version'] : [])]);
  }
  for (const name of ['nodeCount', 'gpuNodeCount']) {
    const count = claim.object(name);
    count.integer('value');
    requireTexts(count, ['source']);
  }
  return predicate.data('fingerprint');
}

export function matchIn(predicate: ObjectReader): Claim {
  const claim = predicate.object('criteriaMatch');
  claim.boolean('matched');
  claim.list('perDimension', (item, at) => {
    const row = new ObjectReader(item, at);
    row.string('dimension');
    row.string('match');
    requireTexts(row, ['recipeRequires', 'fingerprintProvides']);
  });
  return predicate.data('criteriaMatch');
}

export function phasesIn(predicate: ObjectReader): Claim {
  for (const counts of mapsIn(predicate.object('phases'))) {
    for (const name of ['passed', 'failed', 'skipped']) counts.integer(name);
    counts.string('ctrfDigest');
  }
  return predicate.data('phases');
}

export function bomIn(predicate: ObjectReader): Claim {
  const claim = predicate.object('bom');
  for (const name of ['format', 'version', 'digest']) claim.string(name);
  claim.integer('imageCount');
  return predicate.data('bom');
}

export function constraintsIn(affidavit: ObjectReader): Claim {
  affidavit.list('constraints', (item, at) => {
    const row = new ObjectReader(item, at);
    for (const name of ['name', 'expected', 'outcome']) row.string(name);
    // Null says that there was no value. A row without the field says nothing.
    const isNull = row.has('actual') && row.optionalText('actual') === undefined;
    if (!isNull) row.string('actual');
  });
  return affidavit.data('constraints');
}

export function phaseDetailsIn(affidavit: ObjectReader): Claim {
  for (const details of mapsIn(affidavit.object('phases'))) {
    for (const name of ['pending', 'other']) details.integer(name);
    details.list('missing', textOf);
  }
  return affidavit.data('phases');
}

/** By which policy the producer says that it redacted. */
export interface ReceivedRedaction {
  readonly policy: string;
  readonly version: string;
  /** The rules that were applied, by name. */
  readonly applied: readonly string[];
}

export function redactionIn(predicate: ObjectReader): ReceivedRedaction | undefined {
  if (!predicate.has('redaction')) return undefined;
  const claim = predicate.object('redaction');
  return {
    policy: claim.string('policy'),
    version: claim.optionalString('version') ?? '',
    applied: claim.has('applied') ? claim.list('applied', textOf) : [],
  };
}

/** The profile that the recipe is said to have; undefined if none is claimed. */
export interface ReceivedProfile extends RecipeProfile {
  /** Where the claim is. */
  readonly at: string;
}

export function profileIn(predicate: ObjectReader): ReceivedProfile | undefined {
  if (!predicate.has('profile')) return undefined;
  const claim = predicate.object('profile');
  const selection = claim.string('selection');
  if (!isSelection(selection)) {
    const expected = `name=value, both of ${PROFILE_LETTERS}`;
    claim.refuse('selection', { code: 'FIELD_INVALID', expected, hint: BY_FORMAT });
  }
  const policyDescriptorIdentity = claim.string('policyDescriptorIdentity');
  if (!/^[0-9a-f]{64}$/.test(policyDescriptorIdentity)) {
    const expected = '64 lower-case hexadecimal digits';
    claim.refuse('policyDescriptorIdentity', { code: 'FIELD_INVALID', expected, hint: BY_FORMAT });
  }
  const advertiser = claim.optionalString('advertiser') ?? '';
  return { at: claim.at, selection, advertiser, policyDescriptorIdentity };
}

function mapsIn(claim: ObjectReader): readonly ObjectReader[] {
  return claim.names().map((name) => claim.object(name));
}

function requireTexts(claim: ObjectReader, names: readonly string[]): void {
  for (const name of names) claim.optionalString(name);
}

export function textOf(item: Data, at: string): string {
  if (typeof item === 'string') return item;
  refuse({ code: 'FIELD_INVALID', at, hint: BY_FORMAT }, describe(item), 'a string');
}
