// A directory of recipes read as far as it can be, and everything that is wrong with it.

import { compareBytes } from '../../compare-bytes.ts';
import { isDataMap, mapOf, textOf } from '../../document/data.ts';
import { faultOf, orIfRefused, type Fault, type Finding } from '../../errors/evidence-error.ts';
import { nearest } from '../../nearest.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import {
  apiVersionOf,
  fileName,
  findingsOfAll,
  isOverlay,
  layerPaths,
} from '../resolve/catalogue.ts';
import { ROOT, parseMixin, parseOverlay, readRecipeDocument } from '../resolve/overlay.ts';
import type { Layer, Overlay, ParsedLayer, RecipeDocument } from '../resolve/overlay.ts';
import { REGISTRY, ROOT_OVERLAY, requiredFile, type RecipeFiles } from '../resolve/recipe-files.ts';
import { parseRegistry, type RegistryEntry } from '../resolve/registry.ts';
import { rulesOf, type Rules } from '../resolve/rules.ts';
import { VALIDATORS, checksOf, parseValidators, type Checks } from './checks.ts';
import { doubtfulCriteria, unreachable } from './criteria-faults.ts';
import { layerFaults, type Around } from './layer-faults.ts';
import { readAll } from './read-all.ts';
import { duplicates, resolvedFaults, rootedOf } from './tree-faults.ts';

/** What is known of a directory of recipes. */
export interface LintedTree {
  readonly faults: readonly Fault[];
  readonly rules: Rules;
  readonly checks: Checks;
  readonly around: Around;
}

export function lintTree(recipes: RecipeFiles): LintedTree {
  const reader = new TreeReader(recipes);
  const { rules, root, overlays, mixins, registry } = reader;
  const layers = root === undefined ? overlays : [root, ...overlays];
  const checks = checksOf(rules, reader.validators());
  const around: Around = { recipes, registry, described: described([...layers, ...mixins]) };
  const known = { overlays: byName(layers), mixins: byName(mixins) };
  const rooted = rootedOf(known, reader.lost, reader.broken);
  const { overlays: sure } = rooted;
  // No arguments of one call: there may be more of them than a call takes.
  const faults = [
    ...reader.faults,
    ...reader.findings(),
    ...[...layers, ...mixins].flatMap((layer) => layerFaults(layer, rules, checks, around)),
    ...duplicates(layers),
    ...duplicates(mixins),
    ...rooted.faults,
    ...(reader.lost.size > 0
      ? []
      : [...unreachable(overlays, rules), ...doubtfulCriteria(overlays, rules)]),
    ...(root !== undefined && registry !== undefined && sure.has(ROOT)
      ? resolvedFaults({
          recipes,
          rules,
          root,
          registry,
          mixins: known.mixins,
          findings: [],
          overlays: sure,
        })
      : []),
  ];
  return { faults, rules, checks, around };
}

/** Reads what can be read, and keeps what is refused. */
class TreeReader {
  readonly faults: Fault[] = [];
  /** The overlays and mixins that cannot be read, by the names that they may have. */
  readonly lost = new Set<string>();
  /** Those that can be read in part. */
  readonly broken = new Set<string>();
  readonly rules: Rules;
  readonly root: Overlay | undefined;
  readonly overlays: readonly Overlay[];
  readonly mixins: readonly Layer[];
  readonly registry: ReadonlyMap<string, RegistryEntry> | undefined;
  readonly #recipes: RecipeFiles;
  readonly #parts: { readonly findings: readonly Finding[] }[] = [];

