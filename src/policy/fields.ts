// What fields of a policy may be.

import type { ObjectReader } from '../document/object-reader.ts';
import { parseTimeAt, utcHint } from '../document/time.ts';
import { nearest } from '../nearest.ts';
import type { Place } from '../place.ts';
import { quote } from '../quote.ts';

export function optional<T>(
  reader: ObjectReader,
  name: string,
  read: (name: string) => T,
): T | undefined {
  return reader.data(name) === undefined ? undefined : read(name);
}

export function requireTime(
  reader: ObjectReader,
  name: string,
  parse?: (text: string) => Date | undefined,
): Date {
  const text = reader.string(name);
  const hint = utcHint(text) ?? 'write a day and an hour that exist, e.g. 2026-01-31T00:00:00Z';
  return parseTimeAt({ ...placeOf(reader, name), hint }, text, parse);
}

export function requireOneOf<T extends string>(
  reader: ObjectReader,
  name: string,
  all: readonly [T, ...T[]],
): T {
  const text = reader.string(name);
  const found = all.find((value) => value === text);
  if (found !== undefined) return found;
  return reader.refuse(name, {
    expected: `one of ${all.map((value) => quote(value)).join(', ')}`,
    hint: `write ${quote(nearest(text, all) ?? all[0])}${nearest(text, all) === undefined ? ' or another of them' : ''}`,
  });
}

export const USE_A_TEMPLATE =
  'name one signer exactly, or write a "template" like https://github.com/owner/repo/.github/workflows/file.yml@refs/heads/{branch}';
export const EXACT = 'write it exactly as the report shows it';

/** Elsewhere `*` means anything. Here it would be a name that nobody has, and whoever wrote it would not know. */
export function requireExact(reader: ObjectReader, name: string, hint: string): string {
  const text = requireText(reader, name);
  if (!text.includes('*')) return text;
  const expected = 'an exact match: * is no pattern here';
  return reader.refuse(name, { found: `${quote(text)}, which has a *`, expected, hint });
}

/** Who vouches for an identity. Whoever leaves it out has to be told where it stands. */
export function requireIssuer(reader: ObjectReader): string {
  if (!reader.has('issuer') && nearest('issuer', reader.unread()) === undefined) {
    reader.refuse('issuer', {
      expected: 'the OIDC issuer that vouches for the identity',
      hint: `add "issuer" as the report of verify-evidence shows it, e.g. ${USUAL_ISSUERS}`,
    });
  }
  return requireExact(reader, 'issuer', EXACT);
}

const USUAL_ISSUERS =
  'https://token.actions.githubusercontent.com (GitHub Actions), https://gitlab.com (GitLab), https://accounts.google.com (Google) or https://github.com/login/oauth (e-mail by GitHub)';

export function requireText(reader: ObjectReader, name: string, hint = WHOLE): string {
  const text = reader.string(name);
  if (text !== '') return text;
  return reader.refuse(name, { expected: 'a text that is not empty', hint });
}

const WHOLE = 'write the whole identity as the report shows it';

/** A list of texts, at least one, each once. */
export function requireTexts(
  reader: ObjectReader,
  name: string,
  wanted: { readonly expected: string; readonly hint: string },
): readonly [string, ...string[]] {
  const texts = reader.list(name, (item) => (typeof item === 'string' ? item : ''));
  const [first, ...others] = texts;
  const isRepeated = new Set(texts).size < texts.length;
  if (first === undefined || isRepeated || texts.includes('')) return reader.refuse(name, wanted);
  return [first, ...others];
}

export function placeOf(reader: ObjectReader, name: string): Place {
  return { code: 'POLICY_INVALID', at: reader.pointer(name), hint: 'correct the field' };
}

/** Far more than any rule needs, and small enough to be counted in days of JavaScript's time. */
export const MAX_DAYS = 36_500;
const MAX_COUNT = 32;

export function optionalCount(
  reader: ObjectReader,
  name: string,
  most = MAX_COUNT,
): number | undefined {
  const data = reader.data(name);
  if (data === undefined) return undefined;
  if (typeof data === 'string' && /^[1-9]\d{0,4}$/.test(data)) {
    reader.refuse(name, {
      expected: 'a number, which has no quotes',
      hint: `remove the quotes: write ${data}`,
    });
  }
  const count = reader.integer(name, 1);
  if (count <= most) return count;
  return reader.refuse(name, {
    expected: `a whole number, 1 to ${most}`,
    hint: 'correct the field',
  });
}
