import { VERDICT_EXIT_CODES } from '../../attestation/verdict.ts';
import { parseBom, summaryOf } from '../../bom/bom.ts';
import { digestOf, type Digest } from '../../digest.ts';
import { ERROR_CATALOGUE } from '../../errors/catalogue.ts';
import { EvidenceError, faultOf, findingsOf, orIfRefused } from '../../errors/evidence-error.ts';
import type { Fault, Finding } from '../../errors/evidence-error.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import { recognising } from '../../recognise.ts';
import { AFFIDAVIT, type Tool } from '../../tool.ts';
import type { Results } from '../phase/ctrf.ts';
import type { LocatePhase } from '../phase/phase-faults.ts';
import type { PhaseResult } from '../phase/phase.ts';
import { recipeDifferences, shownValue } from '../recipe/compare-recipes.ts';
import type { NamedFile } from '../recipe/recipe-component.ts';
import { readTypedRecipe, type ReadRecipe, type TypedRecipe } from '../recipe/recipe.ts';
import type { OwnRecipes } from '../resolve/own-recipe.ts';
import { readSnapshot, type Snapshot } from '../snapshot/snapshot.ts';
import type { Claims } from './claimed.ts';
import type { ValidationReport } from './facts.ts';
import { judge, type ClusterAssessment, type ListedBom, type Parts } from './judge.ts';
import { outcomeOf } from './outcome.ts';

/** A document and its name, which errors use. */
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
  /** A bill of materials of the caller's own, CycloneDX as JSON; undefined: one is made when it is packed. */
  readonly bom?: NamedDocument | undefined;
  /** The recipes that the recipe was resolved in. What it only names there is bound. */
  readonly recipes?: OwnRecipes | undefined;
  /** How far apart snapshot and phases may be, in milliseconds; by default 24 hours. */
  readonly maxRunSpan?: number | undefined;
  /** Who validates, as reports and evidence name it. By default this library. */
  readonly tool?: Tool | undefined;
}

/**
 * What a recipe demands, what a cluster is, and what was run on it. It is a report, and evidence is made
 * of it.
 */
export interface Validation extends ValidationReport, Pick<ReadRecipe, 'recipe' | 'canonical'> {
  readonly inputs: ValidationInputs;
  readonly recipeDigest: ReadRecipe['digest'];
  readonly snapshot: Snapshot;
  /** Of its bytes, as they were read. */
  readonly snapshotDigest: Digest;
  readonly cluster: ClusterAssessment;
  readonly phases: readonly PhaseResult[];
  /** What is found where it is compared with the recipes. */
  readonly recipeFindings: readonly Finding[];
  /** What the recipe only names; undefined without the recipes. */
  readonly files: readonly NamedFile[] | undefined;
}

/**
 * Compares a cluster and the results of its tests with a recipe.
 *
 * @throws EvidenceError what `decodeYaml`, `parseRecipe`, `parseSnapshot` and `parseBom` throw, with recipes what `resolve`
 *   throws, RECIPE_FILE_MISSING, and RUN_CLUSTERS_DIFFER,
 *   RUN_SERVERS_DIFFER, RUN_AFTER_EVIDENCE (invalid): no evidence could be made of these together
 */
export function validate(inputs: ValidationInputs): Validation {
  const { results } = inputs;
  const read = readTypedRecipe(inputs.recipe.bytes, inputs.recipe.name);
  const { recipe, digest: recipeDigest, canonical } = read;
  const { name, bytes } = inputs.snapshot;
  const snapshot = readSnapshot(bytes, name);
  const snapshotDigest = digestOf(bytes);
  const reports = results?.reports ?? new Map<never, never>();
  const judged = judgeInputs(inputs, { recipe: read, snapshot, reports });
  requirePossible(judged.faults);
  const recipeFindings = otherRecipes(read, inputs.recipes);
  return {
    ...{ inputs, recipe, recipeDigest, canonical, snapshot, snapshotDigest, recipeFindings },
    ...judged,
    findings: [...judged.findings, ...recipeFindings],
    tool: inputs.tool ?? AFFIDAVIT,
    exitCode: VERDICT_EXIT_CODES[outcomeOf(judged.faults)],
    files: inputs.recipes?.filesOf(read),
  };
}

/** What a report shows. */
export type ShownInputs = Pick<ValidationReport, 'facts' | 'faults' | 'findings'>;

type JudgedInputs = ShownInputs & Pick<Validation, 'cluster' | 'phases'>;

/** Judges what was read of the inputs, or what is packed of them: places are those of the inputs. */
export function judgeInputs(
  { results, bom, now, maxRunSpan }: ValidationInputs,
  { reports, ...parts }: Pick<Parts, 'recipe' | 'snapshot'> & Pick<Results, 'reports'>,
  claims?: Claims,
): JudgedInputs {
  const { facts, findings, cluster, phases, run } = judge(
    {
      ...parts,
      results: { reports, findings: results?.findings ?? [], isWhole: true },
      bom: bom && listedBom(bom),
    },
    { now, maxRunSpan, locate: locateIn(results), claims },
  );
  if (cluster === undefined || phases === undefined || run === undefined) {
    throw new TypeError('nothing was judged');
  }
  const faults = [
    ...cluster.matchFaults,
    ...cluster.constraintFaults,
    ...(results === undefined ? [] : phases.faults),
    ...run.faults,
  ];
  return { facts, faults, findings, cluster, phases: phases.results };
}

/** What the recipes have otherwise than the recipe. */
function otherRecipes(read: TypedRecipe, recipes: OwnRecipes | undefined): readonly Finding[] {
  if (recipes === undefined) return [];
  const hint = 'resolve the recipe again, or name the recipes that it was resolved in';
  const own = orIfRefused(() => recipes.resolveLike(read.recipe), notTheirs);
  if (own instanceof EvidenceError) return [{ ...faultOf(own), code: 'RECIPE_DATA_OTHER', hint }];
  const others = findingsOf(
    recipeDifferences(read.data, own.recipe.data),
    ({ field, pointer, one, other }) =>
      faultAt(
        { code: 'RECIPE_DATA_OTHER', at: `${read.recipe.file}#${pointer}`, hint },
        `${quote(field)}: ${shownValue(one)}`,
        `${shownValue(other)}, as ${own.recipe.recipe.file} gives it`,
      ),
  );
  return [...others, ...own.findings];
}

/** What the recipe asks for and the recipes do not have: all else is wrong with the recipes, and thrown. */
function notTheirs(error: EvidenceError): EvidenceError {
  if (error.code !== 'RECIPE_OTHER') throw error;
  return error;
}

function listedBom({ name, bytes }: NamedDocument): ListedBom {
  const bom = recognising('bom', { file: name, bytes }, () => parseBom(bytes, name));
  return { bom, summary: summaryOf(bom, digestOf(bytes)) };
}

function requirePossible(faults: readonly Fault[]): void {
  const fault = faults.find(({ code }) => ERROR_CATALOGUE[code][0] === 'invalid');
  if (fault !== undefined) throw new EvidenceError(fault.code, fault);
}

/** Faults of a phase name the file that the user gave: there is no bundle yet. */
function locateIn(results: Results | undefined): LocatePhase {
  return (phase, test) => {
    const place = results?.places.get(phase);
    if (place === undefined) return '--results';
    return test === undefined ? place.file : (place.tests[test] ?? place.file);
  };
}
