/** The value of a flag, and the word that has it. */
export interface WordValue {
  readonly index: number;
  readonly value: string;
}

/** No word of a call can have it. */
const NO_CHAR = '\0';

/** Looked up in the words themselves, where the error may be that they cannot be read. */
export function valuesIn(
  words: readonly string[],
  name: string,
  char = NO_CHAR,
): readonly WordValue[] {
  const attached = new RegExp(`^(?:--${name}=|-(?!${name}\\b)${char}=?)(.+)$`, 's');
  return words.flatMap((word, index) => {
    const isNext = [`--${name}`, `-${char}`].includes(words[index - 1] ?? '');
    const value = isNext && !/^-./.test(word) ? word : attached.exec(word)?.[1];
    return value === undefined ? [] : [{ index, value }];
  });
}

/** The words of a call without a flag and its values. */
export function wordsWithout(
  words: readonly string[],
  name: string,
  char = NO_CHAR,
): readonly string[] {
  const values = valuesIn(words, name, char).map(({ index, value }) =>
    words[index] === value ? [index - 1, index] : [index],
  );
  const left = new Set(values.flat());
  return words.filter((_, index) => !left.has(index));
}
