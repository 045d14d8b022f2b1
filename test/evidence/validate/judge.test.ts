import { describe, expect, it } from 'vitest';

import { parseBom, summaryOf } from '../../../src/bom/bom.ts';
import { digestOf } from '../../../src/digest.ts';
import { decodeYaml } from '../../../src/document/yaml.ts';
import { buildRecipeBom } from '../../../src/evidence/bom/build-recipe-bom.ts';
import { BOM_FILE, locateInBundle } from '../../../src/evidence/layout.ts';
import { parsePhaseReport } from '../../../src/evidence/phase/ctrf.ts';
import { readRecipe } from '../../../src/evidence/recipe/recipe.ts';
import { parseSnapshot } from '../../../src/evidence/snapshot/snapshot.ts';
import { judge } from '../../../src/evidence/validate/judge.ts';
import type { Judgement, ListedBom, Parts } from '../../../src/evidence/validate/judge.ts';
import { validate } from '../../../src/evidence/validate/validate.ts';
import { DEMO, NOW, TOOL, demoText, replaced, resultsOf, validateDemo } from '../demo.ts';

const OPTIONS = { now: NOW, locate: locateInBundle };

/** A bill of materials that lacks what the snapshot shows, so that it gives findings. */
function listedBom(): ListedBom {
  const { recipe, snapshot } = validateDemo();
  const inputs = { recipe: { ...recipe, components: [] }, snapshot, attestedAt: NOW, tool: TOOL };
  const bytes = buildRecipeBom(inputs);
  const bom = parseBom(bytes, BOM_FILE);
  return { bom, summary: summaryOf(bom, digestOf(bytes)) };
}

const { reports } = resultsOf(DEMO.results ?? {});

const WHOLE: Parts = {
  recipe: readRecipe(Buffer.from(DEMO.recipe), 'recipe.yaml'),
  snapshot: parseSnapshot(decodeYaml(Buffer.from(DEMO.snapshot), 's.yaml'), 's.yaml'),
  results: { reports, findings: [], isWhole: true },
  bom: listedBom(),
};

type PartName = 'recipe' | 'snapshot' | 'isWhole' | 'bom';
type Subset = Readonly<Record<PartName, boolean>>;

/** Every way in which parts can be missing, or a report unreadable. */
const SUBSETS: readonly Subset[] = Array.from({ length: 16 }, (_, bits) => ({
  recipe: (bits & 1) > 0,
  snapshot: (bits & 2) > 0,
  isWhole: (bits & 4) > 0,
  bom: (bits & 8) > 0,
}));

/** What each fact is derived from. */
const FACT_NEEDS: readonly Needs[] = [
  ['recipe', ['recipe']],
  ['fingerprint', ['recipe', 'snapshot']],
  ['match', ['recipe', 'snapshot']],
  ['constraints', ['recipe', 'snapshot']],
  ['phaseConstraints', ['recipe', 'isWhole']],
  ['phases', ['recipe', 'isWhole']],
  ['bom', ['bom']],
  ['lastStop', ['snapshot', 'isWhole']],
];

/** What each finding of the demo is derived from, by the start of its code. */
const FINDING_NEEDS: readonly Needs[] = [
  ['BOM_', ['recipe', 'snapshot', 'bom']],
  ['CHECK_SKIPPED', ['recipe', 'isWhole']],
  ['VERSION_DOUBTFUL', ['recipe']],
];

/** What is judged though it may be no fact: phases of those reports that could be read. */
const JUDGED_NEEDS: readonly Needs[] = [
  ['cluster', ['recipe', 'snapshot']],
  ['phases', ['recipe']],
  ['run', ['snapshot', 'isWhole']],
];

type Needs = readonly [name: string, parts: readonly PartName[]];

function derivable(needs: readonly Needs[], subset: Subset): readonly string[] {
  return needs.filter(([, parts]) => parts.every((part) => subset[part])).map(([name]) => name);
}

function partsOf({ recipe, snapshot, isWhole, bom }: Subset): Parts {
  return {
    recipe: recipe ? WHOLE.recipe : undefined,
    snapshot: snapshot ? WHOLE.snapshot : undefined,
    results: { ...WHOLE.results, isWhole },
    bom: bom ? WHOLE.bom : undefined,
  };
}

