// What the gate tells whoever reads it to do: true for a contributor, who gives the gate no flags.
import { describe, expect, it } from 'vitest';

import type { ErrorCode } from '../../src/errors/catalogue.ts';
import { adviceOf } from '../../src/gate/advice.ts';
import { decide } from '../../src/gate/decide.ts';
import type { GateRecipe } from '../../src/gate/gate-json.ts';
import { plainLine } from '../../src/report/render/terminal-lines.ts';
import { inputOf, type Case, type Piece } from './decision.ts';

const a: Piece = { name: 'a' };
const b: Piece = { name: 'b', change: 'same' };

function decided(given: Case): GateRecipe {
  const [recipe] = decide(inputOf(given)).recipes;
  if (recipe === undefined) throw new TypeError('no recipe');
  return recipe;
}

function text(line: GateRecipe['why']): string {
  return plainLine(line, 1000, { colour: false });
}

function steps({ next }: GateRecipe): string {
  return next
    .flatMap(({ what, commands }) => [text(what), ...commands.map((words) => words.join(' '))])
    .join('\n');
}

const rule = (more: object): object => ({ rules: [{ recipes: '*', ...more }] });
const PARTNER = {
  ...{ identity: 'p@example.com', issuer: 'https://issuer.example', tier: 'partner' },
};

describe('of what is short,', () => {
  it('another piece is enough where the signers are', () => {
    const recipe = decided({
      pieces: [a, b],
      gate: rule({ minimumPieces: 3, minimumSigners: 2 }),
    });
    expect(text(recipe.why)).toBe(
      '2 good pieces of evidence by 2 signers, and the policy asks for 3 pieces by 2 signers',
    );
    expect(steps(recipe)).toMatch(
      /^ask any signer whom the policy lists, also one who did already, to make 1 more piece of evidence /,
    );
  });

  it('another signer is asked for where there are too few', () => {
    const recipe = decided({ pieces: [a], gate: rule({ minimumSigners: 2 }) });
    expect(steps(recipe)).toMatch(
      /^ask 1 more signer, whom the policy lists, to make evidence on /,
    );
  });

  it('the reason is said why two identities are one signer', () => {
    const pieces = [
      { ...a, label: 'Acme' },
      { ...b, label: 'Acme' },
    ];
    const recipe = decided({ pieces, gate: rule({ minimumSigners: 2 }) });
    expect(text(recipe.why)).toBe(
      '2 good pieces of evidence by 1 signer (2 identities, but those with one label Acme are one signer), and the policy asks for 1 piece by 2 signers',
    );
  });

  it('nobody is asked for whom the policy does not list', () => {
    const gate = rule({ tiers: ['partner'] });
    const none = decided({ pieces: [a], gate });
    expect(text(none.why)).toBe(
      '0 good pieces of evidence by 0 signers, beside 1 by signers of other tiers, and the policy asks for 1 piece by 1 signer of the tier partner',
    );
    expect(steps(none)).toMatch(/^the policy lists nobody of the tier partner: the maintainers /);
    const listed = decided({ pieces: [a], gate, signers: [PARTNER] });
    expect(steps(listed)).toMatch(/^ask 1 more signer of the tier partner, whom the policy lists,/);
  });
});

it('what is missing says what more than one piece the policy asks for, before the cluster is used', () => {
  const usual = 'no pointer at head leads to evidence of it';
  expect(text(decided({}).why)).toBe(usual);
  const gate = rule({ minimumPieces: 4, minimumSigners: 3, tiers: ['community'] });
  const recipe = decided({ gate });
  expect(text(recipe.why)).toBe(
    `${usual}, and the policy asks for 4 pieces by 3 signers of the tier community`,
  );
  expect(steps(recipe)).toMatch(/^the policy lists nobody of the tier community: /);
});

describe('of what cannot be reached,', () => {
  const unread = (code: ErrorCode, gate: object = {}): GateRecipe =>
    decided({ pieces: [{ ...a, unread: code }], gate });

  it.each([
    ['SERVICE_UNREACHABLE', /^when x answers, have the gate run again\nif it is often down/],
    ['REGISTRY_NOT_LISTED', /^the policy does not list x; copy the bundle to a registry that the /],
    ['REGISTRY_ADDRESS_PRIVATE', /^x is in a private network, where the gate asks nobody; from /],
  ] as const)('%s leads to a copy where the policy allows it', (code, said) => {
    const shown = steps(unread(code, { registries: ['ghcr.io', 'quay.io', 'x'] }));
    expect(shown).toMatch(said);
    expect(shown).toContain('a registry that the policy lists (ghcr.io, quay.io), which adds');
    expect(shown).toMatch(
      /^affidavit evidence mirror (\S+) oci:\/\/ghcr.io\/YOU\/aicr-evidence --pointer \1( --registry x)?$/m,
    );
    expect(shown).toContain('git add -- recipes/evidence');
  });

  it('says who did not answer, and how', () => {
    expect(text(unread('SERVICE_UNREACHABLE').why)).toMatch(
      /a service cannot be reached: x: this$/,
    );
    const none = steps(unread('REGISTRY_NOT_LISTED', { registries: ['x'] }));
    expect(none).toContain('copy the bundle to a registry that the maintainers list in the policy');
  });

  it('no hint names a flag of another command as if it were for the reader', () => {
    const fault = { at: null, found: 'this', expected: 'that' } as const;
    const hint = 'fetch it elsewhere (--location HOST/REPO)';
    for (const code of ['NETWORK_BLOCKED', 'REGISTRY_BYTES_OTHER', 'VALUE_CLAIMED'] as const) {
      expect(adviceOf({ ...fault, code, hint })).not.toContain('--location');
    }
    expect(adviceOf({ ...fault, code: 'REGISTRY_LACKS', hint })).toContain('package public');
    expect(
      adviceOf({ ...fault, code: 'RUN_SPAN_TOO_LONG', hint: 'allow it with --max-run-span' }),
    ).toBe('for whoever runs the gate: allow it with --max-run-span');
    expect(adviceOf({ ...fault, code: 'UNSIGNED', hint: 'sign it' })).toBe('sign it');
  });
});

it('a signer who is not allowed gets the entry of the policy to copy', () => {
  const recipe = decided({ pieces: [{ ...a, code: 'SIGNER_NOT_ALLOWED', tier: 'partner' }] });
  expect(text(recipe.why)).toMatch(/the signer is not allowed: this$/);
  expect(steps(recipe)).toContain(
    'for "signers" of the policy: {"identity":"a@example.com","issuer":"https://issuer.example"}\nor do without this evidence:\n',
  );
});

it('what differs is said with what was wanted', () => {
  const recipe = decided({ pieces: [{ ...a, code: 'RECIPE_OTHER' }] });
  expect(text(recipe.why)).toMatch(/: at x found this, expected that$/);
});
