// The versions of AICR's recipe evidence, and what differs between them. docs/format.md §4

import {
  AICR_GROUP,
  AICR_GROUP_V011,
  PREDICATE_TYPE_V011,
  PREDICATE_TYPE_V1,
  PREDICATE_TYPE_V2,
  PREDICATE_TYPE_V3,
} from '../../media-types.ts';
import type { StatementRules } from '../../statement/statement.ts';
import type { CanonicalRules } from '../aicr/canonical-yaml.ts';
import { STATEMENT_FILE } from '../layout.ts';

export interface EvidenceType {
  readonly predicateType: string;
  readonly version: 'v1' | 'v2' | 'v3';
  /** By which the recipe's digest was made. */
  readonly digestRules: CanonicalRules;
  /** Whether it is of recipes with a profile. */
  readonly profile: 'never' | 'always' | 'either';
}

export const V3: EvidenceType = {
  predicateType: PREDICATE_TYPE_V3,
  version: 'v3',
  digestRules: 'v3',
  profile: 'either',
};

const V1: EvidenceType = {
  predicateType: PREDICATE_TYPE_V1,
  version: 'v1',
  digestRules: 'legacy',
  profile: 'never',
};
const V2: EvidenceType = {
  predicateType: PREDICATE_TYPE_V2,
  version: 'v2',
  digestRules: 'legacy',
  profile: 'always',
};

const TYPES = new Map([V1, V2, V3].map((type) => [type.predicateType, type]));

export function evidenceTypeOf(predicateType: string): EvidenceType {
  const type = TYPES.get(predicateType);
  if (type === undefined) throw new TypeError('a predicateType that was not refused');
  return type;
}

/** Whether a statement may be one of evidence, also of a version that is not known. Others are about something else. */
export function isEvidenceType(predicateType: string): boolean {
  return [AICR_GROUP, AICR_GROUP_V011].some((group) =>
    predicateType.startsWith(`https://${group}/recipe-evidence/`),
  );
}

export const HINT = 'have the evidence made by affidavit, or by an aicr that writes this version';

export const EVIDENCE_STATEMENT: StatementRules = {
  file: STATEMENT_FILE,
  predicateTypes: [...TYPES.keys()],
  retired: {
    predicateTypes: [PREDICATE_TYPE_V011],
    found: `which AICR wrote before it moved from ${AICR_GROUP_V011} to ${AICR_GROUP}`,
    hint: 'have the evidence made again, by a current aicr or by affidavit: a signed type cannot be changed, and aicr does not read this one either',
  },
  // A second subject would be signed, and nobody would check it.
  subjects: 'exactly one',
  hint: HINT,
};
