import { EvidenceError } from '../../errors/evidence-error.ts';
import { AICR_GROUP, AICR_GROUP_V011 } from '../../media-types.ts';
import { quote } from '../../quote.ts';

/** How recipes are resolved: as AICR v0.11 does, or as it does today. */
export const RULES = ['v0.11', 'current'] as const;
export type Rules = (typeof RULES)[number];

/**
 * The rules of the AICR that a directory of recipes is for.
 *
 * @param apiVersion of its root overlay
 * @throws EvidenceError API_VERSION_UNKNOWN
 */
export function rulesOf(apiVersion: string, at: string): Rules {
  const [group = ''] = apiVersion.split('/', 1);
  if (group === AICR_GROUP_V011) return 'v0.11';
  if (group === AICR_GROUP) return 'current';
  throw new EvidenceError('API_VERSION_UNKNOWN', {
    at,
    found: apiVersion === '' ? 'no apiVersion' : quote(apiVersion),
    expected: `an apiVersion of ${AICR_GROUP_V011} or ${AICR_GROUP}`,
    hint: 'say by which rules the recipes are resolved: --rules v0.11 or --rules current',
  });
}