describe('judge', () => {
  const whole = judge(WHOLE, OPTIONS);

  it.each(SUBSETS)('gives what can be derived of %j, and the same as of all', (subset) => {
    const { facts, findings, cluster, phases, run } = judge(partsOf(subset), OPTIONS);
    expect(Object.keys(facts)).toEqual(derivable(FACT_NEEDS, subset));
    expect(whole.facts).toMatchObject(facts);
    const judged = Object.entries({ cluster, phases, run }).filter(
      ([, part]) => part !== undefined,
    );
    expect(judged.map(([name]) => name)).toEqual(derivable(JUDGED_NEEDS, subset));
    const starts = FINDING_NEEDS.map(([name]) => name);
    const found = starts.filter((start) => findings.some(({ code }) => code.startsWith(start)));
    expect(found).toEqual(derivable(FINDING_NEEDS, subset));
    expect(whole.findings).toEqual(expect.arrayContaining([...findings]));
  });

  it('has nothing to say of nothing', () => {
    const results = { reports: new Map<never, never>(), findings: [], isWhole: true };
    const parts = { recipe: undefined, snapshot: undefined, results, bom: undefined };
    expect(judge(parts, OPTIONS)).toEqual({
      facts: {},
      cluster: undefined,
      phases: undefined,
      run: undefined,
      findings: [],
    });
  });

  it('counts a phase whose report is missing as not run, and says why it is not green', () => {
    const [phase] = reports.keys();
    const some = new Map([...reports].filter(([name]) => name !== phase));
    const results = { ...WHOLE.results, reports: some };
    const { phases } = judge({ ...WHOLE, results }, OPTIONS);
    expect(phases?.results.map(({ state }) => state)).toEqual(['not-run', 'green', 'green']);
    expect(phases?.faults).toMatchObject([{ code: 'PHASE_NOT_GREEN', at: 'ctrf/deployment.json' }]);
  });

  it('passes on what was found while results were read', () => {
    const finding = {
      code: 'RESULTS_FILE_IGNORED',
      ...{ at: 'x', found: '', expected: '', hint: '' },
    } as const;
    const results = { ...WHOLE.results, findings: [finding] };
    expect(judge({ ...WHOLE, results }, OPTIONS).findings).toContainEqual(finding);
  });
});

describe('who emits and who verifies', () => {
  const green = { recipe: DEMO.recipe, snapshot: DEMO.snapshot };
  const red = {
    recipe: replaced(
      replaced(DEMO.recipe, "'>= 1.32.4'", "'>= 1.99'"),
      '- operator-health\n',
      '- no-such-check\n',
    ),
    snapshot: replaced(DEMO.snapshot, ' provider: eks\n', ' provider: gke\n'),
  };

  it.each([
    ['green', green, []],
    ['red', red, ['CLUSTER_MISMATCH', 'CONSTRAINT_FAILED', 'PHASE_NOT_GREEN']],
  ])('come to one judgement, whatever they call the files: %s', (_, inputs, codes) => {
    const { mine, theirs } = bothSides(inputs);
    const [emitted, verified] = [mine, theirs].map(withoutPlaces);
    expect(emitted).toEqual(verified);
    expect(mine.faults.map(({ code }) => code)).toEqual(codes);
    expect(places(mine).every((at) => /^(?:my|their) /.test(at))).toBe(true);
    expect(places(theirs).every((at) => /^(?:recipe|snapshot)\.yaml|^ctrf\//.test(at))).toBe(true);
    expect(places(mine)).toHaveLength(places(theirs).length);
  });

  /** Reads the same documents as the user names them, and as a bundle does. */
  function bothSides({ recipe, snapshot }: typeof red) {
    const results = resultsOf({ 'my results': demoText('results-merged.json') });
    const named = (name: string, text: string) => ({ name, bytes: Buffer.from(text) });
    const emitted = validate({
      recipe: named('my recipe.yml', recipe),
      snapshot: named('their snapshot', snapshot),
      results,
      now: NOW,
    });
    const packed = new Map(
      [...results.reports].map(([phase, { bytes }]) => [
        phase,
        parsePhaseReport(bytes, `ctrf/${phase}.json`),
      ]),
    );
    const theirs = judge(
      {
        recipe: readRecipe(Buffer.from(emitted.canonical('legacy')), 'recipe.yaml'),
        snapshot: parseSnapshot(
          decodeYaml(Buffer.from(snapshot), 'snapshot.yaml'),
          'snapshot.yaml',
        ),
        results: { reports: packed, findings: [], isWhole: true },
        bom: undefined,
      },
      OPTIONS,
    );
    const { facts, cluster, findings, faults } = emitted;
    return {
      mine: { facts, cluster, findings, faults },
      theirs: {
        facts: theirs.facts,
        cluster: theirs.cluster,
        findings: theirs.findings,
        faults: faultsOf(theirs),
      },
    };
  }
});

function faultsOf({ cluster, phases }: Judgement) {
  const { matchFaults = [], constraintFaults = [] } = cluster ?? {};
  return [...matchFaults, ...constraintFaults, ...(phases?.faults ?? [])];
}

/** The value without any `at`. */
function withoutPlaces(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) => (key === 'at' ? undefined : item)),
  );
}

function places(value: unknown): readonly string[] {
  const found: string[] = [];
  JSON.stringify(value, (key, item: unknown) => {
    if (key === 'at' && typeof item === 'string') found.push(item);
    return item;
  });
  return found;
}
