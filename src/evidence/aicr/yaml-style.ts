// Which scalar style yaml.v3 writes: the one that was read, unless the text does not fit it. The rules
// are those of its emitter (gopkg.in/yaml.v3 v3.0.1), observed on the documents in
// testdata/aicr-goldens.

import type { Scalar, ScalarStyle } from '../../document/yaml-scalars.ts';

/** Where a scalar is written. */
export type ScalarPosition = 'value' | 'key' | 'flow';

/** The style that the scalar has in the canonical text. */
export function canonicalStyle({ value, style }: Scalar, place: ScalarPosition): ScalarStyle {
  if (style === 'plain' && value.includes('\n')) return blockStyle(value, 'literal', place);
  if (style === 'literal' || style === 'folded') return blockStyle(value, style, place);
  const wanted = style === 'plain' && !allowsPlain(value, place) ? 'single' : style;
  return wanted === 'single' && !allowsSingle(value) ? 'double' : wanted;
}

/** Line breaks for the emitter; in YAML 1.2 the last three are not. */
const BREAK = '[\n\r\u{85}\u{2028}\u{2029}]';
const ANY_BREAK = new RegExp(BREAK, 'u');
const EDGE_BREAK = new RegExp(`^${BREAK}|${BREAK}$`, 'u');
const SPACE_BREAK = new RegExp(` ${BREAK}`, 'u');
const BREAK_SPACE = new RegExp(`${BREAK} `, 'u');

/** What is only written as an escape. All characters above U+FFFF are. */
const UNPRINTABLE = /[^\t\n\u{20}-\u{7E}\u{A0}-\u{D7FF}\u{E000}-\u{FEFE}\u{FF00}-\u{FFFD}]/u;

export function hasBreak(value: string): boolean {
  return ANY_BREAK.test(value);
}

function blockStyle(
  value: string,
  style: 'literal' | 'folded',
  place: ScalarPosition,
): ScalarStyle {
  const isRefused = value === '' || value.endsWith(' ') || SPACE_BREAK.test(value);
  return isRefused || place !== 'value' || UNPRINTABLE.test(value) ? 'double' : style;
}

function allowsSingle(value: string): boolean {
  const hasBlankAtBreak = SPACE_BREAK.test(value) || BREAK_SPACE.test(value);
  return !hasBlankAtBreak && !value.includes('\t') && !UNPRINTABLE.test(value);
}

const BLOCK_INDICATOR = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[-?:](?:[ \t]|$))|:(?:[ \t]|$)|[ \t]#/u;
const FLOW_INDICATOR = /^(?:---|\.\.\.|[#&*!|>'"%@`]|-(?:[ \t]|$))|[,?[\]{}:]|[ \t]#/u;

/** Most of what there is. Plain wherever it stands, as the rules below say more slowly. */
const WORD = /^[A-Za-z0-9_/][A-Za-z0-9_./-]*$/;

function allowsPlain(value: string, place: ScalarPosition): boolean {
  if (WORD.test(value)) return true;
  if (value === '') return place === 'value';
  const isSpaced = value.startsWith(' ') || value.endsWith(' ') || EDGE_BREAK.test(value);
  if (isSpaced || ANY_BREAK.test(value) || !allowsSingle(value)) return false;
  return !(place === 'flow' ? FLOW_INDICATOR : BLOCK_INDICATOR).test(value);
}
