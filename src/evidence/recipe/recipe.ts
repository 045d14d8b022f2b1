import { digestOf, type Digest } from '../../digest.ts';
import type { Data } from '../../document/data.ts';
import { acceptHeader, versionDoubts, type AcceptedHeader } from '../../document/header.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { pairOf } from '../../document/yaml-pair.ts';
import { readYaml } from '../../document/yaml-reader.ts';
import { DATA_BUILDER } from '../../document/yaml.ts';
import { parsedList, type Finding } from '../../errors/evidence-error.ts';
import { MAX_CONSTRAINTS, MAX_RECIPE_VALUES } from '../../limits.ts';
import { AICR_V011 } from '../../media-types.ts';
import { refusedAs, refuse } from '../../place.ts';
import { recognising } from '../../recognise.ts';
import {
  CANONICAL_BUILDER,
  canonicalText,
  decodeRecipe,
  type CanonicalRules,
} from '../aicr/canonical-yaml.ts';
import type { YamlNode } from '../aicr/yaml-emitter.ts';
import { parseCriteria, recipeNameOf, type Criteria } from './criteria.ts';
import { normalFormDoubts } from './normal-form.ts';
import { withTypes } from './prepare-components.ts';
import { parseProfile, profileSuffix, type RecipeProfile } from './profile.ts';
import { parseComponent, type RecipeComponent } from './recipe-component.ts';
import { parseConstraint, parseValidation } from './recipe-validation.ts';
import type { RecipeConstraint, RecipePhase } from './recipe-validation.ts';
import { textOfTyped, typeRecipe } from './typed-recipe.ts';

/** The grammar of names and expressions: that of AICR up to v0.11, or the one since. */
export type ConstraintDialect = 'v0.11' | 'current';

/** A resolved recipe: what a cluster must be, and what must be tested on it. */
export interface Recipe extends AcceptedHeader {
  /** As it was named to `parseRecipe`; the start of every `at`. */
  readonly file: string;
  readonly dialect: ConstraintDialect;
  /** AICR's name, e.g. `h100-eks-ubuntu-training`, with the profile behind it. */
  readonly name: string;
  readonly criteria: Criteria;
  /** Undefined if it was resolved without one. */
  readonly profile: RecipeProfile | undefined;
  /** The recipe's own, then those of `validation.readiness`: evaluated on the snapshot. */
  readonly constraints: readonly RecipeConstraint[];
  /** The required phases, in order. */
  readonly phases: readonly RecipePhase[];
  /** In the recipe's order, disabled ones included. */
  readonly components: readonly RecipeComponent[];
}

/** A recipe, and what AICR hashes of it, after one reading of the text. */
export interface ReadRecipe {
  readonly recipe: Recipe;
  /** The document as it was read: every field, also those that nobody knows here. */
  readonly data: Data;
  /** Of the canonical text: AICR's `recipe.digest`. */
  readonly digest: Digest;
  /** AICR's canonical text. */
  readonly canonical: (rules: CanonicalRules) => string;
}

/** A recipe, and exactly what was read. */
export interface RecipeOfBytes extends ReadRecipe {
  readonly bytes: Uint8Array;
}

/**
 * Reads a resolved recipe, YAML.
 *
 * @param file how complaints name it
 * @param rules of the digest
 * @throws EvidenceError what `decodeYaml`, `parseRecipe` and `canonicalRecipe` throw
 */
export function readRecipe(
  bytes: Uint8Array,
  file: string,
  rules: CanonicalRules = 'v3',
): ReadRecipe {
  return recognising('recipe', { file, bytes }, () => {
    const source = decodeRecipe(bytes, file);
    const [data, tree] = readYaml(source, file, RECIPE_BUILDER, MAX_RECIPE_VALUES);
    const recipe = parseRecipe(data, file);
    const made = new Map<CanonicalRules, string>();
    const canonical = (by: CanonicalRules): string => {
      const text = made.get(by) ?? canonicalText(tree, file, by, source);
      made.set(by, text);
      return text;
    };
    return { recipe, data, digest: digestOf(canonical(rules)), canonical };
  });
}

/** A recipe as evidence of it has it. */
export interface TypedRecipe extends ReadRecipe {
  /** The document as it was read. */
  readonly source: Data;
}

/**
 * Reads a resolved recipe as AICR does: into its types, and what it writes of them. That is what evidence of the recipe
 * has, so it is what is judged.
 *
 * @param file how complaints name it
 * @param alike a recipe that is not read again, if AICR writes the same bytes of this one
 * @throws EvidenceError what `readRecipe` and `typeRecipe` throw
 */
export function readTypedRecipe(
  bytes: Uint8Array,
  file: string,
  alike?: RecipeOfBytes,
): TypedRecipe {
  return recognising('recipe', { file, bytes }, () => {
    const [source, tree] = readTrees(bytes, file);
    // What no recipe can be is refused in the words of the document.
    parseRecipe(source, file);
    const { value, findings } = typeRecipe(tree, file);
    const written = Buffer.from(textOfTyped(withTypes(value), file, 'legacy'));
    const isAlike = alike !== undefined && Buffer.compare(alike.bytes, written) === 0;
    const read = isAlike ? readAs(alike, file) : readRecipe(written, file);
    const recipe = { ...read.recipe, findings: [...read.recipe.findings, ...findings] };
    return { ...read, recipe, source };
  });
}

