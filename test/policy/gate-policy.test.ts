import { describe, expect, it } from 'vitest';

import type { Json } from '../../src/document/data.ts';
import { ruleFor, type GatePolicy } from '../../src/policy/gate-policy.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { refusalOf } from '../document/refusal.ts';

const SIGNER = { identity: 'a@b.example', issuer: 'https://issuer.example' };
const RULE = { recipes: 'h100-*', require: 'all', minimumSigners: 2 };
const EXEMPTION = {
  recipe: 'h100-eks-ubuntu-training',
  states: ['red'],
  reason: 'the cluster is being repaired',
  who: 'a maintainer',
  until: '2026-12-31T00:00:00Z',
};

function read(gate: Json | undefined, schemaVersion = '1.2.0', signer: Json = SIGNER): GatePolicy {
  const policy = { schemaVersion, signers: [signer], ...(gate !== undefined && { gate }) };
  const parsed = parsePolicy(Buffer.from(JSON.stringify(policy)), 'policy.json').gate;
  if (parsed === undefined) throw new TypeError('no part of the gate');
  return parsed;
}

describe('the part of the gate in a policy', () => {
  it('has what it says, and else what verify-evidence demands', () => {
    const gate = read({ rules: [RULE], exemptions: [EXEMPTION] });
    expect(gate).toMatchObject({ mode: 'enforce', registries: ['ghcr.io'] });
    expect(gate.exemptions[0]?.until).toEqual(new Date(EXEMPTION.until));
    expect(gate.rules).toEqual([
      {
        ...RULE,
        at: 'policy.json#/gate/rules/0',
        minimumPieces: 1,
        allowClaimed: false,
        allowUnboundFiles: true,
      },
    ]);
  });

  it('takes the first rule for a recipe, and protected with one piece without any', () => {
    const last = { recipes: '*', require: 'added' };
    const gate = read({ rules: [{ recipes: 'h100-eks' }, RULE, last] });
    expect(ruleFor(gate, 'h100-eks').require).toBe('protected');
    expect(ruleFor(gate, 'h100-eks-ubuntu').require).toBe('all');
    expect(ruleFor(gate, 'ah100-eks').require).toBe('added');
    expect(ruleFor(read({}), 'ah100-eks')).toMatchObject({
      require: 'protected',
      minimumPieces: 1,
    });
  });

  it('takes the rule of a recipe for each profile that it gets, unless that has one of its own', () => {
    const strict = { recipes: 'h100-eks', require: 'all', minimumSigners: 2 };
    const own = { recipes: 'h100-eks-mode-b', require: 'added' };
    const gate = read({ rules: [strict, own, { recipes: '*', require: 'protected' }] });
    expect(ruleFor(gate, 'h100-eks-mode-a', 'h100-eks')).toMatchObject(strict);
    expect(ruleFor(gate, 'h100-eks-mode-b', 'h100-eks')).toMatchObject(own);
    expect(ruleFor(gate, 'h100-eks-ubuntu', 'h100-eks-ubuntu').require).toBe('protected');
  });

  it('is that of an allowlist of AICR: one listed signer, protected, and it only warns', () => {
    const text = [
      'schemaVersion: 1.0.0',
      'community:',
      `  - {label: a, issuer: 'https://issuer.example', source: ${'0'.repeat(32)}}`,
    ].join('\n');
    const { gate } = parsePolicy(Buffer.from(text), 'allowlist.yaml');
    expect(gate).toMatchObject({ mode: 'warn', registries: ['ghcr.io'], rules: [] });
  });

  it.each<[name: string, gate: Json, at: string, found: string]>([
    ['an unknown field', { modes: 'warn' }, '/modes', '"modes"'],
    [
      'an unknown field of a rule',
      { rules: [{ ...RULE, require_: 1 }] },
      '/rules/0/require_',
      '"require_"',
    ],
    ['a rule of no recipe', { rules: [{ require: 'all' }] }, '/rules/0/recipes', 'nothing'],
    [
      'a pattern with an open beginning',
      { rules: [{ recipes: '*-training' }] },
      '/rules/0/recipes',
      '"*-training"',
    ],
    [
      'a pattern with * inside',
      { rules: [{ recipes: 'h100-*-x' }] },
      '/rules/0/recipes',
      '"h100-*-x"',
    ],
    ['a regular expression', { rules: [{ recipes: 'h100-.*' }] }, '/rules/0/recipes', '"h100-.*"'],
    ['an anchored one', { rules: [{ recipes: '^h100-.*$' }] }, '/rules/0/recipes', '"^h100-.*$"'],
    [
      'a rule that never counts',
      { rules: [{ recipes: '*' }, RULE] },
      '/rules/1/recipes',
      '"h100-*", all of which',
    ],
    [
      'an unknown tier',
      { rules: [{ ...RULE, tiers: ['partners'] }] },
      '/rules/0/tiers',
      '"partners"',
    ],
    [
      'a tier twice',
      { rules: [{ ...RULE, tiers: ['partner', 'partner'] }] },
      '/rules/0/tiers',
      'none, or one',
    ],
    ['a registry with a path', { registries: ['ghcr.io/x'] }, '/registries/0', '"ghcr.io/x"'],
    [
      'a URL for a registry',
      { registries: ['https://ghcr.io'] },
      '/registries/0',
      '"https://ghcr.io"',
    ],
    [
      'an exemption of what is invalid',
      { exemptions: [{ ...EXEMPTION, states: ['invalid'] }] },
      '/exemptions/0/states',
      '"invalid"',
    ],
    [
      'of what is not allowed',
      { exemptions: [{ ...EXEMPTION, states: ['red', 'not-allowed'] }] },
      '/exemptions/0/states',
      '"not-allowed"',
    ],
    [
      'of what is unreachable',
      { exemptions: [{ ...EXEMPTION, states: ['unreachable'] }] },
      '/exemptions/0/states',
      '"unreachable"',
    ],
    [
      'an exemption by a pattern',
      { exemptions: [{ ...EXEMPTION, recipe: 'h100-*' }] },
      '/exemptions/0/recipe',
      '"h100-*"',
    ],
    [
      'one without a reason',
      { exemptions: [{ ...EXEMPTION, reason: ' ' }] },
      '/exemptions/0/reason',
      '" "',
    ],
    [
      'one without an end',
      { exemptions: [{ ...EXEMPTION, until: undefined }] as Json },
      '/exemptions/0/until',
      'nothing',
    ],
  ])('is refused with %s', (_, gate, at, found) => {
    expect(refusalOf(() => read(gate))).toMatchObject({
      code: 'POLICY_INVALID',
      at: `policy.json#/gate${at}`,
      found: expect.stringContaining(found) as string,
    });
  });

  it.each([
    ['1.0.0', {}, SIGNER, '#/gate'],
    ['1.1.0', {}, SIGNER, '#/gate'],
    ['1.1.0', undefined, { ...SIGNER, label: 'x' }, '#/signers/0/label'],
  ] as const)('is no part of version %s', (version, gate, signer, at) => {
    const refusal = refusalOf(() => read(gate, version, signer));
    expect(refusal).toMatchObject({ code: 'POLICY_INVALID', at: `policy.json${at}` });
    expect(refusal).toMatchObject({ hint: 'write "schemaVersion": "1.2.0"' });
  });

  it('says for a pattern that stands open what to write', () => {
    const refusal = refusalOf(() => read({ rules: [{ recipes: '^h100-.*$' }] }));
    expect(refusal?.hint).toContain('"h100-*"');
  });
});
