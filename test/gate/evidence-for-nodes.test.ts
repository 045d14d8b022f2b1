// Evidence for a number of nodes, for which overlays make a recipe another one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { ownRecipes } from '../../src/evidence/resolve/own-recipe.ts';
import { recipeText } from '../../src/evidence/resolve/recipe-text.ts';
import { resolve } from '../../src/evidence/resolve/resolve.ts';
import type { GateJson } from '../../src/gate/gate-json.ts';
import { catalogueOf, realTexts } from '../evidence/resolve/recipes.ts';
import { commit, git, type Files } from '../io/git/real-git.ts';
import { withRegistry } from '../oci/registry.ts';
import { runProgram } from '../run-here.ts';
import { pointerFile, RECIPE } from './evidence-maker.ts';
import { forNodes, World } from './pull-requests.ts';

const folder = mkdtempSync(join(tmpdir(), 'affidavit-gate-nodes-'));
const root = join(folder, 'repository');
const end = Promise.withResolvers<undefined>();
let world: World;

beforeAll(async () => {
  const begun = Promise.withResolvers<undefined>();
  void withRegistry({}, async (registry) => {
    world = await World.open(folder, registry);
    begun.resolve(undefined);
    await end.promise;
  }).catch(begun.reject);
  await begun.promise;
});

afterAll(async () => {
  await world.maker.close();
  end.resolve(undefined);
  rmSync(folder, { recursive: true });
});

/** As many as the cluster of the demo has. */
const NODES = 6;
const TEXT = forNodes(NODES);
const FOR_NODES: Files = { 'recipes/overlays/zz.yaml': TEXT };

/** Of the recipe for so many nodes, as the change has it. */
async function evidence(nodes: number): Promise<Files> {
  const catalogue = catalogueOf({ ...realTexts(), 'overlays/zz.yaml': TEXT });
  const { criteria } = catalogue.overlays.get(RECIPE) ?? {};
  if (criteria === undefined) throw new Error(`no overlay: ${RECIPE}`);
  const recipe = recipeText(resolve(catalogue, { ...criteria, nodes }));
  const recipes = ownRecipes(catalogue);
  return pointerFile(await world.evidence('two@example.com', 0, { demo: { recipe }, recipes }));
}

async function gated(
  base: string,
  files: Files,
  ...removed: readonly string[]
): Promise<{
  readonly head: string;
  readonly code: number | null;
  readonly recipe: GateJson['recipes'][number] | undefined;
}> {
  git(root, 'checkout', '--quiet', '--detach', base);
  if (removed.length > 0) git(root, 'rm', '--quiet', ...removed);
  const head = commit(root, files);
  const { code, stdout } = await runProgram([
    ...['gate', '--base', base, '--head', head, '--git', root],
    ...['--policy-ref', `${base}:recipes/evidence/policy.json`],
    ...['--trusted-root', join(folder, 'root.json'), '--at', '2026-06-20T00:00:00Z'],
    ...['--registry', world.registry.host, '--format', 'json'],
  ]);
  const { recipes } = JSON.parse(stdout) as GateJson;
  return { head, code, recipe: recipes.find(({ name }) => name === RECIPE) };
}

it('is what an overlay for this number needs: what is for none shows nothing of it', async () => {
  const alone = await gated('main', FOR_NODES);
  expect([alone.code, alone.recipe?.state]).toEqual([4, 'stale']);
  const commands = alone.recipe?.next.flatMap((step) => step.commands) ?? [];
  expect(commands[0]?.join(' ')).toContain(`--nodes ${NODES}`);
  const plain = await gated('main', { ...FOR_NODES, ...(await evidence(0)) });
  expect([plain.code, plain.recipe?.state]).toEqual([4, 'stale']);
});

it('counts, and once it goes what is older shows nothing of this number either', async () => {
  const brought = await evidence(NODES);
  const both = await gated('main', { ...FOR_NODES, ...brought });
  expect([both.code, both.recipe?.state]).toEqual([0, 'single']);
  const [path = ''] = Object.keys(brought);
  const gone = await gated(both.head, {}, path);
  expect([gone.code, gone.recipe?.state]).toEqual([4, 'stale']);
});

it('is needed also where what is for none came in the same change: it may not go alone', async () => {
  const own = await evidence(NODES);
  const both = await gated('main', { ...FOR_NODES, ...own, ...(await evidence(0)) });
  expect([both.code, both.recipe?.state]).toEqual([0, 'single']);
  const gone = await gated(both.head, {}, ...Object.keys(own));
  expect([gone.code, gone.recipe?.state]).toEqual([4, 'stale']);
});
