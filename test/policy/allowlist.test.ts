import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { judgeSigner } from '../../src/policy/judge-signer.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';
import { ISSUER, JUDGED, allows, identity, proofOf } from './proofs.ts';

const UAT = 'https://github.com/NVIDIA/aicr/.github/workflows/uat-';
const OAUTH = 'https://github.com/login/oauth';

/** As https://github.com/NVIDIA/aicr has it, with one entry of each kind. */
const ALLOWLIST = `# who may commit evidence
schemaVersion: 1.0.0
firstParty:
  - label: uat-aws
    issuer: ${ISSUER}
    identityPattern: '^https://github\\.com/NVIDIA/aicr/\\.github/workflows/uat-aws\\.yaml@refs/heads/.+$'
  - label: uat-gcp
    issuer: ${ISSUER}
    identityPattern: '^https://github\\.com/NVIDIA/aicr/\\.github/workflows/uat-gcp\\.yaml@refs/heads/.+$'
partner:
  - issuer: ${ISSUER}
    identityPattern: ^https://github\\.com/partner/evidence/\\.github/workflows/e\\.yml@refs/heads/[^/]+$
community:
  - label: yuanchen
    issuer: ${OAUTH}
    source: 7c4c0edc8c765a95a0f3afdb3bbb8e91
`;

function parse(text: string) {
  return parsePolicy(Buffer.from(text), 'allowlist.yaml');
}

