// What a minimal bundle keeps of a snapshot. docs/format.md, section "Redaction".

import { compareBytes } from '../../compare-bytes.ts';
import { isUnevaluable } from '../constraint/decision.ts';
import { isVirtual } from '../constraint/evaluate.ts';
import { labelsOfDemand } from '../constraint/gpu-nodes.ts';
import { parsePath, type ConstraintPath } from '../constraint/path.ts';
import type { ConstraintDialect, Recipe } from '../recipe/recipe.ts';
import { PRODUCT_LABEL } from '../snapshot/fingerprint.ts';
import { REPORT_KEEPS } from './redact-report.ts';

/** The name of our policy in `predicate.redaction`, beside `minimal`. */
export const POLICY_VERSION = 'affidavit-1';

/** Its rules, as `predicate.redaction.applied` names them. */
export const POLICY_RULES = [
  'bom.images.snapshot.basename',
  'ctrf.allowlist',
  'ctrf.clusterUid.hashed',
  'logs.beside',
  'nodes.renamed',
  'snapshot.allowlist',
] as const;

/** AICR's allow-list, the same from its version 1 to 4: what of each subtype may be published. */
const AICR_KEEPS: ReadonlyMap<string, readonly string[]> = new Map([
  ['K8s.server', ['version', 'platform', 'goVersion']],
  [
    'K8s.node',
    [
      ...['provider', 'kubelet-version', 'kernel-version', 'operating-system', 'os-image'],
      ...['container-runtime-name', 'container-runtime-version'],
    ],
  ],
  ['GPU.hardware', ['gpu-present', 'gpu-count', 'driver-loaded', 'detection-source', 'model']],
  [
    'OS.release',
    ['ID', 'ID_LIKE', 'NAME', 'PRETTY_NAME', 'VERSION', 'VERSION_ID', 'VERSION_CODENAME'],
  ],
  ['NodeTopology.summary', ['node-count', 'taint-count', 'label-count']],
]);

/** The types of measurements whose values are known to be one or the other. */
export const KNOWN_TYPES: ReadonlySet<string> = new Set([
  ...['K8s', 'GPU', 'OS', 'SystemD', 'NodeTopology', 'NetworkTopology'],
]);

export const LABEL_SUBTYPE = 'NodeTopology.label';
export const IMAGE_SUBTYPE = 'K8s.image';

/** What is kept of a snapshot. */
export interface SnapshotKeep {
  /** By `Type.subtype`, the keys of its data. */
  readonly keys: ReadonlyMap<string, ReadonlySet<string>>;
  /** By `Type.subtype`, what is read of its items. */
  readonly items: ReadonlyMap<string, readonly SelectedPath[]>;
  /** The labels whose values and nodes are read. */
  readonly labels: ReadonlySet<string>;
  /** In which the lines of figures are read. */
  readonly dialect: ConstraintDialect;
  /** What of this AICR does not keep: the recipe reads it. Sorted. */
  readonly named: readonly string[];
}

/** What AICR's own policy keeps. */
export const AICR_KEEP: SnapshotKeep = {
  keys: keysOf(AICR_KEEPS),
  items: new Map(),
  labels: new Set(),
  dialect: 'current',
  named: [],
};

export type SelectedPath = ConstraintPath & Required<Pick<ConstraintPath, 'selector'>>;

/** What evidence of this recipe keeps: it can be judged as if nothing were withheld. */
export function snapshotKeep(
  recipe: Pick<Recipe, 'constraints' | 'criteria' | 'dialect'>,
): SnapshotKeep {
  const keys = keysOf(AICR_KEEPS);
  const items = new Map<string, SelectedPath[]>();
  const labels = new Set(labelsIn(recipe));
  const named = new Set([...labels].map((label) => `${LABEL_SUBTYPE}.${label}`));
  for (const { name } of recipe.constraints) {
    const path = isVirtual(name, recipe) ? undefined : parsePath(name, recipe.dialect);
    if (path === undefined || isUnevaluable(path)) continue;
    const subtype = `${path.type}.${path.subtype}`;
    if (path.selector !== undefined) {
      const paths = items.get(subtype) ?? [];
      paths.push({ ...path, selector: path.selector });
      items.set(subtype, paths);
      named.add(name);
      continue;
    }
    if (keys.get(subtype)?.has(path.key) !== true) named.add(name);
    keys.set(subtype, (keys.get(subtype) ?? new Set<string>()).add(path.key));
  }
  const { dialect } = recipe;
  return { keys, items, labels, dialect, named: [...named].toSorted(compareBytes) };
}

/** What is kept beyond AICR's allow-list, of the snapshot and of every report. */
export function keptPaths({ named }: Pick<SnapshotKeep, 'named'>): readonly string[] {
  return [...named, ...REPORT_KEEPS].toSorted(compareBytes);
}

function keysOf(lists: ReadonlyMap<string, readonly string[]>): Map<string, Set<string>> {
  return new Map([...lists].map(([name, list]) => [name, new Set(list)]));
}

function labelsIn(recipe: Pick<Recipe, 'constraints' | 'criteria' | 'dialect'>): readonly string[] {
  const { constraints, criteria } = recipe;
  const demands = constraints.filter(({ name }) => isVirtual(name, recipe));
  return [
    ...(criteria.accelerator === '' ? [] : [PRODUCT_LABEL]),
    ...demands.flatMap(({ expression }) => labelsOfDemand(expression)),
  ];
}
