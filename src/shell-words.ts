import { replaceInvisible } from './quote.ts';

/** A command line that a POSIX shell reads as exactly these words, with nothing invisible in it. */
export function commandLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/** A path that no program takes for a flag. */
export function pathWord(path: string): string {
  // `tar` takes what is before a colon for a host.
  return /^-|^[^/]*:/.test(path) ? `./${path}` : path;
}

function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  const quoted = singleQuoted(word);
  return replaceInvisible(word, () => '') === word ? quoted : printed(word);
}

/** As every shell reads it again. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** What would not survive copying from a terminal is written by `printf`, byte by byte (POSIX, `%b`). */
function printed(word: string): string {
  const [, body = '', end = ''] = /^(.*?)(\n*)$/s.exec(word) ?? [];
  const escaped = replaceInvisible(body.replaceAll('\\', String.raw`\\`), (character) =>
    [...Buffer.from(character)]
      .map((byte) => String.raw`\0${byte.toString(8).padStart(3, '0')}`)
      .join(''),
  );
  // A substitution drops line ends at its end.
  return `"$(printf %b ${singleQuoted(escaped)})"${end === '' ? '' : singleQuoted(end)}`;
}