describe('an allowlist of AICR', () => {
  it('is read as a policy, with tiers, labels and places', () => {
    const { signers, file } = parse(ALLOWLIST);
    expect(file?.source).toBe('allowlist.yaml');
    expect(signers.map(({ at, tier, label }) => [at, tier, label])).toEqual([
      ['allowlist.yaml#/firstParty/0', 'first-party', 'uat-aws'],
      ['allowlist.yaml#/firstParty/1', 'first-party', 'uat-gcp'],
      ['allowlist.yaml#/partner/0', 'partner', undefined],
      ['allowlist.yaml#/community/0', 'community', 'yuanchen'],
    ]);
    expect(signers[0]).toMatchObject({
      template: { text: `${UAT}aws.yaml@refs/heads/{rest...}` },
      issuer: ISSUER,
    });
    expect(signers[3]).toMatchObject({ source: '7c4c0edc8c765a95a0f3afdb3bbb8e91' });
  });

  it('is told of a signer whom it does not name with the very entry that names it', () => {
    const policy = parse(ALLOWLIST);
    const signer = identity('somebody@example.com', OAUTH);
    const [fault] = judgeSigner(policy, proofOf(signer), JUDGED).faults;
    expect(fault?.code).toBe('SIGNER_NOT_ALLOWED');
    const [, entry = ''] = /of the allowlist: (- .*)$/.exec(fault?.hint ?? '') ?? [];
    expect(allows(parse(`${ALLOWLIST}  ${entry}\n`), signer)).toBe(true);
  });

  it('is told to write a policy in JSON for a user name, which it cannot name', () => {
    const other = { ...identity('somebody!example.com', OAUTH), type: 'other' as const };
    const [fault] = judgeSigner(parse(ALLOWLIST), proofOf(other), JUDGED).faults;
    expect(fault?.hint).toMatch(/policy in JSON: an allowlist names no user names$/);
  });

  it.each([
    [`${UAT}aws.yaml@refs/heads/main`, ISSUER, true],
    [`${UAT}aws.yaml@refs/heads/release/v1`, ISSUER, true],
    [`${UAT}gcp.yaml@refs/heads/main`, ISSUER, true],
    [`${UAT}aws.yaml@refs/tags/v1`, ISSUER, false],
    [`${UAT}aws.yaml@refs/heads/`, ISSUER, false],
    [`${UAT}awsxyaml@refs/heads/main`, ISSUER, false],
    [`${UAT}azure.yaml@refs/heads/main`, ISSUER, false],
    [`${UAT}aws.yaml@refs/heads/main`, OAUTH, false],
    [`x${UAT}aws.yaml@refs/heads/main`, ISSUER, false],
    ['https://github.com/partner/evidence/.github/workflows/e.yml@refs/heads/b', ISSUER, true],
    ['https://github.com/partner/evidence/.github/workflows/e.yml@refs/heads/b/c', ISSUER, false],
    ['yuanchen97@gmail.com', OAUTH, true],
    ['yuanchen97@gmail.com', 'https://accounts.google.com', false],
    ['yuanchen98@gmail.com', OAUTH, false],
  ])('allows %s (issuer %s): %s', (subject, issuer, expected) => {
    expect(allows(parse(ALLOWLIST), identity(subject, issuer))).toBe(expected);
  });

  it('is recognised by its lists, also if they are quoted', () => {
    const quoted = ALLOWLIST.replace('community:', '"community":');
    expect(parse(quoted).signers).toHaveLength(4);
    const one = `schemaVersion: "1.0"\ncommunity:\n- {issuer: a, source: ${'0'.repeat(32)}}\n`;
    expect(parse(one).signers).toHaveLength(1);
  });

  const first = 'allowlist.yaml#/firstParty/0';
  const pattern = (text: string) => (whole: string) =>
    whole.replace(/'\^.*uat-aws.*\$'/, () => `'${text}'`);

  it.each<readonly [string, string, (whole: string) => string]>([
    ['another version', 'allowlist.yaml#/schemaVersion', (all) => all.replace('1.0.0', '1.1.0')],
    [
      'no version',
      'allowlist.yaml#/schemaVersion',
      (all) => all.replace('schemaVersion: 1.0.0', ''),
    ],
    ['a list that is not known', 'allowlist.yaml#/friends', (all) => `${all}friends: []\n`],
    [
      'a list that is no list',
      'allowlist.yaml#/partner',
      (all) => all.replace(/partner:\n.*\n.*\n/, 'partner: x\n'),
    ],
    [
      'a field that is not known',
      `${first}/tier`,
      (all) => all.replace('label: uat-aws', 'label: a\n    tier: x'),
    ],
    ['no issuer', `${first}/issuer`, (all) => all.replace(`    issuer: ${ISSUER}\n`, '')],
    ['a * in an issuer', `${first}/issuer`, (all) => all.replace(ISSUER, 'https://*')],
    [
      'neither of the two',
      `${first}/source`,
      (all) => all.replace(/ {4}identityPattern: '.*aws.*\n/, ''),
    ],
    [
      'both',
      `${first}/source`,
      (all) => all.replace('label: uat-aws', `source: ${'0'.repeat(32)}`),
    ],
    [
      'a source in capitals',
      'allowlist.yaml#/community/0/source',
      (all) => all.replace('7c4c', '7C4C'),
    ],
    ['a short source', 'allowlist.yaml#/community/0/source', (all) => all.replace('7c4c', '')],
    [
      'one label twice',
      'allowlist.yaml#/community/0/label',
      (all) => all.replace('yuanchen', 'uat-aws'),
    ],
    [
      'one source twice',
      'allowlist.yaml#/community/1/source',
      (all) => `${all}  - issuer: x\n    source: 7c4c0edc8c765a95a0f3afdb3bbb8e91\n`,
    ],
    [
      'one pattern twice',
      'allowlist.yaml#/firstParty/1/identityPattern',
      (all) => all.replace('uat-gcp\\', 'uat-aws\\'),
    ],
    [
      'an anchor',
      'allowlist.yaml#/firstParty',
      (all) => all.replace('firstParty:', 'firstParty: &a'),
    ],
    ['a key twice', 'allowlist.yaml#/community', (all) => `${all}community: []\n`],
    ['a pattern without ^', `${first}/identityPattern`, pattern('https://github\\.com/o/r@.+$')],
    ['a pattern without $', `${first}/identityPattern`, pattern('^https://github\\.com/o/r@.+')],
    ['a pattern without @', `${first}/identityPattern`, pattern('^https://github\\.com/o/r/.+$')],
    [
      'a placeholder before the @',
      `${first}/identityPattern`,
      pattern('^https://github\\.com/o/[^/]+@main$'),
    ],
    [
      'a dot that is not escaped',
      `${first}/identityPattern`,
      pattern('^https://github.com/o/r@main$'),
    ],
    ['a group', `${first}/identityPattern`, pattern('^https://github\\.com/o/r@(a|b)$')],
    ['a class', `${first}/identityPattern`, pattern('^https://github\\.com/o/r@[a-z]+$')],
    ['anything or nothing', `${first}/identityPattern`, pattern('^https://github\\.com/o/r@a.*$')],
    [
      'anything before the end',
      `${first}/identityPattern`,
      pattern('^https://github\\.com/o/r@.+-x$'),
    ],
    [
      'a class by its letter',
      `${first}/identityPattern`,
      pattern(String.raw`^https://github\.com/o/r@\w$`),
    ],
    ['a brace', `${first}/identityPattern`, pattern(String.raw`^https://github\.com/o/r@\{x\}$`)],
    [
      'a * that is escaped',
      `${first}/identityPattern`,
      pattern(String.raw`^https://github\.com/o/r@\*$`),
    ],
    ['an alternative', `${first}/identityPattern`, pattern('^https://github\\.com/o/r@a|b$')],
    ['an anchor inside', `${first}/identityPattern`, pattern('^https://github\\.com/o/r@^a$')],
    ['an escape at the end', `${first}/identityPattern`, pattern('^https://github\\.com/o/r@a\\$')],
    ['no owner', `${first}/identityPattern`, pattern('^https://github\\.com/r@.+$')],
    ['an open domain', `${first}/identityPattern`, pattern('^bob@.+$')],
  ])('with %s is refused', (_, place, change) => {
    const changed = change(ALLOWLIST);
    expect(changed).not.toBe(ALLOWLIST);
    expect(refusalOf(() => parse(changed))).toMatchObject({
      code: 'POLICY_INVALID',
      at: place,
      class: 'unjudged',
    });
  });

  it('without entries is refused', () => {
    const refusal = refusalOf(() => parse('schemaVersion: 1.0.0\ncommunity: []\n'));
    expect(refusal).toMatchObject({ code: 'POLICY_INVALID', at: 'allowlist.yaml' });
  });

  const AS_JSON = 'name each of these signers by "source", or write a policy in JSON, by ';

  it.each([
    [
      '^https://github\\.com/o/r@(a|b)$',
      String.raw`'^https://github\.com/o/r@(a|b)$' on line 6, whose '(' no template can say`,
      `${AS_JSON}"identity" and "template"`,
    ],
    [
      '^https://github.com/o/r/w.yml@refs/heads/.+$',
      `'^https://github.com/o/r/w.yml@refs/heads/.+$' on line 6, whose '.' no template can say`,
      String.raw`if that is what you mean, write '^https://github\.com/o/r/w\.yml@refs/heads/.+$' (\. is a dot, . is any character)`,
    ],
    [
      'https://github\\.com/o/r@refs/heads/.*',
      String.raw`'https://github\.com/o/r@refs/heads/.*' on line 6`,
      String.raw`if that is what you mean, write '^https://github\.com/o/r@refs/heads/.+$' (\. is a dot, . is any character)`,
    ],
    [
      '^1+a@users\\.noreply\\.github\\.com$',
      String.raw`'^1+a@users\.noreply\.github\.com$' on line 6, whose '+' no template can say`,
      String.raw`if that is what you mean, write '^1\+a@users\.noreply\.github\.com$' (\. is a dot, . is any character)`,
    ],
    [
      '^[^/]+@sandbox\\.invalid$',
      String.raw`'^[^/]+@sandbox\.invalid$' on line 6`,
      `${AS_JSON}"template": "{part0}@sandbox.invalid"`,
    ],
    [
      '^bob@.+$',
      `'^bob@.+$' on line 6, which leaves too much open ("bob@{rest...}")`,
      `${AS_JSON}"identity" and "template"`,
    ],
  ])('names the pattern %s, its line, and what to write', (text, found, hint) => {
    const refusal = refusalOf(() => parse(pattern(text)(ALLOWLIST)));
    expect([refusal?.found, refusal?.hint]).toEqual([found, hint]);
    // What the hint says to write is read.
    const [, fixed] = / write '(.+?)'/.exec(hint) ?? [];
    const [, template] = /"template": "(.+)"/.exec(hint) ?? [];
    const signers = [{ template, issuer: ISSUER }];
    const policies = [
      ...(fixed === undefined ? [] : [pattern(fixed)(ALLOWLIST)]),
      ...(template === undefined ? [] : [JSON.stringify({ schemaVersion: '1.1.0', signers })]),
    ];
    expect(policies.map((policy) => refusalOf(() => parse(policy)))).toEqual(
      policies.map(() => undefined),
    );
  });

  it('says no line of a pattern whose spelling differs, and every line of one that is there twice', () => {
    const wrong = 'identityPattern: ';
    const list = (...entries: readonly string[]): string =>
      `schemaVersion: 1.0.0\n# ${wrong}'a.b'\npartner:\n${entries.map((entry) => `  - {issuer: i, ${wrong}${entry}}\n`).join('')}`;
    for (const [text, found] of [
      [list(`"\\u0061.b"`), `'a.b'`],
      [list(`'a.b'`), `'a.b' on line 4`],
      [list(`'a.b'`, `"a.b"`), `'a.b' on lines 4, 5`],
      [
        'schemaVersion: 1.0.0\r\npartner:\r\n- issuer: i\r\n  identityPattern: a.b\r\n',
        `'a.b' on line 4`,
      ],
    ] as const) {
      expect(refusalOf(() => parse(text))?.found).toBe(found);
    }
  });

  it.each([
    ['schemaVersion: 1.0.0\n', 'schemaVersion, firstParty, partner, community'],
    ['', 'firstParty, partner, community'],
  ])('names its only list if that is misspelt, after %j', (before, lists) => {
    const list = `partners:\n  - {issuer: i, source: ${'0'.repeat(32)}}\n`;
    expect(refusalOf(() => parse(before + list.replace('partners', 'partner')))?.at).toBe(
      before === '' ? 'allowlist.yaml#/schemaVersion' : undefined,
    );
    expect(refusalOf(() => parse(before + list))).toMatchObject({
      code: 'POLICY_INVALID',
      at: 'allowlist.yaml#/partners',
      found: '"partners"',
      expected: `one of ${lists}`,
      hint: 'did you mean "partner"?',
    });
  });

  it('says which version to write if there is none', () => {
    const refusal = refusalOf(() => parse(ALLOWLIST.replace('schemaVersion: 1.0.0', '')));
    expect(refusal).toMatchObject({
      found: 'nothing',
      expected: 'schemaVersion: 1.0.0',
      hint: 'add the line "schemaVersion: 1.0.0", as the allowlist of AICR has it',
    });
  });

  it('allows nobody whom its patterns do not match', () => {
    const literal = fc.constantFrom(
      ...['a', '-', '/', String.raw`\.`, String.raw`\+`, 'refs/heads/', 'x@y', String.raw`\-`],
    );
    const inside = fc.constantFrom('[^/]+', '[^/@]+', '.+', '.', '\\w', '(a)', 'a?', '{2}', 'b');
    const tail = fc.array(fc.oneof(literal, inside), { minLength: 1, maxLength: 5 });
    const value = fc.string({
      unit: fc.constantFrom('a', 'b', '-', '/', '.', '@', 'x', 'y'),
      maxLength: 9,
    });
    fc.assert(
      fc.property(tail, fc.array(value, { maxLength: 5 }), (pieces, values) => {
        const source = `^https://h\\.x/o/r@${pieces.join('')}$`;
        const text = JSON.stringify(source);
        const list = `schemaVersion: 1.0.0\npartner:\n  - {issuer: i, identityPattern: ${text}}\n`;
        const refusal = refusalOf(() => parse(list));
        if (refusal !== undefined) return;
        const policy = parse(list);
        const filled = pieces.map((piece, index) =>
          /^[[.]/.test(piece) ? (values[index] ?? 'a') : piece.replace('\\', ''),
        );
        for (const end of [filled.join(''), ...values]) {
          const subject = `https://h.x/o/r@${end}`;
          if (!allows(policy, identity(subject, 'i'))) continue;
          expect([source, subject, new RegExp(source).test(subject)]).toEqual([
            source,
            subject,
            true,
          ]);
        }
      }),
      { numRuns: propertyRuns(500, 6000) },
    );
  });
});

describe('what is no allowlist', () => {
  it.each(['firstParty', '{"firstParty": []}', '- firstParty: x', 'signers:\n- firstParty: x\n'])(
    'is read as a policy of ours: %j',
    (text) => {
      expect(refusalOf(() => parse(text))?.code).toBe('POLICY_INVALID');
    },
  );
});
