import { refuse } from '../../place.ts';
import type { Call, Flag } from './command.ts';

const LAYOUTS = ['archive', 'directory'] as const;

/** What is written, for every command that writes evidence. */
export const LAYOUT_FLAG = {
  layout: {
    type: 'choice',
    options: LAYOUTS,
    summary:
      'archive, the default, is one .tar.gz; directory is as aicr writes it: OUT/pointer.yaml and OUT/summary-bundle/.',
  },
} as const satisfies Readonly<Record<string, Flag>>;

export function isDirectoryWanted(options: Call['options']): boolean {
  return options.choice('layout', LAYOUTS) === 'directory';
}

/**
 * Where the evidence is written; undefined: none is wanted. What is left beside `evidence/` is not in it.
 *
 * @throws EvidenceError USAGE for a directory that is to be signed with a key
 */
export function outOf(options: Call['options']): string | undefined {
  const out = options.text('emit-evidence');
  if (!isDirectoryWanted(options)) return out;
  if (options.has('key')) {
    const hint = 'leave out --layout, which gives an archive, or --key';
    const expected =
      'an identity: the pointer in the directory names who signed by identity and issuer';
    refuse({ code: 'USAGE', at: '--layout', hint }, 'directory, and a key to sign with', expected);
  }
  return out === undefined ? undefined : withoutSlash(out);
}

/** A folder as tab completion writes it, but for `/`. */
export function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/s, '');
}
