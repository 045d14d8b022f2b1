// What a change of recipes that the gate judges can have many of: compared, decided and shown.
import { digestOf } from '../../src/digest.ts';
import { pointerPath, renderPointer } from '../../src/evidence/pointer/pointer.ts';
import { changedRecipes } from '../../src/gate/changed-recipes.ts';
import { decide } from '../../src/gate/decide.ts';
import { comparePointers, type PointerFiles } from '../../src/gate/pointers.ts';
import { PREDICATE_TYPE_V3 } from '../../src/media-types.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { renderGate } from '../../src/report/render/gate-forms.ts';
import { smallV011, type Texts } from '../evidence/resolve/recipes.ts';
import { gateReport } from '../github/gate-report.ts';
import { listOf, type Kinds } from './work.ts';

const POLICY = parsePolicy(
  Buffer.from(
    JSON.stringify({
      schemaVersion: '1.2.0',
      signers: [{ identity: 'a@b.example', issuer: 'https://issuer.example' }],
      gate: { rules: [{ recipes: '*', require: 'all' }] },
    }),
  ),
  'policy.json',
);
const FOLDERS = { recipes: 'recipes', evidence: 'recipes/evidence' };
const FORMS = ['terminal', 'markdown', 'json', 'junit'];

function nameOf(index: number): string {
  return `h100-eks-p${index}`;
}

function recipes(count: number): Texts {
  const overlay = (index: number): string =>
    `  criteria: {service: eks, accelerator: h100, platform: p${index}}\n`;
  return smallV011(
    Object.fromEntries(listOf(count, (index) => [nameOf(index), overlay(index)] as const)),
  );
}

/** One of each of these recipes, or so many of the first. */
function pointers(count: number, recipeOf: (index: number) => string): PointerFiles {
  const files = listOf(count, (index) => {
    const pointer = {
      ...{ recipe: recipeOf(index), profile: undefined, attestedAt: new Date(1_781_000_000_000) },
      predicateType: PREDICATE_TYPE_V3,
      artifact: { oci: 'ghcr.io/a/b:c', digest: digestOf(`${index}`) },
      signer: { identity: 'a@b.example', issuer: 'https://i.example', rekorLogIndex: undefined },
    };
    const text = renderPointer(pointer);
    return [pointerPath(pointer), { id: digestOf(text), bytes: Buffer.from(text) }] as const;
  });
  return { files: new Map(files), faults: [] };
}

const NONE: PointerFiles = { files: new Map(), faults: [] };

interface Sides {
  readonly texts: readonly [before: Texts, after: Texts];
  readonly evidence: readonly [before: PointerFiles, after: PointerFiles];
}

function treeOf(texts: Texts): Parameters<typeof changedRecipes>[1] {
  const files = Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)] as const);
  return { recipes: { directory: 'recipes', files: new Map(files) }, faults: [] };
}

function judging({ texts, evidence }: Sides): () => Promise<void> {
  const [base, head] = texts.map(treeOf);
  return async () => {
    if (head === undefined) throw new TypeError('no head');
    const changed = changedRecipes(base, head);
    const names = new Set(changed.recipes.map(({ recipe }) => recipe.name));
    const sides = { base: evidence[0], head: evidence[1] };
    const compared = comparePointers(FOLDERS.evidence, sides, names);
    const at = new Date('2026-06-20T00:00:00Z');
    const decision = decide({
      ...{
        changed,
        pointers: compared,
        mergeBase: undefined,
        isAll: false,
        policy: POLICY,
        at,
        findings: [],
        folders: FOLDERS,
      },
      verified: new Map(),
    });
    const report = { ...gateReport('c'.repeat(40)), ...decision };
    const look = { colour: false };
    for (const form of FORMS) {
      await renderGate(report, form, { look, read: async () => await Promise.resolve('') });
    }
  };
}

export const GATE_KINDS: Kinds = {
  'recipes of a change that none of them has': (count) =>
    judging({ texts: [recipes(count), recipes(count)], evidence: [NONE, NONE] }),
  'recipes that a change adds': (count) =>
    judging({ texts: [recipes(1), recipes(count)], evidence: [NONE, NONE] }),
  'recipes that a change changes': (count) => {
    const texts = recipes(count);
    const root = (texts['overlays/base.yaml'] ?? '').replace('1.0.0', '1.0.1');
    return judging({
      texts: [texts, { ...texts, 'overlays/base.yaml': root }],
      evidence: [NONE, NONE],
    });
  },
  'recipes with a pointer each': (count) => {
    const own = pointers(count, nameOf);
    return judging({ texts: [recipes(count), recipes(count)], evidence: [own, own] });
  },
  'pointers that a change adds, of a recipe each': (count) =>
    judging({
      texts: [recipes(count), recipes(count)],
      evidence: [NONE, pointers(count, nameOf)],
    }),
  'pointers that a change adds, of one recipe': (count) =>
    judging({
      texts: [recipes(1), recipes(1)],
      evidence: [NONE, pointers(count, () => nameOf(0))],
    }),
  'pointers that a change removes': (count) =>
    judging({
      texts: [recipes(count), recipes(count)],
      evidence: [pointers(count, nameOf), NONE],
    }),
  'pointers of recipes that are not there': (count) =>
    judging({ texts: [recipes(1), recipes(1)], evidence: [NONE, pointers(count, nameOf)] }),
};
