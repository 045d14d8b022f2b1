// Which reports were made of results in another form. docs/results.md

/** What such a report begins its `generatedBy` with: the rules by which it was made. */
export const MAPPED_BY = 'affidavit, by rules 1, of';

const ANY_RULES = /^affidavit, by rules \d+, of /;

/** `theirs`: by rules of another version, which nobody here can repeat. */
export type Mapping = 'none' | 'ours' | 'theirs';

export function mappingOf(generatedBy: string): Mapping {
  if (generatedBy.startsWith(`${MAPPED_BY} `)) return 'ours';
  return ANY_RULES.test(generatedBy) ? 'theirs' : 'none';
}
