import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { orIfRefused, type Fault } from '../../src/errors/evidence-error.ts';
import { judgeSigner } from '../../src/policy/judge-signer.ts';
import { nearestOf } from '../../src/policy/nearest-entry.ts';
import { isNamedBy, type PolicySigner } from '../../src/policy/policy-signer.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { parseTemplate } from '../../src/policy/template.ts';
import { propertyRuns } from '../property-runs.ts';
import { ISSUER, JUDGED, SIGNER, SUBJECT, identity, proofOf } from './proofs.ts';

const START = SUBJECT.slice(0, SUBJECT.lastIndexOf('@'));

function refused(signers: readonly object[], signer = SIGNER): Fault | undefined {
  const policy = Buffer.from(JSON.stringify({ schemaVersion: '1.1.0', signers }));
  return judgeSigner(parsePolicy(policy, 'p.json'), proofOf(signer), JUDGED).faults[0];
}

const PLACE = { code: 'POLICY_INVALID', at: 'p.json', hint: '' } as const;

/** Names of workflows and refs, with what has a meaning in templates. */
const part = fc.constantFrom(
  'a',
  'b',
  '{x}',
  '{x...}',
  '{',
  '*',
  'a@b',
  'a/b',
  '@refs/heads/',
  '7/merge',
);
const someSubject = fc
  .tuple(
    fc.constantFrom('w', 'v', '{x}', 'w@w'),
    fc.constantFrom('heads', 'tags', 'pull', ''),
    part,
    part,
  )
  .map(([file, kind, ...name]) => `https://github.com/o/${file}.yml@refs/${kind}/${name.join('')}`);
const someEntry = fc
  .tuple(
    someSubject,
    fc.constantFrom('@refs/heads/{b}', '@refs/{b}', '@{b}', '/{b}', '{b}', ''),
    fc.boolean(),
  )
  .map(([text, end, isCut]): PolicySigner => {
    const cut = isCut ? text.slice(0, text.indexOf('@')) + end : text;
    return orIfRefused(
      () => ({ template: parseTemplate(cut, PLACE), issuer: ISSUER }),
      () => ({ subject: text, issuer: ISSUER }),
    );
  });

const OTHERS = [
  { identity: 'a@example.com', issuer: 'https://accounts.google.com' },
  { template: 'https://github.com/x/y/.github/workflows/{w}@refs/heads/main', issuer: ISSUER },
];

