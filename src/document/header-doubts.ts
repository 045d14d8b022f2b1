// What a header says about its own making. AICR's header validates nothing; the reader has to.

import type { Finding } from '../errors/evidence-error.ts';
import { MAX_FUTURE_MS, MAX_VERSION_CHARACTERS } from '../limits.ts';
import { quote } from '../quote.ts';
import { parseTime } from './time.ts';

/** https://semver.org/#is-there-a-suggested-regular-expression-regex-to-check-a-semver-string, and a `v`. */
const SEMANTIC_VERSION =
  /^v?(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*)?(?:\+[\da-zA-Z-]+(?:\.[\da-zA-Z-]+)*)?$/;

/** @param at where the timestamp is, or should be */
export function timestampDoubts(
  timestamp: string | undefined,
  now: Date,
  at: string,
): readonly Finding[] {
  const time = timestamp === undefined ? undefined : parseTime(timestamp);
  const latest = now.getTime() + MAX_FUTURE_MS;
  if (time !== undefined && time.getTime() <= latest) return [];
  return [
    {
      code: 'TIMESTAMP_DOUBTFUL',
      at,
      found: timestamp === undefined ? 'no timestamp' : quote(timestamp),
      expected: 'RFC 3339, at most 24 hours from now',
      hint: 'check the clock of the machine that wrote the document',
    },
  ];
}

/** @param version the version of the tool that wrote the document; absent and "" are no doubt */
export function versionDoubts(version: string | undefined, at: string): readonly Finding[] {
  if (version === undefined || version === '' || isSemanticVersion(version)) return [];
  return [
    {
      code: 'VERSION_DOUBTFUL',
      at,
      found: quote(version),
      expected: 'a semantic version, e.g. v1.0.0',
      hint: 'use a released AICR: nobody can tell what another build does',
    },
  ];
}

function isSemanticVersion(text: string): boolean {
  return text.length <= MAX_VERSION_CHARACTERS && SEMANTIC_VERSION.test(text);
}
