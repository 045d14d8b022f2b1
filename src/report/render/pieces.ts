// A line of text cut into what may stand as words, and what must stand in a code span.
import type { Inline, Said } from '../blocks/block.ts';
import { visible, visibleWords } from './visible.ts';

export type Piece =
  | { readonly plain: string }
  | { readonly code: string }
  | { readonly said: Said };

/**
 * What GitHub can read as nothing but words, numbers and punctuation. All else, ours or foreign, goes
 * into a code span, in which it makes no link, mention, picture, list or emphasis.
 */
const PLAIN = new RegExp(
  `^(?:${[
    String.raw`\(?[A-Za-z]+(?:['-][A-Za-z]+)*[).,;:!?]*`,
    String.raw`\(?\d{1,6}(?:[.,]\d{1,3})?%?[,;:]*`,
    String.raw`\d{4}-\d\d-\d\d[,;:]*`,
    String.raw`\(?(?:e\.g|i\.e)\.[,;:]?`,
    '[().,;:–%]',
  ].join('|')})$`,
);

/** Letters that could be the short name of a commit. */
const COMMIT = /^\(?[\da-f]{7,40}[).,;:!?]*$/i;

/** In words of ours: foreign text, as `quote` writes it, and commands between backticks; cut, to the end. */
const QUOTED = /("(?:[^"\\]|\\.)*\\?(?:"|$)|`[^`]*(?:`|$))/;

/** Words, cut into pieces; a value is one piece of its own. */
export function piecesOf(line: Inline, maxCharacters: number): readonly Piece[] {
  return line.flatMap((part): readonly Piece[] => {
    if (typeof part === 'string') return wordPieces(part, maxCharacters);
    return 'said' in part ? [part] : [codePiece(part.value, maxCharacters)];
  });
}

function wordPieces(text: string, maxCharacters: number): readonly Piece[] {
  const pieces = visibleWords(text, maxCharacters)
    .split(QUOTED)
    .flatMap((part, index) =>
      index % 2 === 1 ? [codePiece(unquoted(part), maxCharacters)] : tokenPieces(part),
    );
  return pieces.filter((piece) => !('plain' in piece) || piece.plain !== '');
}

function unquoted(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    // Cut, or with an escape of ours that JSON does not know: as it stands, without the quotes.
    return quoted.replace(/^./, '').replace(/["`]$/, '');
  }
}

/** Tokens between blanks. Those in a code span keep the punctuation around them outside. */
function tokenPieces(text: string): readonly Piece[] {
  return text.split(/( )/).flatMap((token): readonly Piece[] => {
    if (token === ' ' || (PLAIN.test(token) && !COMMIT.test(token))) return [{ plain: token }];
    const [, open = '', core = '', close = ''] = /^(\(?)(.*?)([).,;:!?]*)$/s.exec(token) ?? [];
    return [{ plain: open }, ...(core === '' ? [] : [{ code: core }]), { plain: close }];
  });
}

function codePiece(value: string, maxCharacters: number): Piece {
  const shown = visible(value, maxCharacters);
  return shown === '' ? { plain: '(empty)' } : { code: shown };
}
