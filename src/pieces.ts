/** Long enough that a piece costs little, short enough that all that is found in one does. */
const PIECE_CHARACTERS = 64 * 1024;

/**
 * The text with each piece changed: JavaScript keeps all that a pattern finds in a text until the end, and
 * in a long one that may be millions. The change must look at single characters or line ends alone: no
 * piece ends in the middle of one. To put one text for another it splits and joins, because `replaceAll`
 * makes a chain of parts, which takes more than the text.
 */
export function inPieces(text: string, change: (piece: string) => string): string {
  if (text.length <= PIECE_CHARACTERS) return change(text);
  const pieces: string[] = [];
  let start = 0;
  while (start < text.length) {
    const end = pieceEnd(text, start + PIECE_CHARACTERS);
    pieces.push(change(text.slice(start, end)));
    start = end;
  }
  return pieces.join('');
}

/** Not behind a carriage return, nor behind half of a character. */
function pieceEnd(text: string, wanted: number): number {
  let end = wanted;
  while (/[\r\uD800-\uDBFF]/.test(text.charAt(end - 1))) end += 1;
  return end;
}
