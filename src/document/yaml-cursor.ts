import { MAX_TEXT_CHARACTERS } from '../limits.ts';
import { inPieces } from '../pieces.ts';
import { TextCursor } from './text.ts';

export const TAB = 0x09;
export const LINE_FEED = 0x0a;
export const SPACE = 0x20;
export const HASH = 0x23;
export const DASH = 0x2d;
export const COLON = 0x3a;
export const QUESTION = 0x3f;

/**
 * What yaml.v3 calls control characters, and what it takes for a line break where YAML 1.2 does not
 * (U+0085, U+2028, U+2029, a carriage return alone): accepted, they would mean two things. The byte
 * order mark may stand inside a text, and is refused because nobody would see it there.
 */
const REFUSED_CHARACTER = /[^\t\n\u0020-\u007E\u00A0-\u2027\u202A-\uFEFE\uFF00-\uFFFD]/;

/** A place in a YAML text, and what is there. */
export class YamlCursor extends TextCursor {
  /** Where the current line starts. */
  lineStart = 0;

  constructor(text: string, file: string, maxValues: number) {
    const isUnix = !text.includes('\r');
    const lines = isUnix ? text : inPieces(text, (piece) => piece.split('\r\n').join('\n'));
    super(lines, file, maxValues);
  }

  requireCharacters(): void {
    const refused = this.text.search(REFUSED_CHARACTER);
    if (refused === -1) return;
    this.position = refused;
    this.refuse(`the character ${this.next()}`, 'text without control characters', {
      hint: 'write the character as an escape in double quotes',
    });
  }

  get column(): number {
    return this.position - this.lineStart;
  }

  /** The character code here; NaN at the end. */
  code(): number {
    return this.text.charCodeAt(this.position);
  }

  /** Whether a space, tab or line break, or the end, is at the position. */
  isBlank(position: number): boolean {
    const code = this.text.charCodeAt(position);
    return code === SPACE || code === LINE_FEED || code === TAB || Number.isNaN(code);
  }

  /** Whether an indicator stands here as such, that is, before white space. */
  isIndicator(indicator: number): boolean {
    return this.code() === indicator && this.isBlank(this.position + 1);
  }

  /** Whether `---` or `...` stands at the position, which is the start of a line. */
  isMarker(position: number): boolean {
    const marker = this.text.slice(position, position + 3);
    return (marker === '---' || marker === '...') && this.isBlank(position + 3);
  }

  /** Whether the document ends here: no text is left, or a marker follows. */
  isEnd(): boolean {
    return (
      this.position >= this.text.length ||
      (this.position === this.lineStart && this.isMarker(this.position))
    );
  }

  skipSpaces(): void {
    while (this.code() === SPACE) this.position += 1;
    if (this.code() === TAB) {
      this.refuse('a tab', 'spaces', { hint: 'use spaces between the parts of a document' });
    }
  }

  /** Goes to the next token, over spaces, comments and line breaks. */
  skipToToken(): void {
    for (;;) {
      this.skipSpaces();
      if (this.isComment()) this.position = this.lineEnd(this.position);
      if (this.code() !== LINE_FEED) return;
      this.nextLine(this.position + 1);
    }
  }

  nextLine(start: number): void {
    this.position = start;
    this.lineStart = start;
  }

  /** Where the line of the position ends: at its line feed, or at the end of the text. */
  lineEnd(position: number): number {
    const end = this.text.indexOf('\n', position);
    return end === -1 ? this.text.length : end;
  }

  /** Whether nothing but a comment is left in the line; the spaces are skipped. */
  isLineDone(): boolean {
    this.skipSpaces();
    return this.code() === LINE_FEED || Number.isNaN(this.code()) || this.isComment();
  }

  requireLineDone(): void {
    if (this.isLineDone()) return;
    this.refuse(this.next(), 'the end of the line', {
      hint: 'put the value in quotes, or the next part on a line of its own',
    });
  }

  /** Said while the text is being read, so that it is never longer than it may be. */
  requireText(length: number): void {
    if (length <= MAX_TEXT_CHARACTERS) return;
    this.refuse('a text that goes on', `at most ${MAX_TEXT_CHARACTERS} characters in one text`, {
      code: 'LIMIT_EXCEEDED',
      hint: 'shorten the text',
    });
  }

  isComment(): boolean {
    if (this.code() !== HASH) return false;
    return this.position === this.lineStart || this.text.charCodeAt(this.position - 1) === SPACE;
  }

  override enter(): void {
    super.enter('fewer levels');
    this.countValue();
  }

  leave(): void {
    this.path.pop();
  }

  /** Comes to the next key or item of the list or map that is being read, which begins at `_start`. */
  step(key: string | number, _start: number): void {
    this.path[this.path.length - 1] = key;
  }

  override next(): string {
    return this.code() === LINE_FEED ? 'the end of the line' : super.next();
  }
}
