import { MAX_DIGITS, MAX_VERSION_CHARACTERS } from '../../limits.ts';
import type { ConstraintDialect } from '../recipe/recipe.ts';
import { compare } from './terms.ts';

/** One to three numbers and a suffix. Bigints: AICR's are 64 bits wide. */
export interface Version {
  /** Missing numbers are 0. */
  readonly numbers: readonly [bigint, bigint, bigint];
  /** How many numbers were written. */
  readonly precision: number;
  /** From the first `-` or `+` after a digit, e.g. `-eks-3025e55`; "" if there is none. */
  readonly suffix: string;
}

const MAX_NUMBER = 2n ** 63n - 1n;

/** Reads `1.33`, `v1.33.4-eks-e386d34`, `570`; undefined for anything else, e.g. four numbers. */
export function parseVersion(text: string): Version | undefined {
  if (text.length > MAX_VERSION_CHARACTERS) return undefined;
  const bare = text.startsWith('v') ? text.slice(1) : text;
  const suffix = /(?<=[0-9])[-+].*$/s.exec(bare)?.[0] ?? '';
  const parts = bare.slice(0, bare.length - suffix.length).split('.');
  const numbers = parts.map((part) => parseNumber(part)).filter((number) => number !== undefined);
  if (parts.length > 3 || numbers.length < parts.length) return undefined;
  const [major = 0n, minor = 0n, patch = 0n] = numbers;
  return { numbers: [major, minor, patch], precision: parts.length, suffix };
}

/** Begins like a version and is too long to be read: nobody can say whether it equals one. */
export function isOverlongVersion(text: string): boolean {
  return text.length > MAX_VERSION_CHARACTERS && /^v?[-+]?[0-9]/.test(text);
}

/** All three numbers equal: a missing one is 0, and suffixes do not count. */
export function equalVersions(a: Version, b: Version): boolean {
  return a.numbers.every((number, index) => number === b.numbers[index]);
}

/**
 * Negative, zero or positive, as `a` is older, equal or newer. Only the numbers that both have are
 * compared: 1.32 and 1.32.4 are equal. Since v0.12, if three numbers are equal, the GKE build decides.
 */
export function compareVersions(a: Version, b: Version, dialect: ConstraintDialect): number {
  const precision = Math.min(a.precision, b.precision);
  for (let index = 0; index < precision; index += 1) {
    const order = compare(a.numbers[index] ?? 0n, b.numbers[index] ?? 0n);
    if (order !== 0) return order;
  }
  return dialect === 'v0.11' || precision < 3 ? 0 : compareBuilds(a.suffix, b.suffix);
}

/** The suffix means a GKE build, and its number cannot be read. */
export function hasMalformedBuild({ suffix }: Version): boolean {
  return suffix.startsWith('-gke.') && gkeBuildOf(suffix) === undefined;
}

/** A bare version is older than any GKE build of it. */
function compareBuilds(a: string, b: string): number {
  return compare(gkeBuildOf(a) ?? -1n, gkeBuildOf(b) ?? -1n);
}

function gkeBuildOf(suffix: string): bigint | undefined {
  return parseDigits(/^-gke\.([0-9]+)$/.exec(suffix)?.[1]);
}

/** With a sign, as Go reads integers; `-0` is 0. */
function parseNumber(text: string): bigint | undefined {
  const number = parseDigits(/^[+-]?([0-9]+)$/.exec(text)?.[1]);
  return text.startsWith('-') && number !== 0n ? undefined : number;
}

function parseDigits(digits: string | undefined): bigint | undefined {
  if (digits === undefined || digits.length > MAX_DIGITS) return undefined;
  const number = BigInt(digits);
  return number <= MAX_NUMBER ? number : undefined;
}
