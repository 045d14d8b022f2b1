import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { matches, parseTemplate, type Template } from '../../src/policy/template.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';

const PLACE = { code: 'POLICY_INVALID', at: 'p.json#/signers/0/template', hint: '' } as const;
const WORKFLOW = 'https://github.com/org/repo/.github/workflows/ci.yml@refs/heads/';

function template(text: string): Template {
  return parseTemplate(text, PLACE);
}

describe('a template', () => {
  const branch = template(`${WORKFLOW}{branch}`);
  const anything = template(`${WORKFLOW}{branch...}`);

  it.each(['main', 'x', 'h100-eks', 'v1.2.3', 'a{b}', '..', '%2F'])(
    'takes %j for a placeholder',
    (value) => {
      expect(matches(branch, WORKFLOW + value)).toBe(true);
      expect(matches(anything, WORKFLOW + value)).toBe(true);
    },
  );

  it('takes / only for the last one, if it is open', () => {
    expect(matches(branch, `${WORKFLOW}evidence/h100`)).toBe(false);
    expect(matches(anything, `${WORKFLOW}evidence/h100`)).toBe(true);
  });

  /** What a careless comparison would take. */
  const lookAlikes: readonly (readonly [string, (text: string) => string])[] = [
    ['another repository', (text) => text.replace('/repo/', '/repo2/')],
    ['another owner', (text) => text.replace('/org/', '/orgx/')],
    ['another character for a dot', (text) => text.replace('github.com', 'githubXcom')],
    ['another character for a dot of the file', (text) => text.replace('ci.yml', 'ciXyml')],
    ['another host', (text) => text.replace('github.com', 'github.com.evil.example')],
    ['a user in the URL', (text) => text.replace('https://', 'https://github.com@evil.example/')],
    ['another scheme', (text) => text.replace('https', 'http')],
    ['another case', (text) => text.toUpperCase()],
    ['one letter of another case', (text) => text.replace('org', 'Org')],
    ['a prefix', (text) => `x${text}`],
    ['itself twice', (text) => text + text],
    ['an @ in the value', (text) => `${text}@refs/heads/main`],
    ['a line break', (text) => `${text}\n`],
    ['a line break before it', (text) => `\n${text}`],
    ['a blank', (text) => `${text} `],
    ['a NUL', (text) => `${text}\0`],
    ['a letter that is no ASCII', (text) => text.replace('main', 'm\u0430in')],
    ['a letter of full width', (text) => text.replace('org', 'o\uFF52g')],
    ['a space of no width', (text) => `${text}\u200B`],
    ['an empty value', (text) => text.slice(0, -'main'.length)],
    ['nothing', () => ''],
    ['another ref', (text) => text.replace('refs/heads/', 'refs/tags/')],
    ['a trailing dot of the host', (text) => text.replace('github.com', 'github.com.')],
    ['an escape', (text) => text.replace('/org', '%2Forg')],
  ];

  it.each(lookAlikes)('does not take %s', (_, change) => {
    expect(matches(anything, `${WORKFLOW}main`)).toBe(true);
    const other = change(`${WORKFLOW}main`);
    expect([other, matches(branch, other), matches(anything, other)]).toEqual([
      other,
      false,
      false,
    ]);
  });

  it('may have several placeholders, also in one part', () => {
    const some = template(
      'https://gitlab.com/group/{project}//{file}-{kind}.yml@refs/{sort}/{name}',
    );
    const good = 'https://gitlab.com/group/p//a-b-c.yml@refs/heads/main';
    expect(matches(some, good)).toBe(true);
    for (const other of [
      good.replace('a-b-c', 'abc'),
      good.replace('//', '/'),
      good.replace('p//', '//'),
      good.replace('/heads', ''),
      good.replace('-b-c', '-'),
    ]) {
      expect([other, matches(some, other)]).toEqual([other, false]);
    }
  });

  it('names an e-mail address by its domain, and a user name too', () => {
    const anybody = template('{person}@example.com');
    expect(anybody.type).toBe('email');
    expect(matches(anybody, 'a.b+c@example.com')).toBe(true);
    const others = ['@example.com', 'a@b@example.com', 'a@sub.example.com', 'a@example.com.evil'];
    for (const other of [...others, 'a@exampleXcom', 'a@EXAMPLE.com', 'a/b@example.com', 'a']) {
      expect([other, matches(anybody, other)]).toEqual([other, false]);
    }
    const team = template('team-{name}!example.com');
    expect([team.type, matches(team, 'team-a!example.com')]).toEqual(['other', true]);
    expect(matches(team, 'a!example.com')).toBe(false);
  });

  it.each([
    ['a placeholder', 'https://github.com/org/repo'],
    ['a placeholder', ''],
    ['visible ASCII', 'https://github.com/org/{1x}'],
    ['scheme, host', '{scheme}://github.com/org/repo'],
    ['scheme, host', 'http{s}://github.com/org/repo'],
    ['scheme, host', 'https://{host}/org/repo'],
    ['scheme, host', 'https://{sub}.github.com/org/repo'],
    ['scheme, host', 'https://github.{tld}/org/repo'],
    ['scheme, host', 'https://github.com/{owner}/repo'],
    ['scheme, host', 'https://github.com/org{x}/repo'],
    ['scheme, host', 'https://github.com/org{rest...}'],
    ['scheme, host', 'https://github.com/{rest...}'],
    ['scheme, host', 'https://github.com//{x}/y'],
    ['scheme, host', 'https:///org/{x}'],
    ['scheme, host', 'https://github.com@evil.example/org/{x}'],
    ['scheme, host', 'https://github.com:{port}/org/repo'],
    ['scheme, host', 'HTTPS://github.com/org/{x}'],
    ['a URI, or an e-mail', '{x}'],
    ['a URI, or an e-mail', '{x...}'],
    ['a URI, or an e-mail', 'github.com/org/{x}'],
    ['a URI, or an e-mail', '{name}@{domain}'],
    ['a URI, or an e-mail', 'name@{sub}.example.com'],
    ['a URI, or an e-mail', 'name@example.{tld}'],
    ['a URI, or an e-mail', 'name@example.com{rest...}'],
    ['a URI, or an e-mail', '{a}@x@example.com'],
    ['a URI, or an e-mail', '{a}@'],
    ['something between', `${WORKFLOW}{a}{b}`],
    ['a name of its own', `${WORKFLOW}{a}-{a}`],
    ['{name...} at the end', `${WORKFLOW}{a...}-{b}`],
    ['{name...} at the end', `${WORKFLOW}{a...}/b`],
    ['visible ASCII', `${WORKFLOW}*{a}`],
    ['visible ASCII', `${WORKFLOW}{a}/{`],
    ['visible ASCII', `${WORKFLOW}{a}/{b..}`],
    ['visible ASCII', `${WORKFLOW}{a} `],
    ['visible ASCII', `${WORKFLOW}{a}\n`],
    ['visible ASCII', 'https://github.com/\u043Erg/{a}'],
  ])('must have %s: %j', (expected, text) => {
    const refusal = refusalOf(() => template(text));
    expect(refusal).toMatchObject({ code: 'POLICY_INVALID', at: PLACE.at, class: 'unjudged' });
    expect(refusal?.expected).toContain(expected);
    expect(refusal?.hint).not.toBe('');
  });
});

