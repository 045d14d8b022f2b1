// RFC 9110 §11: what a registry answers to a request that needs credentials, in WWW-Authenticate.

import { refuse, type Place } from '../place.ts';
import { quote } from '../quote.ts';

export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** By their names in lower case. Under no name: the one value of a scheme such as Negotiate. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[!#$%&'*+.^_`|~\\w-]+";
const END = '(?=[ \\t]*(?:,|$))';
/** Without a line break in it, and with `\` before each character that needs it. */
const QUOTED = String.raw`"(?<quoted>(?:[\t !\x23-\x5B\x5D-\x7E\x80-\xFF]|\\[\t\x20-\x7E\x80-\xFF])*)"`;

/** What stands between two commas: a scheme, a scheme with its first parameter, or one more parameter. */
const ELEMENT = new RegExp(
  `(?:(?<scheme>${TOKEN})(?: +|${END}))?(?:(?<token68>[\\w.~+/-]+=*)${END}|(?<name>${TOKEN})[ \\t]*=[ \\t]*(?:(?<token>${TOKEN})|${QUOTED}))?${END}`,
  'y',
);
const SEPARATOR = /[ \t,]*/y;

/** The challenges of all header lines, in order. Throws the place's code for a line that is none. */
export function parseChallenges(lines: readonly string[], place: Place): readonly Challenge[] {
  return lines.flatMap((line) => challengesIn(line, place));
}

interface OpenChallenge extends Challenge {
  readonly parameters: Map<string, string>;
}

function challengesIn(line: string, place: Place): readonly Challenge[] {
  const challenges: OpenChallenge[] = [];
  for (let at = endOf(SEPARATOR, line, 0); at < line.length; at = endOf(SEPARATOR, line, at)) {
    ELEMENT.lastIndex = at;
    const { scheme, ...value } = ELEMENT.exec(line)?.groups ?? {};
    at = ELEMENT.lastIndex;
    const challenge =
      scheme === undefined
        ? continued(challenges.at(-1), value)
        : { scheme: scheme.toLowerCase(), parameters: new Map<string, string>() };
    if (challenge === undefined) return malformed(line, place);
    if (scheme !== undefined) challenges.push(challenge);
    addValue(challenge.parameters, value, place);
  }
  return challenges;
}

/** The challenge that one more parameter belongs to. */
function continued(
  last: OpenChallenge | undefined,
  { name }: Readonly<Record<string, string | undefined>>,
): OpenChallenge | undefined {
  return name === undefined || last?.parameters.has('') === true ? undefined : last;
}

function addValue(
  parameters: Map<string, string>,
  { name = '', token68, token, quoted }: Readonly<Record<string, string | undefined>>,
  place: Place,
): void {
  const value = token68 ?? token ?? quoted?.replaceAll(/\\(.)/g, '$1');
  const key = name.toLowerCase();
  if (parameters.has(key)) {
    refuse(place, `the parameter ${quote(key)} a second time`, 'each parameter once');
  }
  if (value !== undefined) parameters.set(key, value);
}

function malformed(line: string, place: Place): never {
  refuse(
    place,
    `a WWW-Authenticate that cannot be read: ${quote(line)}`,
    'challenges as RFC 9110 has them',
  );
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.exec(text);
  return pattern.lastIndex;
}
