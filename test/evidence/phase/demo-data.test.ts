import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { parseBom } from '../../../src/bom/bom.ts';
import { decodeYaml } from '../../../src/document/yaml.ts';
import { bomCoverage } from '../../../src/evidence/bom/bom-coverage.ts';
import { buildRecipeBom } from '../../../src/evidence/bom/build-recipe-bom.ts';
import { locateInBundle } from '../../../src/evidence/layout.ts';
import { judgePhases } from '../../../src/evidence/phase/judge-phases.ts';
import { phaseFaults, phaseFindings } from '../../../src/evidence/phase/phase-faults.ts';
import { parseRecipe } from '../../../src/evidence/recipe/recipe.ts';
import { parseSnapshot } from '../../../src/evidence/snapshot/snapshot.ts';
import { readResults } from '../../../src/io/disk/results.ts';

const demo = new URL('../../../testdata/demo/', import.meta.url);

function read(name: string) {
  return decodeYaml(readFileSync(new URL(name, demo)), name);
}

const recipe = parseRecipe(read('recipe.yaml'), 'recipe.yaml');
const snapshot = parseSnapshot(read('snapshot.yaml'), 'snapshot.yaml');

describe('the input of the demo', () => {
  it.each(['results', 'results-merged.json'])('has green phases in %s', async (name) => {
    const { reports, findings } = await readResults([{ path: fileURLToPath(new URL(name, demo)) }]);
    const results = judgePhases(recipe.phases, reports);
    expect(findings).toEqual([]);
    expect(phaseFaults(results, locateInBundle)).toEqual([]);
    expect(results.map(({ state }) => state)).toEqual(['green', 'green', 'green']);
    expect(phaseFindings(results, locateInBundle).map(({ code }) => code)).toEqual([
      'CHECK_SKIPPED',
    ]);
  });

  it('has a log for each check of the recipe, and no other', () => {
    const logs = recipe.phases.map(({ phase }) => readdirSync(new URL(`logs/${phase}`, demo)));
    const checks = recipe.phases.map((phase) => phase.checks.map((check) => `${check}.log`));
    expect(logs.map((names) => names.toSorted())).toEqual(checks.map((names) => names.toSorted()));
  });

  it('has a bill of materials that covers it', () => {
    const inputs = { recipe, snapshot, attestedAt: new Date(0), tool: { name: 'a', version: '1' } };
    const bom = parseBom(buildRecipeBom(inputs), 'bom.cdx.json');
    expect(bomCoverage(bom, recipe, snapshot)).toEqual([]);
    expect(bom.components).toHaveLength(24);
  });
});