describe('the nearest entry of a policy', () => {
  it.each([
    [
      { identity: SUBJECT, issuer: `${ISSUER}/` },
      'identity',
      'the issuer: the entry has a / at its end',
    ],
    [{ identity: SUBJECT, issuer: 'https://x.example' }, 'identity', 'the issuer'],
    [
      { identity: SUBJECT, issuer: ISSUER.toUpperCase() },
      'identity',
      'the issuer in capital and small letters alone',
    ],
    [
      { identity: SUBJECT.replace('github.com', 'GitHub.com'), issuer: ISSUER },
      'identity',
      'the identity in capital and small letters alone',
    ],
    [
      { identity: `${SUBJECT}/`, issuer: ISSUER },
      'identity',
      `the identity: the entry has a / at its end; for all like it, "template": "${START}@refs/heads/{branch}"`,
    ],
    [
      { template: `${START}@refs/tags/{tag}`, issuer: ISSUER },
      'template',
      `the identity does not begin with "${START}@refs/tags/"; for all like it, "template": "${START}@refs/heads/{branch}"`,
    ],
    [
      { template: `${START.replace('org/repo', 'Org/repo')}@refs/heads/{b}`, issuer: ISSUER },
      'template',
      'the identity in capital and small letters alone',
    ],
  ])('is named first, with its place and what differs: %j', (entry, field, differs) => {
    for (const [signers, index] of [
      [[entry, ...OTHERS], 0],
      [[...OTHERS, entry], 2],
    ] as const) {
      const fault = refused(signers);
      const place = `signers[${index}].${field}`;
      expect(fault).toMatchObject({ code: 'SIGNER_NOT_ALLOWED', at: JUDGED.file });
      expect(fault?.expected.startsWith(`${place}: `)).toBe(true);
      expect(fault?.hint).toBe(
        `if you trust this signer, name exactly this identity and issuer; what differs from ${place}, the nearest of 3 entries, is ${differs}`,
      );
    }
  });

  it('of a template says how it would be written for a branch with a /', () => {
    const fault = refused(
      [...OTHERS, { template: `${START}@refs/heads/{branch}`, issuer: ISSUER }],
      identity(`${START}@refs/heads/a/b`, ISSUER),
    );
    expect(fault?.hint).toContain('the identity has a / where the template takes none');
    expect(fault?.hint).toContain(`"template": "${START}@refs/heads/{branch...}"`);
  });

  it.each([
    [`${START}@refs/{ref}`, `${START}@refs/pull/7/merge`],
    [`${START}@refs/pull/{pull}`, `${START}@refs/pull/7/merge`],
    [`${START}@{ref}`, `${START}@refs/pull/7/merge`],
    [`${START}@{ref}`, `${START}@refs/heads/a/b`],
    ['https://github.com/org/{all}', `${START}@refs/heads/main`],
    // No template matches a name with @, and a workflow file may be called like a placeholder.
    [`${START}@refs/heads/{branch}`, `${START}@refs/heads/a@b`],
    [`${START}x@refs/heads/main`, `${START}@refs/heads/a/b`],
    [
      START.replace('ci.yml', '{x}.yml@refs/heads/a'),
      START.replace('ci.yml', '{x}.yml@refs/heads/b'),
    ],
  ])('of %s proposes no template for %s', (written, subject) => {
    const isTemplate = /\{\w+\}$/.test(written);
    const entry = isTemplate ? { template: written } : { identity: written };
    const fault = refused([{ ...entry, issuer: ISSUER }], identity(subject, ISSUER));
    expect(fault?.code).toBe('SIGNER_NOT_ALLOWED');
    expect(fault?.hint).not.toContain('for all like it');
  });

  it('proposes a template with all of a long name', () => {
    const start = START.replace('ci.yml', `${'c'.repeat(300)}.yml`);
    const entry = { identity: `${start}@refs/heads/main`, issuer: ISSUER };
    const fault = refused([entry], identity(`${start}@refs/heads/next`, ISSUER));
    expect(fault?.hint).toContain(`"template": "${start}@refs/heads/{branch}"`);
  });

  it('proposes only a template that is one, matches the signer, and no pull request', () => {
    let count = 0;
    fc.assert(
      fc.property(someEntry, someSubject, (entry, name) => {
        const signer = identity(name, ISSUER);
        const [, quoted] = /"template": (".*")/.exec(nearestOf([entry], signer).hint) ?? [];
        if (quoted === undefined) return;
        count += 1;
        const template = parseTemplate(JSON.parse(quoted) as string, PLACE);
        expect(isNamedBy({ template, issuer: ISSUER }, signer)).toBe(true);
        const pull = name.replace(/@refs\/.*$/, '@refs/pull/7/merge');
        expect(
          pull !== name && isNamedBy({ template, issuer: ISSUER }, identity(pull, ISSUER)),
        ).toBe(false);
      }),
      { numRuns: propertyRuns(2000, 5000) },
    );
    expect(count).toBeGreaterThan(20);
  });

  it('counts the others, however many there are', () => {
    const many = Array.from({ length: 50 }, (_, id) => ({ ...OTHERS[0], recipes: [`${id}`] }));
    const fault = refused([...many, { identity: `${SUBJECT}x`, issuer: ISSUER }]);
    expect(fault?.expected).toMatch(/^signers\[50\]\.identity: .*, or one of 48 more$/);
    expect(fault?.hint).toContain('the nearest of 51 entries');
  });

  it('is of the allowlist by its own names', () => {
    const list = `schemaVersion: 1.0.0\npartner:\n- issuer: ${ISSUER}\n  identityPattern: '^https://github\\.com/org/other@refs/heads/.+$'\n`;
    const policy = parsePolicy(Buffer.from(list), 'allowlist.yaml');
    const [fault] = judgeSigner(policy, proofOf(SIGNER), JUDGED).faults;
    expect(fault?.expected).toMatch(/^partner\[0\]\.identityPattern: /);
  });
});
