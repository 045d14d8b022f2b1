import { digestOfHex } from '../digest.ts';
import type { Digest } from '../digest.ts';
import { decodeYaml } from '../document/yaml.ts';
import type { Fault, Finding } from '../errors/fault.ts';
import { recipeDigest } from './aicr/recipe-digest.ts';
import type { ClusterAssessment } from './assess-cluster.ts';
import { assessCluster } from './assess-cluster.ts';
import type { Facts } from './facts.ts';
import type { Results } from './phase/ctrf.ts';
import { judgePhases, phaseFaults, phaseFindings, vacuousFaults } from './phase/judge-phases.ts';
import type { LocatePhase } from './phase/judge-phases.ts';
import type { PhaseResult } from './phase/phase.ts';
import type { Recipe } from './recipe/recipe.ts';
import { parseRecipe } from './recipe/recipe.ts';
import type { Snapshot } from './snapshot/snapshot.ts';
import { parseSnapshot } from './snapshot/snapshot.ts';

/** A document as it was given: complaints name it as the user did. */
export interface NamedDocument {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ValidationInputs {
  /** A resolved recipe, YAML. */
  readonly recipe: NamedDocument;
  /** A snapshot, YAML. */
  readonly snapshot: NamedDocument;
  /** Undefined if nothing was run: then every phase is `not-run`, and none counts. */
  readonly results: Results | undefined;
  readonly now: Date;
}

/** What a recipe demands, what a cluster is and what was run on it: all that evidence is made of. */
export interface Validation {
  readonly inputs: ValidationInputs;
  readonly recipe: Recipe;
  /** AICR's version 3 rule. */
  readonly recipeDigest: Digest;
  readonly snapshot: Snapshot;
  readonly cluster: ClusterAssessment;
  readonly phases: readonly PhaseResult[];
  readonly facts: Facts;
  /** Each of class `failed`; empty if everything is green. */
  readonly faults: readonly Fault[];
  readonly findings: readonly Finding[];
}

/**
 * Holds a cluster and the results of its tests against a recipe.
 *
 * @throws EvidenceError of class `invalid` if recipe or snapshot cannot be read
 */
export function validate(inputs: ValidationInputs): Validation {
  const { name, bytes } = inputs.recipe;
  const recipe = parseRecipe(decodeYaml(bytes, name), name);
  const digest = recipeDigest(bytes, name, 'v3');
  const snapshot = readSnapshot(inputs.snapshot);
  const cluster = assessCluster(recipe, snapshot, inputs.now);
  const phases = judgePhases(recipe.phases, inputs.results?.reports ?? new Map());
  const locate = placeIn(inputs.results);
  const unmet =
    inputs.results === undefined
      ? []
      : [...phaseFaults(phases, locate), ...vacuousFaults(phases, locate)];
  return {
    inputs,
    recipe,
    recipeDigest: digestOfHex(digest),
    snapshot,
    cluster,
    phases,
    facts: {
      recipe: { name: recipe.name, digest, apiVersion: recipe.apiVersion },
      fingerprint: cluster.fingerprint,
      match: cluster.match,
      constraints: cluster.constraints,
      phaseConstraints: phaseConstraintsOf(recipe),
      phases,
    },
    faults: [...cluster.matchFaults, ...cluster.constraintFaults, ...unmet],
    findings: [
      ...cluster.findings,
      ...(inputs.results?.findings ?? []),
      ...phaseFindings(phases, locate),
    ],
  };
}

/** What is wrong with a phase is told of the file that the user gave; no bundle is there yet. */
function placeIn(results: Results | undefined): LocatePhase {
  return (phase, test) => {
    const place = results?.places.get(phase);
    if (place === undefined) return '--results';
    return test === undefined ? place.file : (place.tests[test] ?? place.file);
  };
}

function readSnapshot({ name, bytes }: NamedDocument): Snapshot {
  return parseSnapshot(decodeYaml(bytes, name), name);
}

/** The validators' own: shown, not evaluated. */
export function phaseConstraintsOf(recipe: Recipe): NonNullable<Facts['phaseConstraints']> {
  return recipe.phases.flatMap(({ phase, constraints }) =>
    constraints.map(({ name, expression }) => ({ phase, name, expected: expression })),
  );
}
