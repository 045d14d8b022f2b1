/** What a verification says. docs/cli.md, exit codes 0 to 4. */
export type Verdict = 'verified' | 'failed' | 'invalid' | 'unjudged' | 'undecided';
