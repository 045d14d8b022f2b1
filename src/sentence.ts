/**
 * A sentence for people: words of ours, and values of a document, which a report sets apart from
 * them. What is foreign in words stands in quotes. Without a full stop, so that it can stand in a list.
 */
export type Sentence = readonly SentencePart[];

export type SentencePart = string | { readonly value: string };

/** A template whose own words are ours; a string that is put in is a value of a document. */
export function sentence(
  template: TemplateStringsArray,
  ...parts: readonly (string | number | Sentence)[]
): Sentence {
  const all = template.flatMap((own, index) => [own, ...spliced(parts[index] ?? '')]);
  return all.filter((part) => part !== '');
}

/** Words of ours that a template is to take as such. */
export function words(text: string): Sentence {
  return [text];
}

/** Parts of one line, with words of ours between them. */
export function joined<Part>(
  parts: readonly (readonly Part[])[],
  separator: NoInfer<Part>,
): readonly Part[] {
  return parts.flatMap((part, index) => (index === 0 ? part : [separator, ...part]));
}

/** `a`, `b` and 3 more. */
export function listed(values: readonly string[], most: number): Sentence {
  const shown = joined<SentencePart>(
    values.slice(0, most).map((value) => [{ value }]),
    ', ',
  );
  return values.length > most ? sentence`${shown} and ${values.length - most} more` : shown;
}

/** `1 test`, `2 tests`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

function spliced(part: string | number | Sentence): Sentence {
  if (typeof part === 'number') return [String(part)];
  if (typeof part === 'string') return part === '' ? [] : [{ value: part }];
  return part;
}
