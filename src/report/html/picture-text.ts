// Text in a picture, which breaks no line by itself.
import { lengthOf } from '../render/terminal-lines.ts';
import { visible } from '../render/visible.ts';

/** Where a line may end: behind what separates words, and parts of a path or an address. */
const PIECES = /[^\s/:@._-]*[\s/:@._-]?/gu;

/** At most so many lines with room for so many columns each; what is left out shows as `…`. */
export function linesIn(text: string, room: number, most: number): readonly string[] {
  const lines = [''];
  for (const piece of visible(text, room * most).match(PIECES) ?? []) {
    const line = lines.at(-1) ?? '';
    if (lengthOf(line + piece.trimEnd()) <= room) lines[lines.length - 1] = line + piece;
    else if (lengthOf(piece.trimEnd()) <= room) lines.push(piece);
    else broken(line + piece, room, lines);
  }
  const shown = lines.slice(0, most).map((line) => line.trim());
  return shown.length === lines.length
    ? shown
    : [...shown.slice(0, -1), cut(shown.at(-1) ?? '', room)];
}

/** What is longer than a line goes on in the next one. */
function broken(text: string, room: number, lines: string[]): void {
  lines.pop();
  let line = '';
  for (const character of text) {
    if (lengthOf(line + character) > room) {
      lines.push(line);
      line = '';
    }
    line += character;
  }
  lines.push(line);
}

function cut(line: string, room: number): string {
  const characters = [...line.replace(/…$/, '')];
  while (lengthOf(characters.join('')) > room - 1) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}
