/** The first line that seems to hold more than one flag: it would be one word, and be understood wrongly. */
export function crowdedLineIn(text: string): string | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.find((line) => /^--[\w-]+.*\s--[A-Za-z]/.test(line));
}

/** The words of a command, one a line; `--flag value` and `--flag=value` are the same. */
export function wordsOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== '')
    .map((line) => {
      const [, flag, value] = /^(--[\w-]+)[ \t]+(.*)$/s.exec(line) ?? [];
      // An expression that gives nothing is an empty value: the next flag is none.
      return flag === undefined ? line : `${flag}=${(value ?? '').trim()}`;
    });
}