/** The same recipe under another name. */
function readAs({ data, canonical }: ReadRecipe, file: string): ReadRecipe {
  return { recipe: parseRecipe(data, file), data, digest: digestOf(canonical('v3')), canonical };
}

/**
 * Reads a verifier's own recipe, to compare that of the evidence with. Nothing was said about the evidence
 * if it cannot be read.
 *
 * @param file how complaints name it
 * @throws EvidenceError RECIPE_FILE_INVALID (unjudged)
 */
export function parseOwnRecipe(bytes: Uint8Array, file: string): TypedRecipe {
  return refusedAs('RECIPE_FILE_INVALID', () => readTypedRecipe(bytes, file));
}

const RECIPE_BUILDER = pairOf(DATA_BUILDER, CANONICAL_BUILDER);

/** A recipe as data and as AICR's tree, after one reading. Throws what `decodeYaml` throws. */
export function readTrees(bytes: Uint8Array, file: string): readonly [Data, YamlNode] {
  return readYaml(decodeRecipe(bytes, file), file, RECIPE_BUILDER, MAX_RECIPE_VALUES);
}

/**
 * Reads a resolved recipe.
 *
 * @param file how complaints name it
 * @throws EvidenceError KIND_UNEXPECTED, API_VERSION_UNKNOWN, RECIPE_OVERLAY_UNSUPPORTED, FIELD_MISSING,
 *   FIELD_INVALID, LIMIT_EXCEEDED (constraints), and DOCUMENT_DUPLICATE_KEY (keys of JSON that differ in
 *   case alone), all invalid
 */
export function parseRecipe(data: Data, file: string): Recipe {
  const document = new ObjectReader(data, file);
  requireNoOverlay(document);
  const header = acceptHeader(document, 'RecipeResult');
  requireRecipe(document);
  const metadata = parseMetadata(document);
  const criteria = parseCriteria(document);
  const own = parsedList(document.optionalList('constraints', parseConstraint));
  const validation = parseValidation(document);
  const constraints = [...own.value, ...validation.value.readiness];
  requireFewConstraints(constraints.length, document);
  const components = parsedList(document.optionalList('componentRefs', parseComponent));
  const profile = parseProfile(document, header.apiVersion, components.value);
  return {
    file,
    ...header,
    dialect: header.apiVersion === AICR_V011 ? 'v0.11' : 'current',
    name: `${recipeNameOf(criteria.value)}${profile.value === undefined ? '' : profileSuffix(profile.value)}`,
    criteria: criteria.value,
    profile: profile.value,
    constraints,
    phases: validation.value.phases,
    components: components.value,
    findings: [
      ...header.findings,
      ...metadata,
      ...[profile, criteria, own, validation, components].flatMap(({ findings }) => findings),
      ...document.ignored(['configuration', 'deploymentOrder']),
      ...normalFormDoubts(data, file),
    ],
  };
}

function requireNoOverlay(document: ObjectReader): void {
  requireNoChart(document);
  if (document.optionalText('kind') !== 'RecipeMetadata') return;
  document.refuse('kind', {
    code: 'RECIPE_OVERLAY_UNSUPPORTED',
    expected: 'RecipeResult, which `aicr recipe` writes',
    hint: 'resolve the overlay with `aicr recipe` or `affidavit recipe resolve` for its criteria, and pass what that writes',
  });
}

/** A Chart.yaml: it has no kind, and its apiVersion is Helm's. */
function requireNoChart(document: ObjectReader): void {
  const isChart = ['apiVersion', 'name', 'version'].every((name) => document.has(name));
  if (!isChart || document.has('kind')) return;
  document.refuse('apiVersion', {
    code: 'RECIPE_IS_CHART',
    found: 'a Helm chart',
    expected: 'a resolved recipe (RecipeResult)',
    hint: 'pass what `aicr recipe` or `affidavit recipe resolve` writes: a recipe names charts, and is none',
  });
}

/** Without a kind, any map would look like a recipe that demands nothing. */
function requireRecipe(document: ObjectReader): void {
  const fields = ['kind', 'componentRefs', 'criteria'];
  if (fields.some((name) => document.has(name))) return;
  const hint = 'pass what `aicr recipe` writes';
  const place = { code: 'FIELD_MISSING', at: document.at, hint } as const;
  refuse(place, 'neither kind nor componentRefs nor criteria', 'a resolved recipe (RecipeResult)');
}

/** The recipe's metadata differs from others: it has a tool version and no timestamp. */
function parseMetadata(document: ObjectReader): readonly Finding[] {
  const metadata = document.optionalObject('metadata');
  if (metadata === undefined) return [];
  return versionDoubts(metadata.optionalText('version'), metadata.pointer('version'));
}

function requireFewConstraints(count: number, document: ObjectReader): void {
  if (count <= MAX_CONSTRAINTS) return;
  document.refuse('constraints', {
    code: 'LIMIT_EXCEEDED',
    found: `${count} constraints`,
    expected: `at most ${MAX_CONSTRAINTS}`,
    hint: 'combine the constraints that name the same value',
  });
}
