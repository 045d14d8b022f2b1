import { describe, expect, it } from 'vitest';

import { hexOf } from '../../../src/digest.ts';
import { recipeDigest } from '../../../src/evidence/aicr/canonical-yaml.ts';
import { validate } from '../../../src/evidence/validate/validate.ts';
import { AFFIDAVIT } from '../../../src/tool.ts';
import { refusalOf } from '../../document/refusal.ts';
import { DEMO, replaced, validateDemo } from '../demo.ts';

describe('validate', () => {
  it('judges the demo green, and shows each part of it', () => {
    const validation = validateDemo();
    expect(validation.faults).toEqual([]);
    expect(validation.phases.map(({ state }) => state)).toEqual(['green', 'green', 'green']);
    const digest = recipeDigest(Buffer.from(DEMO.recipe), 'recipe.yaml', 'v3');
    expect(validation.recipeDigest).toBe(digest);
    expect(validation.facts).toMatchObject({
      recipe: { name: 'h100-eks-ubuntu-training-kubeflow', digest, apiVersion: 'aicr.run/v1' },
      fingerprint: validation.cluster.fingerprint,
      match: validation.cluster.match,
      constraints: validation.cluster.constraints,
      phases: validation.phases,
    });
    expect(hexOf(digest)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has the exit code of its outcome, and is of this library unless another tool is named', () => {
    const recipe = replaced(DEMO.recipe, "'>= 1.32.4'", "'>= 1.99'");
    expect(validateDemo()).toMatchObject({ exitCode: 0, tool: AFFIDAVIT });
    expect(validateDemo({ recipe })).toMatchObject({ exitCode: 1, tool: AFFIDAVIT });
    const tool = { name: 'my-packer', version: '1.0.0' };
    expect(validate({ ...validateDemo().inputs, tool }).tool).toBe(tool);
  });

  it('without results has phases that were not run, and no fault for it', () => {
    const { faults, phases, facts } = validateDemo({ results: undefined });
    expect(faults).toEqual([]);
    expect(phases.map(({ state }) => state)).toEqual(['not-run', 'not-run', 'not-run']);
    expect(facts.phases).toBe(phases);
  });

  it('with results of nothing is red: no results are not the same as empty ones', () => {
    const { faults } = validateDemo({ results: {} });
    expect(faults.map(({ code, at }) => `${code} ${at}`)).toEqual([
      'PHASE_NOT_GREEN --results',
      'PHASE_NOT_GREEN --results',
      'PHASE_NOT_GREEN --results',
    ]);
  });

  it('without results still judges the cluster', () => {
    const recipe = replaced(DEMO.recipe, "'>= 1.32.4'", "'>= 1.99'");
    expect(validateDemo({ recipe, results: undefined }).faults).toMatchObject([
      { code: 'CONSTRAINT_FAILED', at: 'recipe.yaml#/constraints/0' },
    ]);
  });

  it('names the file that the user gave, and the test in it', () => {
    const skipped = validateDemo().findings.filter(({ code }) => code === 'CHECK_SKIPPED');
    expect(skipped.map(({ at }) => at)).toEqual([
      expect.stringMatching(/^conformance\.json#\/results\/tests\/\d+$/),
    ]);
    const deployment = replaced(
      replaced(DEMO.results?.['deployment'] ?? '', '"status": "passed"', '"status": "failed"'),
      '"passed": 4,\n      "failed": 0',
      '"passed": 3,\n      "failed": 1',
    );
    const { faults } = validateDemo({ results: { ...DEMO.results, deployment } });
    expect(faults).toMatchObject([{ code: 'PHASE_NOT_GREEN', at: 'deployment.json' }]);
  });

  it('lists match, constraints and phases in this order', () => {
    const { faults } = validateDemo({
      recipe: replaced(DEMO.recipe, "'>= 1.32.4'", "'>= 1.99'"),
      snapshot: replaced(DEMO.snapshot, ' provider: eks\n', ' provider: gke\n'),
      results: { deployment: DEMO.results?.['deployment'] ?? '' },
    });
    expect(faults.map(({ code }) => code)).toEqual([
      'CLUSTER_MISMATCH',
      'CONSTRAINT_FAILED',
      'PHASE_NOT_GREEN',
      'PHASE_NOT_GREEN',
    ]);
  });

  it.each([
    ['recipe', 'KIND_UNEXPECTED', 'recipe.yaml#/kind'],
    ['snapshot', 'KIND_UNEXPECTED', 'snapshot.yaml#/kind'],
  ] as const)('refuses another document as the %s', (part, code, at) => {
    const other = { recipe: DEMO.snapshot, snapshot: DEMO.recipe }[part];
    expect(refusalOf(() => validateDemo({ [part]: other }))).toMatchObject({ code, at });
  });
});
