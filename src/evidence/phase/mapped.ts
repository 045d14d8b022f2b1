// Which reports were made of results in another form. docs/results.md

/** What such a report begins its `generatedBy` with: the rules by which it was made. */
export const MAPPED_BY = 'affidavit, by rules 1, from';
