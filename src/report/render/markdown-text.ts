// The only way to write Markdown: words are words, and all else stands in code.
import type { Inline, Tone } from '../blocks/block.ts';
import { piecesOf, type Piece } from './pieces.ts';

/** One line of GitHub-flavoured Markdown; for a value at most `maxCharacters` of it. */
export function gfmLine(line: Inline, maxCharacters: number): string {
  const pieces = piecesOf(line, maxCharacters);
  return pieces
    .map((piece, index) => {
      if ('plain' in piece) return piece.plain;
      if ('said' in piece) return emphasised(piece.said, '**', '**');
      // Side by side, the fences of two spans would be one, and free what is in them.
      const before = pieces[index - 1];
      const space = before !== undefined && 'code' in before ? ' ' : '';
      return `${space}${codeSpan(piece.code)}`;
    })
    .join('')
    .trim(); // a blank at the start of a line would move it into a list, or out of one
}

/** The same as HTML, for tables: a cell of HTML can hold every character as it is. */
export function htmlLine(line: Inline, maxCharacters: number): string {
  return piecesOf(line, maxCharacters).map(htmlPiece).join('');
}

function htmlPiece(piece: Piece): string {
  if ('plain' in piece) return piece.plain;
  return 'code' in piece
    ? `<code>${escapeHtml(piece.code)}</code>`
    : emphasised(piece.said, '<b>', '</b>');
}

/** What is not as it should be stands out. Words of ours alone. */
function emphasised(
  { words, tone }: { readonly words: string; readonly tone: Tone },
  open: string,
  close: string,
): string {
  return tone === 'bad' || tone === 'doubtful' ? `${open}${words}${close}` : words;
}

/** CommonMark §6.1: the fence is longer than any run of backticks in it. */
function codeSpan(shown: string): string {
  const fence = '`'.repeat(longestRun(shown) + 1);
  // One blank on both sides is no part of the code.
  const pad = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** A command line as a fenced block, exactly as a shell reads it. */
export function codeBlock(command: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(command) + 1));
  return `${fence}sh\n${command}\n${fence}`;
}

function longestRun(shown: string): number {
  let longest = 0;
  for (const [run] of shown.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escapeHtml(shown: string): string {
  return shown.replaceAll(/[&<>]/g, (character) => ENTITIES[character] ?? '');
}
