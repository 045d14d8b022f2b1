// Which Go value a plain scalar is for yaml.v3 v3.0.1, and how Go writes that value. AICR reads the
// values of a recipe without a type in this way and writes them again: `1.10` becomes `1.1`.

import { Plain } from '../../document/data.ts';
import type { ScalarStyle } from '../../document/yaml-scalars.ts';
import { timestampOf } from './go-time.ts';

/** Spellings that are not numbers, by their text. */
const WORDS: ReadonlyMap<string, Plain> = new Map(
  [
    ...['', '~', 'null', 'Null', 'NULL'].map((text) => [text, 'null', 'null'] as const),
    ...['true', 'True', 'TRUE'].map((text) => [text, 'boolean', 'true'] as const),
    ...['false', 'False', 'FALSE'].map((text) => [text, 'boolean', 'false'] as const),
    ...['.nan', '.NaN', '.NAN'].map((text) => [text, 'float', '.nan'] as const),
    ...['.inf', '.Inf', '.INF'].flatMap((text) => [
      [text, 'float', '.inf'] as const,
      [`+${text}`, 'float', '.inf'] as const,
      [`-${text}`, 'float', '-.inf'] as const,
    ]),
  ].map(([text, type, written]) => [text, new Plain(type, written)]),
);

/** What the text of a plain scalar is: itself, or a value in the spelling in which Go writes it. */
export function resolvePlain(text: string): string | Plain {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/.test(text)) return text;
  // Behind a point at the start only between digits.
  const isGrouped = !text.startsWith('.') || !/(?<!\d)_|_(?!\d)/.test(text);
  const digits = isGrouped ? text.replaceAll('_', '') : text;
  return plainOf('timestamp', timestampOf(text)) ?? numberOf(digits) ?? text;
}

function plainOf(type: Plain['type'], text: string | undefined): Plain | undefined {
  return text === undefined ? undefined : new Plain(type, text);
}

function numberOf(text: string): Plain | undefined {
  const integer = integerOf(text);
  if (integer !== undefined) return new Plain('integer', String(integer));
  return FLOAT.test(text) ? plainOf('float', floatText(Number(text))) : undefined;
}

const INTEGER = /^([-+]?)(0x[0-9a-f]+|0b[01]+|0o[0-7]+|0[0-7]*|[1-9][0-9]*)$/i;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

const LEAST = -(2n ** 63n);
const MOST_SIGNED = 2n ** 63n - 1n;
const MOST = 2n ** 64n - 1n;

/** A whole number of 64 bits; above 2^63 − 1 only without a sign. */
function integerOf(text: string): bigint | undefined {
  // Behind these prefixes yaml.v3 lets Go read the digits once more, with a sign.
  const parts = INTEGER.exec(text.replace(/^(0[bo])([-+])/, '$2$1'));
  if (parts === null) return undefined;
  const [, sign = '', digits = ''] = parts;
  // A zero in front is octal, as in C.
  const size = BigInt(digits.toLowerCase().replace(/^0(?=[0-7])/, '0o'));
  const value = sign === '-' ? -size : size;
  return value >= LEAST && value <= (sign === '' ? MOST : MOST_SIGNED) ? value : undefined;
}

/** As Go's `FormatFloat(value, 'g', -1, 64)`; undefined for what is too large, which stays a text. */
function floatText(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  if (Object.is(value, -0)) return '-0';
  const [digits = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(value);
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits}e${exponent < 0 ? '-' : '+'}${size}`;
}

/** Words and numbers of YAML 1.1, which yaml.v3 reads as texts and writes in quotes. */
const OLD_BOOLEAN = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/;
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** The style that yaml.v3 asks for when it writes a Go string; what it cannot have is `canonicalStyle`'s. */
export function styleOfText(text: string): ScalarStyle {
  if (text.includes('\n')) return 'literal';
  const isText = typeof resolvePlain(text) === 'string';
  return isText && !OLD_BOOLEAN.test(text) && !BASE_60.test(text) ? 'plain' : 'double';
}

/** What a bool field of Go makes of a scalar; undefined if it refuses it. */
export function goBoolean(value: string | Plain): boolean | undefined {
  if (typeof value === 'string') {
    return OLD_BOOLEAN.test(value) ? /^(?:y|on)/i.test(value) : undefined;
  }
  return value.type === 'boolean' ? value.text === 'true' : undefined;
}

/** What an int field of Go makes of a scalar: a float loses its fraction. Undefined if it refuses it. */
export function goInteger(value: string | Plain): string | undefined {
  if (typeof value === 'string') return undefined;
  if (value.type !== 'integer' && value.type !== 'float') return undefined;
  const whole = value.type === 'integer' ? BigInt(value.text) : truncated(Number(value.text));
  return whole !== undefined && whole >= LEAST && whole <= MOST_SIGNED ? String(whole) : undefined;
}

function truncated(value: number): bigint | undefined {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined;
}
