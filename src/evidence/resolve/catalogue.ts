// A directory of AICR's recipes, read once: the root overlay, the others, the mixins and the registry.

import { compareBytes } from '../../compare-bytes.ts';
import { mapOf, textOf } from '../../document/data.ts';
import { EvidenceError, type Finding } from '../../errors/evidence-error.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { parseMixin, parseOverlay, readRecipeDocument } from './overlay.ts';
import type { Layer, Overlay, ParsedLayer, RecipeDocument } from './overlay.ts';
import { ParsedOnce } from './parsed-once.ts';
import { REGISTRY, ROOT_OVERLAY, requiredFile, type RecipeFiles } from './recipe-files.ts';
import { parseRegistry, type Registry, type RegistryEntry } from './registry.ts';
import { rulesOf, type Rules } from './rules.ts';

export interface Catalogue {
  readonly recipes: RecipeFiles;
  readonly rules: Rules;
  readonly root: Overlay;
  /** By name, without the root; sorted by name, so that the order of files does not matter. */
  readonly overlays: ReadonlyMap<string, Overlay>;
  readonly mixins: ReadonlyMap<string, Layer>;
  readonly registry: ReadonlyMap<string, RegistryEntry>;
  readonly findings: readonly Finding[];
}

/** How complaints name a file of the directory. */
export function fileName({ directory }: RecipeFiles, path: string): string {
  return `${directory}/${path}`;
}

/**
 * Reads the recipes of a directory.
 *
 * @param rules by which they are resolved; by default those of the AICR that they are for
 * @throws EvidenceError RECIPES_INCOMPLETE, OVERLAY_DUPLICATE, RULES_TOO_OLD, API_VERSION_UNKNOWN,
 *   KIND_UNEXPECTED, FIELD_MISSING, FIELD_INVALID, FIELD_UNKNOWN, and what `decodeYaml` throws
 */
export function parseCatalogue(recipes: RecipeFiles, rules?: Rules): Catalogue {
  const rootFile = fileName(recipes, ROOT_OVERLAY);
  const rootBytes = requiredFile(recipes, ROOT_OVERLAY);
  const rootDocument = readRecipeDocument(rootBytes, rootFile);
  const chosen = rules ?? rulesOf(apiVersionOf(rootDocument), `${rootFile}#/apiVersion`);
  const root = ROOTS.of(rootBytes, `${chosen} ${rootFile}`, () =>
    parseOverlay(rootDocument, chosen, true),
  );
  const paths = layerPaths(recipes, chosen);
  refuseSecondRoot(recipes);
  const read = readerOf(recipes, chosen);
  const mixins = paths.mixins.map((path) => read(path, MIXINS, parseMixin));
  const overlays = paths.overlays.flatMap((path) => read(path, OVERLAYS, overlayIn(chosen)) ?? []);
  const registry = read(REGISTRY, REGISTRIES, (document) => parseRegistry(document, chosen));
  return {
    recipes,
    rules: chosen,
    root: root.layer,
    overlays: byName([root, ...overlays]),
    mixins: byName(mixins),
    registry: registry.entries,
    findings: findingsOfAll([root, ...overlays, ...mixins, registry]),
  };
}

const ANY_ROOT = /(?:^|\/)overlays\/(?:.*\/)?base\.yaml$/;

/** AICR takes each base.yaml in a folder of overlays for the root, and the last one wins. Throws OVERLAY_DUPLICATE. */
function refuseSecondRoot(recipes: RecipeFiles): void {
  const second = [...recipes.files.keys()].find(
    (path) => path !== ROOT_OVERLAY && ANY_ROOT.test(path),
  );
  if (second === undefined) return;
  refuse(
    { code: 'OVERLAY_DUPLICATE', at: fileName(recipes, second), hint: 'rename this file' },
    `a second root: ${fileName(recipes, ROOT_OVERLAY)} is one`,
    'one base.yaml in overlays and the folders in it: AICR takes the last for the root',
  );
}

