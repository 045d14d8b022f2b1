import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { contradictionsIn } from '../../src/gate/contradictions.ts';
import { affectedRecipes, decide as decideIt, type Decision } from '../../src/gate/decide.ts';
import { EXIT_OF_STATE } from '../../src/gate/decided-code.ts';
import { STATES, type GateRecipe, type State } from '../../src/gate/gate-json.ts';
import type { Otherwise } from '../../src/gate/resolved-recipe.ts';
import { faultJson } from '../../src/report/json.ts';
import { renderGateJUnit } from '../../src/report/render/gate-junit.ts';
import { renderGateMarkdown } from '../../src/report/render/gate-markdown.ts';
import { gateComplaints as sarifOf } from '../../src/report/render/gate-sarif.ts';
import { gateReport } from '../github/gate-report.ts';
import { propertyRuns } from '../property-runs.ts';
import { RECIPE, changeOf, inputOf, type Case, type Piece } from './decision.ts';
import { gateComplaints } from './gate-report.ts';

const BREACH = {
  ...({ code: 'POINTER_SHARED', at: `recipes/evidence/${RECIPE}/a.yaml#/attestations/0` } as const),
  ...{ found: 'one', expected: 'another', hint: 'remove it' },
};

/** None contradicts itself, as `gate post` sees it. */
function decide(input: ReturnType<typeof inputOf>): Decision {
  const decision = decideIt(input);
  expect(contradictionsIn(decision)).toEqual([]);
  return decision;
}

function decided(given: Case): GateRecipe {
  const [recipe] = decide(inputOf(given)).recipes;
  if (recipe === undefined) throw new TypeError('no recipe is affected');
  return recipe;
}

const rule = (more: object): object => ({ rules: [{ recipes: '*', ...more }] });
const EXEMPTION = {
  ...{ recipe: RECIPE, reason: 'the cluster is being repaired', who: 'a maintainer' },
  until: '2026-03-01T00:00:00Z',
};

describe('the protection of a recipe', () => {
  const profiled = changeOf('added');
  const named = (value: string) => ({
    ...profiled,
    recipe: {
      ...profiled.recipe,
      ...{ name: `${RECIPE}-mode-${value}`, profile: { name: 'mode', value } },
    },
  });
  const statesOf = (
    recipes: readonly ReturnType<typeof changeOf>[],
    pointed: readonly string[],
  ) => {
    const { changed, pointers, ...input } = inputOf({ pointed: false });
    const decision = decide({
      ...input,
      changed: { ...changed, recipes },
      pointers: { ...pointers, pointed: new Set(pointed) },
    });
    return Object.fromEntries(decision.recipes.map(({ name, state }) => [name, state]));
  };

  it('goes over to those with its criteria when it gets a profile, and back', () => {
    const [a, b] = [named('a'), named('b')];
    const both = { [a.recipe.name]: 'missing', [b.recipe.name]: 'missing' };
    expect(statesOf([changeOf('removed'), a, b], [RECIPE])).toEqual(both);
    // Also later, while the pointer is one of no recipe.
    const later = [a, b].map((each) => ({ ...each, status: 'changed' as const }));
    expect(statesOf(later, [RECIPE])).toEqual(both);
    const gone = { ...a, status: 'removed' as const };
    expect(statesOf([changeOf('added'), gone], [a.recipe.name])).toEqual({ [RECIPE]: 'missing' });
  });

  it('stays with the value of a profile that has it', () => {
    const [a, b] = [named('a'), named('b')].map((each) => ({
      ...each,
      status: 'changed' as const,
    }));
    if (a === undefined || b === undefined) throw new TypeError('no recipe');
    expect(statesOf([a, b], [a.recipe.name])).toEqual({
      [a.recipe.name]: 'missing',
      [b.recipe.name]: 'not-asked',
    });
  });
});

