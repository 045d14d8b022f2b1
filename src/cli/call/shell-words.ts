import { escapeInvisible } from '../../quote.ts';

/** A command line that a POSIX shell reads as exactly these words. */
export function commandLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // A control character would not survive copying from a terminal; it is shown, not typed.
  return `'${escapeInvisible(word).replaceAll("'", String.raw`'\''`)}'`;
}
