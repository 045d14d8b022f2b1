// One document of recipes by itself: an overlay, a mixin, a registry, a list of validators or a resolved recipe.

import { isDataMap, mapOf } from '../../document/data.ts';
import { faultOf, orIfRefused, type Fault } from '../../errors/evidence-error.ts';
import { isOfKind, recognising } from '../../recognise.ts';
import { parseRecipe } from '../recipe/recipe.ts';
import { typeRecipe } from '../recipe/typed-recipe.ts';
import { apiVersionOf, isOverlay } from '../resolve/catalogue.ts';
import { parseMixin, parseOverlay, phasesOf, readRecipeDocument } from '../resolve/overlay.ts';
import type { Layer, ParsedLayer, RecipeDocument } from '../resolve/overlay.ts';
import { partsOf } from '../resolve/part.ts';
import { REGISTRY } from '../resolve/recipe-files.ts';
import { parseRegistry } from '../resolve/registry.ts';
import { rulesOf, type Rules } from '../resolve/rules.ts';
import { VALIDATORS, checksOf, parseValidators } from './checks.ts';
import { layerFaults, type Looked } from './layer-faults.ts';
import type { LintedTree } from './lint-tree.ts';
import { readAll } from './read-all.ts';

/** A file that was named by itself. */
export interface NamedFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** @param tree the recipes that it is for, if they are known */
export function lintFile(
  named: NamedFile,
  tree?: Pick<LintedTree, 'checks' | 'around'>,
): readonly Fault[] {
  return orIfRefused(
    () => lintDocument(named, readRecipeDocument(named.bytes, named.file), tree),
    (error) => [faultOf(error)],
  );
}

function lintDocument(
  named: NamedFile,
  document: RecipeDocument,
  tree: Pick<LintedTree, 'checks' | 'around'> | undefined,
): readonly Fault[] {
  const rules = orIfRefused(
    () => rulesOf(apiVersionOf(document), ''),
    () => 'current' as const,
  );
  const refusedBy = (read: (each: RecipeDocument) => unknown): readonly Fault[] =>
    readAll(document, read).faults;
  if (document.kind === 'ComponentRegistry') {
    return refusedBy((each) => parseRegistry(each, rules));
  }
  if (document.kind === 'ValidatorCatalog') return refusedBy(parseValidators);
  const wanted = isOfKind(named.bytes, 'recipe') ? 'recipe' : 'recipes';
  const { value, faults, removed } = readAll(document, (each) =>
    isPart(document)
      ? parseLayer(each, rules)
      : recognising(wanted, named, () => parseLayer(each, rules)),
  );
  if (value === undefined) return faults;
  const checks = tree?.checks ?? checksOf(rules, new Map());
  const findings = value.findings.filter(({ at = '' }) => !removed.has(at));
  return [...faults, ...findings, ...layerFaults(value.layer, rules, checks, tree?.around)];
}

/** Whether a file is an overlay or a mixin: by itself nobody knows what becomes of it. */
export function needsOthers({ bytes, file }: NamedFile): boolean {
  return orIfRefused(
    () => isPart(readRecipeDocument(bytes, file)),
    () => false,
  );
}

function isPart(document: RecipeDocument): boolean {
  return document.kind === 'RecipeMixin' || isOverlay(document);
}

/**
 * Reads an overlay, a mixin or a resolved recipe.
 *
 * @throws EvidenceError what `parseOverlay`, `parseMixin`, `parseRecipe` and `typeRecipe` throw
 */
export function parseLayer(document: RecipeDocument, rules: Rules): ParsedLayer<Looked & Layer> {
  if (document.kind === 'RecipeMixin') return parseMixin(document);
  return isOverlay(document) ? parseOverlay(document, rules, false) : parseResolved(document);
}

/** A resolved recipe has the parts of an overlay at its top. */
function parseResolved({ data, tree, file }: RecipeDocument): ParsedLayer<Looked & Layer> {
  const recipe = parseRecipe(data, file);
  const { value, findings } = typeRecipe(tree, file);
  const source = isDataMap(data) ? data : undefined;
  const layer = {
    ...{ name: '', file },
    constraints: partsOf(value, source, 'constraints', `${file}#`),
    components: partsOf(value, source, 'componentRefs', `${file}#`),
    phases: phasesOf(mapOf(value, 'validation') ?? new Map(), `${file}#/validation`),
  };
  const told = new Set(findings.map(({ at }) => at));
  const others = recipe.findings.filter(
    ({ code, at }) => code !== 'FIELD_IGNORED' || !told.has(at),
  );
  return { layer, findings: [...others, ...findings] };
}

/**
 * Where a file belongs in a directory of recipes; undefined for one that is no part of any.
 *
 * @param paths those that are there
 */
export function pathFor(named: NamedFile, paths: Iterable<string>): string | undefined {
  const { file, bytes } = named;
  const folder = orIfRefused(
    () => folderFor(readRecipeDocument(bytes, file)),
    () => OVERLAYS,
  );
  if (folder === undefined || !folder.endsWith('/')) return folder;
  const base = file.slice(file.lastIndexOf('/') + 1);
  const there = [...paths].find((path) => path.startsWith(folder) && path.endsWith(`/${base}`));
  return there ?? `${folder}${base.endsWith('.yaml') ? base : `${base}.yaml`}`;
}

const OVERLAYS = 'overlays/';

const PLACES: ReadonlyMap<string, string> = new Map([
  ['RecipeMixin', 'mixins/'],
  ['ComponentRegistry', REGISTRY],
  ['ValidatorCatalog', VALIDATORS],
]);

function folderFor(document: RecipeDocument): string | undefined {
  return isOverlay(document) ? OVERLAYS : PLACES.get(document.kind);
}