describe('the state of a recipe', () => {
  const a: Piece = { name: 'a' };
  const b: Piece = { name: 'b', change: 'same' };
  it.each<[name: string, state: State, exit: number, given: Case]>([
    ['one good piece', 'single', 0, { pieces: [a] }],
    ['two of two signers', 'confirmed', 0, { pieces: [a, b] }],
    ['no pointer, and there was one', 'missing', 4, {}],
    ['no pointer, and none is asked for', 'not-asked', 0, { pointed: false }],
    [
      'a new recipe without evidence, which is asked for',
      'missing',
      4,
      { pointed: false, change: changeOf('added'), gate: rule({ require: 'added' }) },
    ],
    [
      'a changed one of that rule',
      'not-asked',
      0,
      { pointed: false, gate: rule({ require: 'added' }) },
    ],
    [
      'any without evidence, where all need it',
      'missing',
      4,
      { pointed: false, gate: rule({ require: 'all' }) },
    ],
    [
      'a recipe that head cannot resolve',
      'invalid',
      2,
      {
        pointed: false,
        change: changeOf('unresolved', {
          fault: { code: 'MIXIN_MISSING', at: 'x', found: 'x', expected: 'x', hint: 'x' },
        }),
      },
    ],
    ['a broken signature', 'invalid', 2, { pieces: [{ ...a, code: 'SIGNATURE_INVALID' }, b] }],
    ['evidence of another recipe', 'invalid', 2, { pieces: [{ ...a, code: 'POINTER_DIFFERS' }] }],
    [
      'a pointer that breaks the contract',
      'invalid',
      2,
      { pieces: [{ ...a, pointer: { faults: [BREACH] } }] },
    ],
    [
      'bytes of a registry that are others',
      'invalid',
      2,
      { pieces: [{ ...a, unread: 'REGISTRY_BYTES_OTHER' }] },
    ],
    [
      'a signer who is not allowed',
      'not-allowed',
      2,
      { pieces: [{ ...a, code: 'SIGNER_NOT_ALLOWED' }, b] },
    ],
    ['a signer who is revoked', 'not-allowed', 2, { pieces: [{ ...a, code: 'SIGNER_REVOKED' }] }],
    [
      'a registry that does not answer',
      'unreachable',
      3,
      { pieces: [{ ...a, unread: 'SERVICE_UNREACHABLE' }] },
    ],
    [
      'a private address',
      'unreachable',
      3,
      { pieces: [{ ...a, unread: 'REGISTRY_ADDRESS_PRIVATE' }] },
    ],
    ['no signature', 'unsigned', 4, { pieces: [{ ...a, code: 'UNSIGNED' }] }],
    ['another recipe than that of head', 'stale', 4, { pieces: [{ ...a, code: 'RECIPE_OTHER' }] }],
    [
      'a signature that is too old for the rule',
      'stale',
      4,
      { pieces: [{ ...a, signedAt: '2025-12-01T00:00:00Z' }], gate: rule({ maximumAgeDays: 30 }) },
    ],
    [
      'one that is not',
      'single',
      0,
      { pieces: [{ ...a, signedAt: '2026-01-02T00:00:00Z' }], gate: rule({ maximumAgeDays: 30 }) },
    ],
    [
      'one of the future',
      'stale',
      4,
      { pieces: [{ ...a, signedAt: '2026-02-02T00:00:00Z' }], gate: rule({ maximumAgeDays: 30 }) },
    ],
    ['a value that is only claimed', 'undecided', 4, { pieces: [{ ...a, code: 'VALUE_CLAIMED' }] }],
    [
      'the same where that suffices',
      'single',
      0,
      { pieces: [{ ...a, code: 'VALUE_CLAIMED' }], gate: rule({ allowClaimed: true }) },
    ],
    ['phases far apart', 'undecided', 4, { pieces: [{ ...a, code: 'RUN_SPAN_TOO_LONG' }] }],
    [
      'files that are not bound',
      'undecided',
      4,
      {
        pieces: [
          {
            ...a,
            more: {
              findings: [
                { code: 'FILES_NOT_BOUND', at: null, found: 'x', expected: 'x', hint: 'x' },
              ],
            },
          },
        ],
        gate: rule({ allowUnboundFiles: false }),
      },
    ],
    [
      'a recipe that was not compared with head',
      'undecided',
      4,
      { pieces: [{ ...a, more: { recipeCompared: false } }] },
    ],
    [
      'no comparison with the pointer',
      'undecided',
      4,
      { pieces: [{ ...a, more: { checks: [] } }] },
    ],
    [
      'no entry that allows the signer',
      'undecided',
      4,
      { pieces: [{ ...a, more: { policy: undefined } }] },
    ],
    [
      'an invalid verdict that nothing explains',
      'not-allowed',
      2,
      { pieces: [{ ...a, more: { verdict: 'invalid' } }] },
    ],
    [
      'an unjudged one, though a claim suffices',
      'unreachable',
      3,
      {
        pieces: [{ ...a, code: 'VALUE_CLAIMED', more: { verdict: 'unjudged' } }],
        gate: rule({ allowClaimed: true }),
      },
    ],
    ['a phase that is not green', 'red', 1, { pieces: [{ ...a, code: 'PHASE_NOT_GREEN' }, b] }],
    [
      'one signer where two are asked for',
      'short',
      4,
      { pieces: [a], gate: rule({ minimumSigners: 2 }) },
    ],
    [
      'two of one label',
      'short',
      4,
      {
        pieces: [
          { ...a, label: 'x' },
          { ...b, label: 'x' },
        ],
        gate: rule({ minimumSigners: 2 }),
      },
    ],
    [
      'two branches of one workflow',
      'single',
      0,
      {
        pieces: [
          { ...a, identity: 'https://github.com/o/r/.github/workflows/w.yml@refs/heads/a' },
          { ...b, identity: 'https://github.com/o/r/.github/workflows/w.yml@refs/heads/b' },
        ],
      },
    ],
    [
      'two repositories of one owner',
      'single',
      0,
      {
        pieces: [
          { ...a, identity: 'https://github.com/o/r/.github/workflows/w.yml@refs/heads/a' },
          { ...b, identity: 'https://github.com/O/s/.github/workflows/v.yml@refs/heads/b' },
        ],
      },
    ],
    [
      'two owners',
      'confirmed',
      0,
      {
        pieces: [
          { ...a, identity: 'https://github.com/o/r/.github/workflows/w.yml@refs/heads/a' },
          { ...b, identity: 'https://github.com/p/r/.github/workflows/w.yml@refs/heads/a' },
        ],
      },
    ],
    ['a tier that does not count', 'short', 4, { pieces: [a], gate: rule({ tiers: ['partner'] }) }],
    [
      'one that does',
      'single',
      0,
      { pieces: [{ ...a, tier: 'partner' }], gate: rule({ tiers: ['partner'] }) },
    ],
    [
      'an older one that is refused',
      'missing',
      4,
      { pieces: [{ ...b, code: 'SIGNATURE_INVALID' }] },
    ],
    [
      'an older one that is stale',
      'stale',
      4,
      {
        pieces: [
          { ...b, code: 'RECIPE_OTHER' },
          { name: 'c', change: 'same', unread: 'SERVICE_SLOW' },
        ],
      },
    ],
    [
      'red, and exempt',
      'exempt',
      0,
      {
        pieces: [{ ...a, code: 'PHASE_NOT_GREEN' }],
        gate: { exemptions: [{ ...EXEMPTION, states: ['red'] }] },
      },
    ],
    [
      'red beside stale, where stale alone is exempt',
      'stale',
      4,
      {
        pieces: [
          { ...a, code: 'PHASE_NOT_GREEN' },
          { name: 'c', code: 'RECIPE_OTHER' },
        ],
        gate: { exemptions: [{ ...EXEMPTION, states: ['stale'] }] },
      },
    ],
    [
      'red beside stale, where both are exempt',
      'exempt',
      0,
      {
        pieces: [
          { ...a, code: 'PHASE_NOT_GREEN' },
          { name: 'c', code: 'RECIPE_OTHER' },
        ],
        gate: { exemptions: [{ ...EXEMPTION, states: ['stale', 'red'] }] },
      },
    ],
    [
      'a piece that is stale and red, where stale alone is exempt',
      'stale',
      4,
      {
        pieces: [
          {
            ...{ ...b, code: 'PHASE_NOT_GREEN' },
            since: { files: false, checks: true, nodes: [] },
          },
        ],
        gate: { exemptions: [{ ...EXEMPTION, states: ['stale'] }] },
      },
    ],
    [
      'short of what is red, where short alone is exempt',
      'short',
      4,
      {
        pieces: [{ ...b, code: 'PHASE_NOT_GREEN' }],
        gate: { ...rule({ minimumPieces: 2 }), exemptions: [{ ...EXEMPTION, states: ['short'] }] },
      },
    ],
    [
      'stale, where red is exempt',
      'stale',
      4,
      {
        pieces: [{ ...a, code: 'RECIPE_OTHER' }],
        gate: { exemptions: [{ ...EXEMPTION, states: ['red'] }] },
      },
    ],
  ])('with %s', (_, state, exit, given) => {
    const decision = decide(inputOf(given));
    const [recipe] = decision.recipes;
    expect(recipe).toMatchObject({ name: RECIPE, state });
    expect([decision.exitCode, decision.decidedExitCode]).toEqual([exit, exit]);
    expect(decision.counts).toEqual({ recipes: 1, affected: 1, states: { [state]: 1 } });
    expect(recipe?.next.length === 0).toBe(exit === 0);
  });
});

