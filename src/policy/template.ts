// A signer's name with placeholders for what may differ, e.g. the branch. It is compared as a whole, and without a
// regular expression: there, a forgotten `^` or an unescaped dot lets other names in.

import { refuse, type Place } from '../place.ts';
import { quote } from '../quote.ts';

export interface Template {
  readonly text: string;
  readonly type: 'uri' | 'email' | 'other';
  /** What stands before, between and behind the placeholders. */
  readonly literals: readonly [first: string, ...between: string[], last: string];
  /** The last placeholder takes `/` too, and nothing follows it. */
  readonly isOpen: boolean;
}

const PLACEHOLDER = /\{([A-Za-z][A-Za-z0-9_-]*)(\.\.\.)?\}/g;

/** Names of certificates are visible ASCII, so a placeholder takes nothing else: all but `/` and `@`, or all but `@`. */
const VALUE = /^[!-.0-?A-~]+$/;
const OPEN_VALUE = /^[!-?A-~]+$/;

/** What placeholders stand for, for messages. */
const MEANING =
  '{name} stands for one or more characters but / and @, and {name...}, at the end, takes / too';

/** @throws EvidenceError with the place's code */
export function parseTemplate(text: string, place: Place): Template {
  const odd = text.replaceAll(PLACEHOLDER, '').match(/[^!-~]|[{}*]/)?.[0];
  if (odd !== undefined) {
    const found = `${quote(text)}, which has ${quote(odd)}`;
    return refuse({ ...place, hint: MEANING }, found, 'visible ASCII characters and {name}');
  }
  const names = [...text.matchAll(PLACEHOLDER)];
  const [first = '', ...others] = text.replaceAll(PLACEHOLDER, '\n').split('\n');
  const last = others.pop();
  if (last === undefined) {
    const hint = 'name one signer by "identity"; of a template, {branch} and the like may differ';
    return refuse({ ...place, hint }, `${quote(text)}, without a placeholder`, 'a placeholder');
  }
  const literals: Template['literals'] = [first, ...others, last];
  const isOpen = names.at(-1)?.[2] !== undefined;
  requireForm({ text, literals, isOpen }, names, place);
  return { text, type: typeOf(text, literals, { ...place, hint: MEANING }), literals, isOpen };
}

function requireForm(
  { text, literals, isOpen }: Omit<Template, 'type'>,
  names: readonly RegExpExecArray[],
  place: Place,
): void {
  const wrong = (what: string, expected: string): never =>
    refuse({ ...place, hint: MEANING }, `${quote(text)}, ${what}`, expected);
  if (literals.slice(1, -1).includes('')) {
    wrong('two placeholders side by side', 'something between two placeholders');
  }
  const isEarly = names.slice(0, -1).some(([, , dots]) => dots !== undefined);
  if (isEarly || (isOpen && literals.at(-1) !== '')) {
    wrong('{name...} before the end', '{name...} at the end alone');
  }
  if (new Set(names.map(([, name]) => name)).size < names.length) {
    wrong('one name twice', 'a name of its own for each placeholder');
  }
}

/** Whoever could choose scheme, host, owner or domain would be anybody. */
function typeOf(text: string, literals: Template['literals'], place: Place): Template['type'] {
  const [first] = literals;
  const all = literals.join('\n');
  if (all.includes('://')) {
    if (/^[a-z][a-z0-9+.-]*:\/\/[A-Za-z0-9.-]+(?::\d+)?\/[^/@]+\//.test(first)) return 'uri';
    const expected = 'scheme, host and owner written out, e.g. https://github.com/owner/…';
    return refuse(place, `${quote(text)}, whose ${openPart(first)} is not written out`, expected);
  }
  const [, separator, domain = ''] = /^[^@!]*([@!])([A-Za-z0-9.-]+)$/.exec(all) ?? [];
  if (separator !== undefined && domain !== '') return separator === '@' ? 'email' : 'other';
  const expected = 'a URI, or an e-mail address with its domain written out';
  const isAddress = /[@!]/.test(all);
  const what = isAddress ? ', whose domain is not written out' : ', which is neither';
  return refuse(place, `${quote(text)}${what}`, expected);
}

/** What of a URI somebody could choose, by what stands before the first placeholder. */
function openPart(first: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//.test(first)) return 'scheme';
  return /^[a-z][a-z0-9+.-]*:\/\/[A-Za-z0-9.-]+(?::\d+)?\//.test(first) ? 'owner' : 'host';
}

/**
 * Whether the whole text is as the template says. Each literal is looked for once, behind the one before: a placeholder
 * ends where what follows it comes first. To end later would never help. The text up to there would be part of the
 * value, so it has no separator, and neither has the literal.
 */
export function matches({ literals, isOpen }: Template, text: string): boolean {
  const [first, ...others] = literals;
  if (!text.startsWith(first)) return false;
  const last = others.pop() ?? '';
  let position = first.length;
  for (const literal of others) {
    const found = text.indexOf(literal, position + 1);
    if (found === -1 || !VALUE.test(text.slice(position, found))) return false;
    position = found + literal.length;
  }
  const end = text.length - last.length;
  const value = isOpen ? OPEN_VALUE : VALUE;
  return end > position && text.endsWith(last) && value.test(text.slice(position, end));
}
