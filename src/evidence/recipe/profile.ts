// The profile with which a recipe was resolved: one of the ways that its overlays offer. docs/format.md §10

import { createHash } from 'node:crypto';

import { compareBytes } from '../../compare-bytes.ts';
import { describe, isDataList, scalarText } from '../../document/data.ts';
import type { ObjectReader } from '../../document/object-reader.ts';
import type { Parsed } from '../../errors/evidence-error.ts';
import { AICR_V1BETA2 } from '../../media-types.ts';
import { quote } from '../../quote.ts';
import {
  EXTERNAL,
  OWN_NAME,
  PROFILE_LETTERS,
  PROFILE_VERSIONS,
  isOwnName,
  isProfileName,
} from './profile-name.ts';
import type { RecipeComponent } from './recipe-component.ts';

/** As AICR's predicate names it. */
export interface RecipeProfile {
  /** `name=value`. */
  readonly selection: string;
  /** `external` if something else than the recipe's own components offers the GPUs; else "". */
  readonly advertiser: string;
  /** SHA-256 in hexadecimal digits: which of AICR's policy descriptors the profile binds. */
  readonly policyDescriptorIdentity: string;
}

/** AICR's table of policy descriptors: the values that say who offers the GPUs, sorted by component and path. */
const DESCRIPTORS: ReadonlyMap<string, readonly string[]> = new Map([
  ['gpu-operator', ['devicePlugin.enabled']],
  ['gpu-operator-ocp', ['devicePlugin.enabled']],
  ['nvidia-dra-driver-gpu', ['gpuResourcesEnabledOverride', 'resources.gpus.enabled']],
  ['nvidia-dra-driver-gpu-ocp', ['gpuResourcesEnabledOverride', 'resources.gpus.enabled']],
]);

const HINT = 'resolve the recipe again with `aicr recipe`';

type OwnedPaths = ReadonlyMap<string, readonly string[]>;

/** What a profile adds to the name of its recipe. */
export function profileSuffix({ selection }: Pick<RecipeProfile, 'selection'>): string {
  return `-${selection.replace('=', '-').toLowerCase()}`;
}

/**
 * Reads `metadata.selectedProfile`. As in AICR, a recipe has one exactly if its apiVersion says so, or it
 * configures the accounting of Slurm instead.
 */
export function parseProfile(
  document: ObjectReader,
  apiVersion: string,
  components: readonly RecipeComponent[],
): Parsed<RecipeProfile | undefined> {
  const metadata = document.optionalObject('metadata');
  const selected = metadata?.optionalObject('selectedProfile');
  if (selected === undefined) {
    if (apiVersion === AICR_V1BETA2 && !configuresAccounting(document)) refuseWithout(document);
    return { value: undefined, findings: [] };
  }
  if (!PROFILE_VERSIONS.has(apiVersion)) {
    metadata?.refuse('selectedProfile', {
      code: 'FIELD_INVALID',
      found: `a profile in a recipe of ${apiVersion === '' ? 'no apiVersion' : quote(apiVersion)}`,
      expected: `apiVersion ${AICR_V1BETA2}, or no profile`,
      hint: HINT,
    });
  }
  requireOwnName(selected);
  const selection = `${identifierIn(selected, 'name')}=${identifierIn(selected, 'value')}`;
  const advertiser = advertiserIn(selected);
  const policyDescriptorIdentity = identityOf(advertiser, ownedPathsIn(selected), components);
  const value = { selection, advertiser, policyDescriptorIdentity };
  return { value, findings: selected.ignored([]) };
}

function requireOwnName(selected: ObjectReader): void {
  if (isOwnName(identifierIn(selected, 'name'))) return;
  selected.refuse('name', {
    code: 'FIELD_INVALID',
    expected: OWN_NAME,
    hint: 'name the profile otherwise: with this name the recipe could have the name of another one',
  });
}

function configuresAccounting(document: ObjectReader): boolean {
  const slurm = document.optionalObject('configuration')?.optionalObject('slurm');
  return (slurm?.optionalObject('accounting')?.optionalText('mode') ?? '') !== '';
}

function refuseWithout(document: ObjectReader): never {
  return document.refuse('metadata', {
    code: 'FIELD_INVALID',
    found: `no selectedProfile in a recipe of ${AICR_V1BETA2}`,
    expected: 'metadata.selectedProfile, or configuration.slurm.accounting with a mode',
    hint: HINT,
  });
}

function identifierIn(selected: ObjectReader, name: string): string {
  const text = selected.text(name);
  if (isProfileName(text)) return text;
  return selected.refuse(name, { code: 'FIELD_INVALID', expected: PROFILE_LETTERS, hint: HINT });
}

function advertiserIn(selected: ObjectReader): string {
  const text = selected.optionalText('advertiser') ?? '';
  if (text === '' || text === EXTERNAL) return text;
  const expected = `${EXTERNAL}, or nothing`;
  return selected.refuse('advertiser', { code: 'FIELD_INVALID', expected, hint: HINT });
}

function ownedPathsIn(selected: ObjectReader): OwnedPaths {
  const owned = selected.object('ownedPaths');
  return new Map(owned.names().map((component) => [component, pathsIn(owned, component)]));
}

/** Sorted, each once, and `enabled` among them, which stands for the component itself. */
function pathsIn(owned: ObjectReader, component: string): readonly string[] {
  const data = owned.data(component);
  const paths = isDataList(data) ? data.map((item) => scalarText(item) ?? '') : [];
  const isSorted = paths
    .slice(1)
    .every((path, index) => compareBytes(paths[index] ?? '', path) < 0);
  const isWhole = paths.every((path) => path !== '' && !/^\.|\.\.|\.$/.test(path));
  if (component !== '' && isSorted && isWhole && paths.includes('enabled')) return paths;
  return owned.refuse(component, {
    code: 'FIELD_INVALID',
    found: isDataList(data) ? paths.map((path) => quote(path, 60)).join(', ') : describe(data),
    expected: 'a sorted list of paths, each once and "enabled" among them, of a named component',
    hint: HINT,
  });
}

/**
 * The descriptors of the components that are deployed, if the profile says who offers the GPUs: it names
 * somebody else, or owns a value that says it.
 */
function identityOf(
  advertiser: string,
  owned: OwnedPaths,
  components: readonly RecipeComponent[],
): string {
  const descriptors = [...DESCRIPTORS];
  const isBound =
    advertiser === EXTERNAL ||
    descriptors.some(([name, paths]) =>
      paths.some((path) => owned.get(name)?.includes(path) === true),
    );
  const deployed = new Set(components.filter(({ enabled }) => enabled).map(({ name }) => name));
  const lines = descriptors
    .filter(([name]) => isBound && deployed.has(name))
    .flatMap(([name, paths]) => paths.map((path) => `${name}:${path}\n`));
  return createHash('sha256').update(lines.join('')).digest('hex');
}