  constructor(recipes: RecipeFiles) {
    this.#recipes = recipes;
    const rootDocument = this.#document(ROOT_OVERLAY);
    const registryDocument = this.#document(REGISTRY);
    this.rules = this.#rulesOf(rootDocument ?? registryDocument);
    const { rules } = this;
    this.root =
      rootDocument && this.#layer(rootDocument, (each) => parseOverlay(each, rules, true));
    const paths = layerPaths(recipes, rules);
    this.overlays = paths.overlays.flatMap((path) => this.#overlay(path) ?? []);
    this.mixins = paths.mixins.flatMap((path) => {
      const document = this.#document(path);
      return (document && this.#layer(document, parseMixin)) ?? [];
    });
    const parsed = registryDocument && this.#attempt(() => parseRegistry(registryDocument, rules));
    if (parsed !== undefined) this.#parts.push(parsed);
    this.registry = parsed?.entries;
  }

  findings(): readonly Finding[] {
    return findingsOfAll(this.#parts);
  }

  /** The checks that the directory adds. */
  validators(): Checks {
    const document = this.#recipes.files.has(VALIDATORS) ? this.#document(VALIDATORS) : undefined;
    return (document && this.#attempt(() => parseValidators(document))) ?? new Map();
  }

  #attempt<T>(read: () => T): T | undefined {
    return orIfRefused(read, (error) => {
      this.faults.push(faultOf(error));
      return undefined;
    });
  }

  #document(path: string): RecipeDocument | undefined {
    const file = fileName(this.#recipes, path);
    const document = this.#attempt(() =>
      readRecipeDocument(requiredFile(this.#recipes, path), file),
    );
    if (document === undefined && !FIXED.has(path)) this.lost.add(stemOf(path));
    return document;
  }

  #rulesOf(document: RecipeDocument | undefined): Rules {
    if (document === undefined) return 'current';
    const at = `${document.file}#/apiVersion`;
    return this.#attempt(() => rulesOf(apiVersionOf(document), at)) ?? 'current';
  }

  #overlay(path: string): Overlay | undefined {
    const document = this.#document(path);
    if (document === undefined) return undefined;
    if (isOverlay(document)) {
      return this.#layer(document, (each) => parseOverlay(each, this.rules, false));
    }
    const meant = nearest(document.kind, KINDS);
    if (meant === undefined) return undefined;
    this.#lose(document);
    const hint =
      meant === document.kind
        ? "put it into the folder mixins of recipes of today's AICR"
        : `did you mean ${quote(meant)}?`;
    const found = `${quote(document.kind)}, which AICR leaves out`;
    const place = { code: 'KIND_UNEXPECTED', at: `${document.file}#/kind`, hint } as const;
    this.faults.push(faultAt(place, found, KINDS.join(' or ')));
    return undefined;
  }

  #layer<T extends Layer>(
    document: RecipeDocument,
    parse: (document: RecipeDocument) => ParsedLayer<T>,
  ): T | undefined {
    const { value, faults, removed } = readAll(document, parse);
    for (const each of faults) this.faults.push(each);
    if (value === undefined) {
      this.#lose(document);
      return undefined;
    }
    if (faults.length > 0) this.broken.add(value.layer.name);
    this.#parts.push({ findings: value.findings.filter(({ at = '' }) => !removed.has(at)) });
    return value.layer;
  }

  #lose({ data, file }: RecipeDocument): void {
    const metadata = isDataMap(data) ? mapOf(data, 'metadata') : undefined;
    this.lost.add(textOf(metadata, 'name')).add(stemOf(file));
    // Nothing has to be known of the root to find it.
    this.lost.delete(ROOT);
  }
}

/** Those that no overlay can mean by a name. */
const FIXED: ReadonlySet<string> = new Set([ROOT_OVERLAY, REGISTRY, VALIDATORS]);

const KINDS = ['RecipeMetadata', 'RecipeMixin'];

/** Files are called like what is in them. */
function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.yaml$/, '');
}

function described(layers: readonly Layer[]): ReadonlySet<string> {
  const parts = layers.flatMap(({ components }) => components);
  return new Set(
    parts.filter(({ value }) => textOf(value, 'source') !== '').map(({ name }) => name),
  );
}

/** Sorted, as the resolver has them. Of two with one name, the first. */
function byName<T extends Layer>(layers: readonly T[]): ReadonlyMap<string, T> {
  const sorted = layers.toSorted((a, b) => compareBytes(a.name, b.name));
  const first = sorted.filter(({ name }, index) => sorted[index - 1]?.name !== name);
  return new Map(first.map((layer) => [layer.name, layer]));
}