/** The regular expression of the same meaning, which is another way to compare. */
function expressionOf({ literals, isOpen }: Template): RegExp {
  const escaped = literals.map((literal) => literal.replaceAll(/[^A-Za-z0-9]/g, String.raw`\$&`));
  const last = escaped.pop() ?? '';
  const value = String.raw`[\x21-\x2e\x30-\x3f\x41-\x7e]+`;
  return new RegExp(
    `^${escaped.join(value)}${isOpen ? String.raw`[\x21-\x3f\x41-\x7e]+` : value}${last}$`,
  );
}

// Few letters, so that literals come again in values.
const piece = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '/', '@'), maxLength: 6 });
const between = piece.filter((text) => text !== '');
const someTemplate = fc
  .record({
    first: piece,
    others: fc.array(between, { maxLength: 3 }),
    last: piece,
    isOpen: fc.boolean(),
  })
  .map(({ first, others, last, isOpen }) => {
    const names = others.map((text, index) => `{p${index}}${text}`).join('');
    return template(`https://h/o/${first}${names}${isOpen ? '{last...}' : `{last}${last}`}`);
  });

describe('matching', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is what the regular expression of the same meaning says, of every text', () => {
    fc.assert(
      fc.property(someTemplate, fc.array(piece, { maxLength: 8 }), (some, parts) => {
        const expression = expressionOf(some);
        // Texts that match in all, and texts that match in part.
        const values = some.literals.flatMap((literal, index) =>
          index === 0 ? [literal] : [parts[index - 1] ?? 'a', literal],
        );
        for (const text of [values.join(''), `https://h/o/${parts.join('')}`, parts.join('')]) {
          expect([text, matches(some, text)]).toEqual([text, expression.test(text)]);
        }
      }),
      { numRuns: propertyRuns(2000, 5000) },
    );
  });

  it('takes every value without separator, and none with one', () => {
    const value = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' });
    fc.assert(
      fc.property(value, (text) => {
        const isValue = /^[!-~]+$/.test(text) && !/[/@]/.test(text);
        expect(matches(template(`${WORKFLOW}{b}`), WORKFLOW + text)).toBe(isValue);
      }),
      { numRuns: propertyRuns(500, 6000) },
    );
  });

  it('never looks at one place twice: each search begins behind what the one before found', () => {
    const search = vi.spyOn(String.prototype, 'indexOf');
    const evil = template(
      `https://h/o/${Array.from({ length: 20 }, (_, i) => `{p${i}}a`).join('')}b`,
    );
    for (const text of ['a'.repeat(100_000), 'ab'.repeat(50_000), `${'a'.repeat(100_000)}!`]) {
      search.mockClear();
      expect(matches(evil, `https://h/o/${text}/b`)).toBe(false);
      const starts = search.mock.calls.map(([, start = 0]) => start);
      const ends = search.mock.results.map(({ value }) => Number(value));
      expect(starts.length).toBeLessThanOrEqual(evil.literals.length);
      for (const [index, start] of starts.slice(1).entries()) {
        expect(start).toBeGreaterThan(ends[index] ?? Infinity);
      }
    }
  });
});