export function apiVersionOf({ data }: RecipeDocument): string {
  return textOf(data, 'apiVersion');
}

/** What no overlay is in, and what AICR reads otherwise. */
const NO_LAYER = /checks\/|components\/|(?:^|\/)(?:registry|data-v1)\.yaml$/;

/** What files became. Those of a root are apart: the same bytes elsewhere are another overlay. */
const ROOTS = new ParsedOnce<ParsedLayer<Overlay>>();
const OVERLAYS = new ParsedOnce<ParsedLayer<Overlay> | undefined>();
const MIXINS = new ParsedOnce<ParsedLayer<Layer>>();
const REGISTRIES = new ParsedOnce<Registry>();

type ReadFile = <T>(
  path: string,
  known: ParsedOnce<T>,
  parse: (document: RecipeDocument) => T,
) => T;

function readerOf(recipes: RecipeFiles, rules: Rules): ReadFile {
  return (path, known, parse) => {
    const file = fileName(recipes, path);
    const bytes = requiredFile(recipes, path);
    return known.of(bytes, `${rules} ${file}`, () => parse(readRecipeDocument(bytes, file)));
  };
}

/** Documents of other kinds lie beside the overlays. */
function overlayIn(rules: Rules) {
  return (document: RecipeDocument): ParsedLayer<Overlay> | undefined =>
    isOverlay(document) ? parseOverlay(document, rules, false) : undefined;
}

/** Where overlays, without the root, and mixins may be. */
export function layerPaths(
  { files }: RecipeFiles,
  rules: Rules,
): Readonly<Record<'overlays' | 'mixins', readonly string[]>> {
  const paths = [...files.keys()].filter(
    (path) => path.endsWith('.yaml') && path !== ROOT_OVERLAY && !NO_LAYER.test(path),
  );
  const isMixin = (path: string): boolean => rules === 'current' && path.startsWith('mixins/');
  const { mixins = [], overlays = [] } = Object.groupBy(paths.toSorted(), (path) =>
    isMixin(path) ? 'mixins' : 'overlays',
  );
  return { mixins, overlays };
}

export function isOverlay({ kind, data }: RecipeDocument): boolean {
  return kind === 'RecipeMetadata' || (kind === '' && hasSpec(data));
}

/** AICR takes a document without kind for an overlay. */
function hasSpec(data: RecipeDocument['data']): boolean {
  return mapOf(data, 'spec') !== undefined;
}

/** Sorted by the bytes of the name. Throws OVERLAY_DUPLICATE. */
function byName<T extends Layer>(parsed: readonly ParsedLayer<T>[]): ReadonlyMap<string, T> {
  const layers = parsed.map(({ layer }) => layer);
  const sorted = layers.toSorted((a, b) => compareBytes(a.name, b.name));
  for (const [index, layer] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before?.name === layer.name) refuseDuplicate(layer, before);
  }
  return new Map(sorted.map((layer) => [layer.name, layer]));
}

/** Throws OVERLAY_DUPLICATE. */
export function refuseDuplicate({ name, file }: Layer, other: Layer): never {
  throw new EvidenceError('OVERLAY_DUPLICATE', {
    at: `${file}#/metadata/name`,
    found: `${quote(name)}, which ${other.file} is called too`,
    expected: 'a name of its own for each file',
    hint: 'rename one of them',
  });
}

/** If one file has a retired apiVersion, so have the others, and it is said once. */
export function findingsOfAll(
  parts: readonly { readonly findings: readonly Finding[] }[],
): readonly Finding[] {
  const all = parts.flatMap(({ findings }) => findings);
  const retired = all.find(({ code }) => code === 'API_VERSION_OUTDATED');
  const others = all.filter(({ code }) => code !== 'API_VERSION_OUTDATED');
  const hint =
    "run affidavit recipe migrate FILE --output NEW for each file of the recipes: today's AICR does not read them as they are";
  return retired === undefined ? others : [{ ...retired, hint }, ...others];
}
