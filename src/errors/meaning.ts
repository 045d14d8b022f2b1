/**
 * What an error means for the verdict. Each class has one exit code (`cli/call/exit-codes.ts`); a
 * `finding` is shown and never changes a verdict.
 */
export type ErrorClass =
  | 'failed'
  | 'invalid'
  | 'unjudged'
  | 'undecided'
  | 'usage'
  | 'internal'
  | 'interrupted'
  | 'finding';

/** What each code of a domain means: its class, and what is wrong in words. */
export type Meanings = Readonly<Record<string, readonly [ErrorClass, string]>>;
