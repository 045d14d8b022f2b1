// What is wrong in words without any form, for reports that other programs show.
import { escapeCharacters } from '../../quote.ts';
import type { Line } from '../blocks/block.ts';
import { sayFault } from '../blocks/problems.ts';
import type { FaultJson } from '../report-json.ts';
import { plainLine } from './terminal-lines.ts';
import { visible } from './visible.ts';

/** Characters of one value. */
const MAX_VALUE = 1000;

/** Neither is a character of XML, and nobody sees them. */
const NO_CHARACTERS = /[\uFFFE\uFFFF]/g;

/** On one line, with nothing invisible in it. */
export function plain(text: string, maxCharacters = MAX_VALUE): string {
  return escapeCharacters(visible(text, maxCharacters), NO_CHARACTERS);
}

const LOOK = { colour: false };

/** All that a fault says, each part on a line. */
export function plainFault(fault: FaultJson): readonly string[] {
  const { code, at, found, expected, hint } = fault;
  return [
    `${code} ${plain(plainLine(sayFault(fault), MAX_VALUE, LOOK))}`,
    ...(at === null || at === '' ? [] : [`   at: ${plain(at)}`]),
    `found: ${plain(found)}`,
    ` want: ${plain(expected)}`,
    ...(hint === '' ? [] : [` next: ${plain(hint)}`]),
  ];
}

export function plainBanner({ label, text }: Line): string {
  return plain(`${label}: ${plainLine(text, MAX_VALUE, LOOK)}`);
}

/** Of evidence that `validate` packed. */
export const UNSIGNED = 'Nobody vouches for the evidence that was packed.';
