import { isDataMap, mapOf, textOf, type Data, type DataMap } from '../../document/data.ts';
import { acceptHeader } from '../../document/header.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { EvidenceError, orIfRefused, type Finding } from '../../errors/evidence-error.ts';
import { AICR_V1BETA1, AICR_V1BETA2 } from '../../media-types.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { decodeGo, type GoDocument } from '../aicr/go-decode.ts';
import type { GoStruct } from '../aicr/go-types.ts';
import type { YamlNode } from '../aicr/yaml-emitter.ts';
import type { Criteria } from '../recipe/criteria.ts';
import { PROFILE_VERSIONS } from '../recipe/profile-name.ts';
import { readTrees } from '../recipe/recipe.ts';
import { overlayCriteria } from './criteria.ts';
import { MIXIN, OVERLAY, OVERLAY_V011 } from './overlay-types.ts';
import { partsOf, textsOf, type Part } from './part.ts';
import { parseProfile, type Profile } from './profile.ts';
import type { Rules } from './rules.ts';

/** The name of the root overlay, whatever its file says. */
export const ROOT = 'base';

/** What an overlay or a mixin adds to a recipe. */
export interface Layer {
  readonly name: string;
  /** How complaints name it. */
  readonly file: string;
  readonly constraints: readonly Part[];
  readonly components: readonly Part[];
}

export interface Overlay extends Layer {
  /** The overlay that it inherits from; the root names itself. */
  readonly parent: string;
  /** What it is for; without, no query finds it, but others may inherit from it. */
  readonly criteria: Criteria | undefined;
  readonly mixins: readonly string[];
  /** Of `spec.validation`, by the name of the phase; undefined if there is no such block. */
  readonly phases: readonly Part[] | undefined;
  readonly profile: Profile | undefined;
}

/** A YAML file of recipes as it was read once. */
export interface RecipeDocument {
  readonly file: string;
  readonly data: Data;
  readonly tree: YamlNode;
  /** "" if it has none. */
  readonly kind: string;
}

/** Reads a file; throws what `decodeYaml` throws. */
export function readRecipeDocument(bytes: Uint8Array, file: string): RecipeDocument {
  const [data, tree] = readTrees(bytes, file);
  return { file, data, tree, kind: textOf(data, 'kind') };
}

export interface ParsedLayer<T extends Layer> {
  readonly layer: T;
  readonly findings: readonly Finding[];
}

/**
 * Reads an overlay.
 *
 * @param isRoot its name is `base`, whatever it says
 * @throws EvidenceError FIELD_INVALID, FIELD_MISSING, DOCUMENT_DUPLICATE_KEY; RULES_TOO_OLD for what v0.11
 *   does not know; KIND_UNEXPECTED and API_VERSION_UNKNOWN by the current rules
 */
export function parseOverlay(
  document: RecipeDocument,
  rules: Rules,
  isRoot: boolean,
): ParsedLayer<Overlay> {
  const header = rules === 'current' ? headerFindings(document, 'RecipeMetadata') : [];
  const { value, findings } = decodeOverlay(document, rules);
  const { file } = document;
  const spec = mapOf(value, 'spec');
  const validation = mapOf(spec, 'validation');
  const layer: Overlay = {
    ...layerOf(document, spec, isRoot ? ROOT : nameOf(value, file)),
    parent: textOf(spec, 'base') || ROOT,
    criteria: overlayCriteria(mapOf(spec, 'criteria'), rules, `${file}#/spec`),
    mixins: textsOf(spec, 'mixins'),
    phases: validation && phasesOf(validation, `${file}#/spec/validation`),
    profile: profileOfSpec(document, spec),
  };
  return { layer, findings: [...header, ...findings] };
}

/**
 * Reads a mixin, which may hold constraints and components alone.
 *
 * @throws EvidenceError as for an overlay, and FIELD_UNKNOWN
 */
export function parseMixin(document: RecipeDocument): ParsedLayer<Layer> {
  const header = headerFindings(document, 'RecipeMixin');
  const { value, findings } = decode(MIXIN, document, true);
  const layer = layerOf(document, mapOf(value, 'spec'), nameOf(value, document.file));
  return { layer, findings: [...header, ...findings] };
}

function headerFindings(
  { data, file }: RecipeDocument,
  kind: 'RecipeMetadata' | 'RecipeMixin',
): readonly Finding[] {
  return acceptHeader(new ObjectReader(data, file), kind).findings;
}

/** What v0.11 does not know, it would leave out without a word. */
function decodeOverlay(document: RecipeDocument, rules: Rules): GoDocument {
  if (rules === 'current') {
    const { data } = document;
    // As AICR does: a misspelt key of a profile must not vanish.
    const isStrict = PROFILE_VERSIONS.has(textOf(data, 'apiVersion'));
    return decode(OVERLAY, document, isStrict);
  }
  return orIfRefused(
    () => decode(OVERLAY_V011, document, true),
    (error) => {
      if (error.code !== 'FIELD_UNKNOWN') throw error;
      const hint =
        'correct the name of the field, or resolve by the rules of a newer AICR: --rules current';
      const expected = 'a field that AICR v0.11 knows there';
      refuse({ code: 'RULES_TOO_OLD', at: error.at, hint }, error.found, expected, error);
    },
  );
}

function decode(type: GoStruct, { tree, file }: RecipeDocument, isStrict: boolean): GoDocument {
  return decodeGo(type, tree, { file, isStrict });
}

/** An overlay with a profile has an apiVersion of its own, and no other has it. */
function profileOfSpec(document: RecipeDocument, spec: DataMap | undefined): Profile | undefined {
  const { file, data } = document;
  const profile = mapOf(spec, 'profile');
  const apiVersion = textOf(data, 'apiVersion');
  if ((profile !== undefined) !== PROFILE_VERSIONS.has(apiVersion)) {
    throw new EvidenceError('PROFILE_INVALID', {
      at: `${file}#/apiVersion`,
      found: `${quote(apiVersion)} ${profile === undefined ? 'without' : 'with'} a profile`,
      expected: `${AICR_V1BETA2} with a profile, ${AICR_V1BETA1} without`,
      hint: 'correct the apiVersion, or the name of the field spec.profile',
    });
  }
  const source = mapOf(mapOf(data, 'spec'), 'profile');
  return profile && parseProfile(profile, source, `${file}#/spec/profile`);
}

function layerOf({ file, data }: RecipeDocument, spec: DataMap | undefined, name: string): Layer {
  const source = mapOf(data, 'spec');
  const at = `${file}#/spec`;
  return {
    name,
    file,
    constraints: partsOf(spec, source, 'constraints', at),
    components: partsOf(spec, source, 'componentRefs', at),
  };
}

function nameOf(document: DataMap, file: string): string {
  const name = textOf(mapOf(document, 'metadata'), 'name');
  if (name !== '') return name;
  const hint = 'name it; the file is usually called like it';
  const expected = 'the name by which other files mean this one';
  refuse({ code: 'FIELD_MISSING', at: `${file}#/metadata/name`, hint }, 'no name', expected);
}

/** @param at the place of the map */
export function phasesOf(validation: DataMap, at: string): readonly Part[] {
  return [...validation].flatMap(([name, value]) =>
    isDataMap(value) ? [{ name, value, at: `${at}/${name}` }] : [],
  );
}