describe('a decision', () => {
  it('of no affected recipe is 0, with how many were looked at', () => {
    const decision = decide(inputOf({ change: changeOf('same') }));
    expect(decision).toMatchObject({
      exitCode: 0,
      recipes: [],
      counts: { recipes: 1, affected: 0 },
    });
    expect(affectedRecipes(inputOf({ change: changeOf('same'), isAll: true }))).toHaveLength(1);
    expect(affectedRecipes(inputOf({ change: changeOf('removed'), isAll: true }))).toEqual([]);
  });

  it('is 2 for a breach that the change brings, also where no recipe is affected', () => {
    const fault = {
      code: 'POINTER_EDITED',
      at: 'x',
      found: 'x',
      expected: 'x',
      hint: 'x',
    } as const;
    const given = { change: changeOf('same'), breaches: [fault] };
    expect(decide(inputOf(given))).toMatchObject({ exitCode: 2, recipes: [] });
  });

  it('only warns where the policy says so, and says the same', () => {
    const decision = decide(inputOf({ gate: { mode: 'warn' } }));
    expect(decision).toMatchObject({ mode: 'warn', exitCode: 0, decidedExitCode: 4 });
    expect(decision.recipes[0]?.state).toBe('missing');
  });

  it('counts the good ones of older pointers, and what fails among them is a finding', () => {
    const old: Piece = { name: 'b', change: 'same', code: 'SIGNATURE_INVALID' };
    const decision = decide(inputOf({ pieces: [{ name: 'a' }, old] }));
    expect(decision).toMatchObject({
      exitCode: 0,
      findings: [{ code: 'SIGNATURE_INVALID', file: `recipes/evidence/${RECIPE}/b.yaml`, line: 3 }],
    });
    const evidence = decision.recipes[0]?.evidence.map(({ counted }) => counted);
    expect(evidence).toEqual([true, false]);
  });

  it.each<[what: string, otherwise: Otherwise, isBound: boolean, state: State]>([
    ['other health checks', { files: false, checks: true, nodes: [] }, true, 'stale'],
    [
      'other files that it does not bind',
      { files: true, checks: false, nodes: [] },
      false,
      'stale',
    ],
    ['other files that it binds', { files: true, checks: false, nodes: [] }, true, 'single'],
    ['nothing else', { files: false, checks: false, nodes: [] }, false, 'single'],
  ])('of a recipe with %s since, evidence from before is judged', (...row) => {
    const [, since, isBound, state] = row;
    const more = { filesCompared: isBound ? 3 : undefined };
    // Whatever the change does with the pointer: more locations, or another place.
    for (const how of ['same', 'edited', 'added'] as const) {
      const old = { name: 'a', change: how, more, since } as const;
      expect([how, decided({ pieces: [old] }).state]).toEqual([how, state]);
    }
    // What the base never had was made with what the change has.
    const change = { ...changeOf('changed'), otherwise: since };
    expect(decided({ change, pieces: [{ name: 'a', more }] }).state).toBe('single');
  });

  it('protects what a recipe with evidence answered for at base, and nothing else has an overlay for', () => {
    const own = changeOf('changed');
    const criteria = { ...own.recipe.criteria, platform: 'more' };
    const change = { ...own, recipe: { ...own.recipe, name: 'more', criteria } };
    expect(decided({ change }).state).toBe('not-asked');
    expect(decided({ change: { ...change, under: ['x', own.recipe.name] } }).state).toBe('missing');
  });

  it('asks for evidence of each number of nodes for which the recipe is another one', () => {
    const change = changeOf('changed', { otherwise: { files: false, checks: false, nodes: [8] } });
    const states = (...pieces: readonly Piece[]): State | undefined =>
      decided({ change, pieces }).state;
    expect(states({ name: 'a' })).toBe('stale');
    expect(states({ name: 'a', nodes: 8 })).toBe('stale');
    expect(states({ name: 'a' }, { name: 'b', nodes: 8 })).toBe('single');
    expect(states({ name: 'a' }, { name: 'b' }, { name: 'c', nodes: 8 })).toBe('single');
    const gate = { rules: [{ recipes: '*', minimumSigners: 2 }] };
    const pieces = [{ name: 'a' }, { name: 'b' }, { name: 'c', nodes: 8 }] as const;
    expect(decided({ change, gate, pieces }).state).toBe('short');
    expect(decided({ change, gate, pieces: [...pieces, { name: 'd', nodes: 8 }] }).state).toBe(
      'confirmed',
    );
  });

  it('leaves a signer whom the change itself lists not allowed, and says whom it would add and the way out', () => {
    const signers = [{ identity: 'x@example.com', issuer: 'https://issuer.example' }];
    const mine = { identity: 'a@example.com', issuer: 'https://issuer.example', tier: 'community' };
    const decision = decide(
      inputOf({
        pieces: [{ name: 'a', code: 'SIGNER_NOT_ALLOWED' }],
        signers,
        signersOfHead: [...signers, mine],
      }),
    );
    expect(decision).toMatchObject({ exitCode: 2, listed: [mine] });
    expect(decision.recipes[0]?.next).toMatchObject([{ where: 'elsewhere' }]);
    expect(decision.recipes[0]?.next[0]?.what[0]).toContain('merge the listing by itself first');
  });

  it('finds rules by which no recipe of head is judged, but for the one of all', () => {
    const { name } = changeOf('same').recipe;
    const rules = ['h1OO-eks-*', `${name}-more`, name, '*'].map((recipes) => ({ recipes }));
    const { changed, ...input } = inputOf({ gate: { rules }, change: changeOf('same') });
    const { findings } = decide({ ...input, changed: { ...changed, rules: 'v0.11' } });
    expect(findings).toMatchObject([
      { code: 'RULE_IDLE', at: 'policy.json#/gate/rules/0/recipes' },
      { code: 'RULE_IDLE', at: 'policy.json#/gate/rules/1/recipes' },
    ]);
    // Without the recipes nobody can tell which there are.
    expect(decide({ ...input, changed }).findings).toEqual([]);
  });

  it('finds exemptions that count for nothing: of no recipe of head, or ended', () => {
    const of = (more: object): object => ({ ...EXEMPTION, states: ['red'], ...more });
    const gate = {
      exemptions: [of({}), of({ recipe: 'gone' }), of({ until: '2026-01-31T23:59:59Z' })],
    };
    const { findings } = decide(inputOf({ gate, change: changeOf('same') }));
    // Without the recipes nobody can tell which there are.
    expect(findings).toMatchObject([
      { code: 'EXEMPTION_IDLE', at: 'policy.json#/gate/exemptions/2' },
    ]);
    const { changed, ...input } = inputOf({ gate, change: changeOf('same') });
    expect(decide({ ...input, changed: { ...changed, rules: 'v0.11' } }).findings).toMatchObject([
      { found: 'no recipe "gone" at head', at: 'policy.json#/gate/exemptions/1' },
      { found: 'its end, 2026-01-31T23:59:59Z', at: 'policy.json#/gate/exemptions/2' },
    ]);
  });

  it('tells the first 200 of 10,000 breaches, and counts the others in every format', () => {
    const breaches = Array.from({ length: 10_000 }, (_, index) => ({
      ...faultJson({ ...BREACH, at: `recipes/evidence/${index}.yaml` }),
      ...{ file: `recipes/evidence/${index}.yaml`, line: 1 },
    }));
    const decision = decide(inputOf({ breaches }));
    expect([decision.exitCode, decision.pointers.breaches.length]).toEqual([2, 200]);
    expect(decision.more).toMatchObject({ breaches: 9800, faults: 0 });
    const report = { ...gateReport('c'.repeat(40)), ...decision };
    expect(gateComplaints(report)).toEqual([]);
    expect(renderGateMarkdown(report)).toContain('<summary>9995 more problems</summary>');
    expect(renderGateJUnit(report)).toContain('name="9800 more that have no case of their own"');
    const texts = sarifOf(report).map(({ text }) => text);
    expect(texts.filter((text) => text.endsWith('\nand 9800 more without a result')).length).toBe(
      1,
    );
  });

  it('names an exemption that has ended, which counts for nothing', () => {
    const gate = {
      exemptions: [{ ...EXEMPTION, states: ['missing'], until: '2026-01-31T23:59:59Z' }],
    };
    const recipe = decided({ gate });
    expect(recipe).toMatchObject({
      state: 'missing',
      exemption: { expired: true, at: 'policy.json#/gate/exemptions/0' },
    });
    expect(recipe.why).toContain('; its exemption ended at ');
    expect(recipe.why).toContain('2026-01-31T23:59:59Z');
  });

  it('has the exact commands for what is missing, and for what is not signed', () => {
    const commands = (given: Case): string =>
      decided(given)
        .next.flatMap((step) => step.commands.map((words) => words.join(' ')))
        .join('\n');
    expect(commands({})).toContain(
      'affidavit recipe resolve --data recipes --service eks --accelerator h100 --os ubuntu --intent training --output recipe.yaml',
    );
    expect(commands({})).toContain('--emit-evidence evidence.tar.gz');
    const flat = { name: 'a', code: 'UNSIGNED' } as const;
    expect(commands({ pieces: [flat] })).toContain(
      `affidavit evidence sign recipes/evidence/${RECIPE}/a.yaml --login browser`,
    );
  });

  it('says how to take back what the change does to pointers, and whether that is enough', () => {
    const commands = (given: Case): readonly string[] =>
      decided(given).next.flatMap((step) => step.commands.map((words) => words.join(' ')));
    const path = `recipes/evidence/${RECIPE}/a.yaml`;
    const enough = ['git commit --signoff --message Take back pointers', 'git push'];
    const same = changeOf('same');
    const bad = { name: 'a', code: 'SIGNATURE_INVALID' } as const;
    const edited = { ...bad, change: 'edited' } as const;
    // Nothing but the pointer is changed, or other evidence is enough: nobody needs a cluster.
    expect(commands({ change: same, pieces: [bad] })).toEqual([`git rm -- ${path}`, ...enough]);
    const good: Piece = { name: 'b', change: 'same' };
    expect(commands({ pieces: [bad, good] })).toEqual([`git rm -- ${path}`, ...enough]);
    const put = `git checkout c0ffee -- ${path}`;
    expect(commands({ change: same, pieces: [edited] })).toEqual([put, ...enough]);
    const touched = [{ path, change: 'removed', isMoved: false }] as const;
    expect(commands({ change: same, touched })).toEqual([put, ...enough]);
    // The recipe is another one: evidence of it is needed too.
    expect(commands({ pieces: [edited] }).slice(0, 2)).toEqual([
      put,
      expect.stringContaining('recipe resolve'),
    ]);
    expect(commands({ touched })[0]).toContain('recipe resolve');
    // What git would take for a pattern is a name.
    const odd = { name: 'a*', code: 'SIGNATURE_INVALID' } as const;
    expect(commands({ pieces: [odd] })[0]).toBe(
      `git --literal-pathspecs rm -- recipes/evidence/${RECIPE}/a*.yaml`,
    );
  });

  it('is invalid with a pointer that cannot be read, whatever lies beside it, and says how to take it back', () => {
    const faults = [{ ...BREACH, code: 'FIELD_UNKNOWN' } as const];
    const unread: Piece = { name: 'a', pointer: { pointer: undefined, faults } };
    const exemption = { ...EXEMPTION, states: ['missing'] };
    for (const given of [
      { pieces: [unread, { name: 'b' }] },
      { pieces: [unread], gate: { exemptions: [exemption] } },
      { pieces: [unread], gate: rule({ require: 'all' }), change: changeOf('added') },
    ]) {
      const { state, evidence, next } = decided(given);
      expect([state, evidence[0]?.fault?.code]).toEqual(['invalid', 'FIELD_UNKNOWN']);
      expect(next[0]?.commands).toEqual([['git', 'rm', '--', `recipes/evidence/${RECIPE}/a.yaml`]]);
      expect(next.at(-1)?.what).toEqual(['or, in place of that: remove it']);
    }
    // An older one is a finding, told once.
    const old = { ...unread, change: 'same' } as const;
    const given = inputOf({ pieces: [old, { name: 'b' }] });
    const path = `recipes/evidence/${RECIPE}/a.yaml`;
    const findings = [
      { ...faultJson(BREACH), code: 'FIELD_UNKNOWN', file: path, line: 1 } as const,
    ];
    const { recipes, ...told } = decide({ ...given, pointers: { ...given.pointers, findings } });
    expect([recipes[0]?.state, told.findings.length]).toEqual(['single', 1]);
  });

  it('has the mend of the overlay where head cannot resolve the recipe, and nothing to run', () => {
    const fault = { code: 'MIXIN_MISSING', at: 'x', found: 'x', expected: 'x' } as const;
    const change = changeOf('unresolved', { fault: { ...fault, hint: 'add the mixin' } });
    expect(decided({ change }).next).toEqual([
      { where: 'commit', what: ['add the mixin'], commands: [] },
    ]);
  });

  it('is exempt with a finding if the change removes a pointer of it', () => {
    const path = `recipes/evidence/${RECIPE}/a.yaml`;
    const gate = { exemptions: [{ ...EXEMPTION, states: ['missing'] }] };
    const codesOf = (isMoved: boolean, given: Case = { gate }) => {
      const touched = [{ path, change: 'removed', isMoved }] as const;
      const { findings, recipes } = decide(inputOf({ ...given, touched }));
      return [recipes[0]?.state, findings.map(({ code, at }) => [code, at])];
    };
    expect(codesOf(false)).toEqual(['exempt', [['EVIDENCE_REMOVED', path]]]);
    expect(codesOf(true)).toEqual(['exempt', []]);
    expect(codesOf(false, {})).toEqual(['missing', []]);
  });

  it('says how many pieces and signers count, and how many are wanted', () => {
    const gate = rule({ minimumPieces: 3, minimumSigners: 2 });
    const same = { name: 'b', change: 'same', label: 'x' } as const;
    const all: readonly Piece[] = [
      same,
      { ...same, name: 'c' },
      { ...same, name: 'd', code: 'STALE' },
    ];
    expect(decided({ pieces: all, gate })).toMatchObject({
      state: 'short',
      pieces: { found: 2, wanted: 3 },
      signers: { found: 1, wanted: 2 },
    });
    const bad = { name: 'a', code: 'SIGNATURE_INVALID' } as const;
    expect(decided({ pieces: [...all, bad], gate }).pieces).toEqual({ found: 0, wanted: 3 });
  });

  it('is older than the rule allows in days as soon as it is stale', () => {
    const gate = rule({ maximumAgeDays: 30 });
    const of = (signedAt: string) => decided({ pieces: [{ name: 'a', signedAt }], gate });
    const [just, over] = [of('2026-01-02T00:00:00Z'), of('2026-01-01T23:59:59Z')];
    expect([just.state, just.evidence[0]?.ageDays]).toEqual(['single', 30]);
    expect([over.state, over.evidence[0]?.ageDays]).toEqual(['stale', 31]);
  });

  it('is a report that keeps to the schema', () => {
    const decision = decide(
      inputOf({
        pieces: [
          { name: 'a', tier: 'partner' },
          { name: 'b', change: 'same', code: 'STALE' },
        ],
      }),
    );
    const commit = 'a'.repeat(40);
    const rest = {
      ...{ schemaVersion: '1.0.0', tool: { name: 'affidavit', version: '0.1.0' } },
      ...{ sandbox: false, weakened: [], at: '2026-02-01T00:00:00Z', base: null, ruleSet: 'x' },
      ...{
        head: { name: 'x', commit },
        policy: { source: 'x', digest: `sha256:${'0'.repeat(64)}` },
      },
    };
    expect(gateComplaints({ ...rest, ...decision })).toEqual([]);
  });
});

