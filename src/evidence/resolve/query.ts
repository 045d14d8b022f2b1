import type { Data } from '../../document/data.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { nearest } from '../../nearest.ts';
import { quote } from '../../quote.ts';
import { parseCriteria, type Criteria } from '../recipe/criteria.ts';
import type { Catalogue } from './catalogue.ts';
import { DIMENSIONS, type DimensionName } from './criteria.ts';
import type { Rules } from './rules.ts';

/** The values that AICR knows without any overlay. */
const BUILT_IN: Readonly<Record<Rules, Readonly<Record<DimensionName, string>>>> = {
  'v0.11': {
    service: 'aks eks gke kind oke',
    accelerator: 'a100 b200 gb200 h100 l40',
    intent: 'inference training',
    os: 'amazonlinux cos rhel ubuntu',
    platform: 'dynamo kubeflow',
  },
  current: {
    service: 'aks bcm eks generic gke k0s kind lke metal3 ocp oke rke2',
    accelerator: 'a100 b200 gb200 gb300 h100 h200 l40 l40s rtx-pro-6000 vr200',
    intent: 'inference training',
    os: 'amazonlinux cos ol rhel talos ubuntu',
    platform: 'dynamo kubeflow kueue nim runai slurm',
  },
};

/**
 * The criteria that somebody asks for, in AICR's spelling; a dimension that is not named is open.
 *
 * @throws EvidenceError USAGE for a value that neither AICR nor an overlay knows
 */
export function queryOf(
  asked: ReadonlyMap<DimensionName, string>,
  nodes: number,
  catalogue: Catalogue,
): Criteria {
  const texts = new Map<string, Data>(asked);
  const criteria = parseCriteria(new ObjectReader(new Map([['criteria', texts]]), 'query')).value;
  for (const name of DIMENSIONS) requireKnown(name, criteria[name], catalogue);
  return { ...criteria, nodes };
}

function requireKnown(name: DimensionName, value: string, { rules, overlays }: Catalogue): void {
  const known = new Set([
    ...BUILT_IN[rules][name].split(' '),
    ...[...overlays.values()].map(({ criteria }) => criteria?.[name] ?? ''),
  ]);
  if (value === '' || known.has(value)) return;
  known.delete('');
  const names = [...known].toSorted();
  const meant = nearest(value, names);
  throw new EvidenceError('USAGE', {
    at: `--${name}`,
    found: quote(value),
    expected: `any, ${names.join(', ')}`,
    hint: meant === undefined ? 'use one of these' : `did you mean ${quote(meant)}?`,
  });
}
