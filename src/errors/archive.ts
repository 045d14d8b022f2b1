import type { Meanings } from './meaning.ts';

/** The archive and its files. */
export const ARCHIVE_ERRORS = {
  ARCHIVE_UNREADABLE: ['invalid', 'the input is not one whole gzip-compressed tar archive'],
  ARCHIVE_UNSAFE: ['invalid', 'the archive holds an entry that a bundle must not hold'],
  BUNDLE_INCOMPLETE: ['invalid', 'the bundle lacks a file that every bundle has'],
  FILE_MISSING: ['invalid', 'a file that the manifest lists is missing'],
  FILE_EXTRA: ['invalid', 'the bundle holds a file that the manifest does not list'],
  FILE_DIFFERS: ['invalid', 'a file differs from the manifest'],
  MANIFEST_DIFFERS: ['invalid', 'the manifest differs from the one that the statement names'],
} as const satisfies Meanings;