const CODES = [
  'SIGNATURE_INVALID',
  'SIGNER_NOT_ALLOWED',
  'UNSIGNED',
  'RECIPE_OTHER',
  'VALUE_CLAIMED',
  'PHASE_NOT_GREEN',
] as const;

const piece = fc.record(
  {
    identity: fc.constantFrom(
      'a@example.com',
      'b@example.com',
      'https://github.com/o/r/w@refs/heads/a',
    ),
    change: fc.constantFrom('added', 'edited', 'same'),
    code: fc.constantFrom(...CODES),
    unread: fc.constantFrom('SERVICE_UNREACHABLE', 'REGISTRY_BYTES_OTHER'),
    label: fc.constantFrom('x', 'y'),
    tier: fc.constant('partner'),
  },
  { requiredKeys: ['identity', 'change'] },
);
const pieces = fc
  .array(piece, { maxLength: 5 })
  .map((all) => all.map((each, index): Piece => ({ ...each, name: `p${index}` })));
const gates = fc.constantFrom(
  {},
  rule({ minimumSigners: 2 }),
  rule({ tiers: ['partner'] }),
  rule({ require: 'all', minimumPieces: 2 }),
);
const rank = (state: State | undefined): number => STATES.indexOf(state ?? 'not-asked');

describe('whatever the pieces are', () => {
  it('none makes a recipe better than the worst that the change brings', () => {
    fc.assert(
      fc.property(pieces, gates, (all, gate) => {
        const recipe = decided({ pieces: all, gate });
        const bad = recipe.evidence.filter(
          ({ change, state }) => change !== 'same' && state !== 'single',
        );
        for (const { state } of bad) expect(rank(recipe.state)).toBeLessThanOrEqual(rank(state));
      }),
      { numRuns: propertyRuns(60, 2000) },
    );
  });

  it('one more good piece never makes it worse', () => {
    fc.assert(
      fc.property(pieces, gates, (all, gate) => {
        const more: Piece = { name: 'more', identity: 'c@example.com', tier: 'partner' };
        const [before, after] = [
          decided({ pieces: all, gate }),
          decided({ pieces: [...all, more], gate }),
        ];
        expect(rank(after.state)).toBeGreaterThanOrEqual(rank(before.state));
      }),
      { numRuns: propertyRuns(60, 2000) },
    );
  });

  it('no exemption lifts what is invalid, not allowed or unreachable', () => {
    const states = ['missing', 'unsigned', 'stale', 'undecided', 'short', 'red'];
    fc.assert(
      fc.property(pieces, gates, (all, gate) => {
        const before = decided({ pieces: all, gate }).state;
        const after = decided({
          pieces: all,
          gate: { ...gate, exemptions: [{ ...EXEMPTION, states }] },
        });
        expect(after.state).toBe(states.includes(before) ? 'exempt' : before);
      }),
      { numRuns: propertyRuns(60, 2000) },
    );
  });

  it('their order does not matter, and the exit code is that of the state', () => {
    fc.assert(
      fc.property(pieces, gates, (all, gate) => {
        const decision = decide(inputOf({ pieces: all, gate }));
        expect(decide(inputOf({ pieces: all.toReversed(), gate }))).toEqual(decision);
        expect(decision.exitCode).toBe(EXIT_OF_STATE[decision.recipes[0]?.state ?? 'invalid']);
      }),
      { numRuns: propertyRuns(60, 2000) },
    );
  });
});
