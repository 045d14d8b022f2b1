// The only way to write HTML: what is put into a template is text, and becomes nothing else.
import { escapeInvisible, replaceInvisible } from '../../quote.ts';

export type Part = Html | string | number | undefined | readonly Part[];

/** What `html` made, and nothing else can: its own words, and text that is escaped. */
export class Html {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  static of(this: void, template: TemplateStringsArray, ...parts: readonly Part[]): Html {
    return new Html(String.raw({ raw: template }, ...parts.map(written)));
  }

  toString(): string {
    return this.#text;
  }
}

export const html = Html.of;
/** The same, where a formatter may not touch what it makes. */
export const asIs = Html.of;

function written(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.toString();
  return typeof part === 'object' ? part.map(written).join('') : escape(String(part));
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** As it is seen: what nobody can see, and what turns the text around it, shows its escape. */
function escape(text: string): string {
  const seen = replaceInvisible(text, (character) =>
    character === '\n' || character === '\t' ? character : escapeInvisible(character),
  );
  return seen.replaceAll(/[&<>"']/g, (character) => ENTITIES.get(character) ?? '');
}
