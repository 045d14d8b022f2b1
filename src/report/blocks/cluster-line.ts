// One line of the cluster.
import { isMeasured } from '../../dimensions.ts';
import { joined, sentence, words } from '../../sentence.ts';
import type { DimensionJson, FingerprintJson, MatchJson } from '../report-json.ts';
import { state, type Inline, type Said } from './block.ts';
import { sayMatch } from './states.ts';

/** What was demanded and measured, what is not as demanded, and how large the cluster is. */
export function clusterOf(
  { perDimension }: MatchJson,
  { k8sVersion, nodeCount, gpuNodeCount }: FingerprintJson,
): Inline {
  const demanded = perDimension.filter(
    ({ dimension, recipeRequires = '' }) => isMeasured(dimension) && recipeRequires !== '',
  );
  const fits = demanded.every(({ match }) => match === 'matched');
  const shown: Inline = [
    ...joined(demanded.map(dimensionOf), ', '),
    ...(fits ? [', ', ...state(AS_WANTED)] : []),
  ];
  return joined(
    [
      demanded.length === 0 ? words('the recipe demands nothing of it') : shown,
      ...(k8sVersion.value === '' ? [] : [sentence`Kubernetes ${k8sVersion.value}`]),
      ...(nodeCount.value === 0
        ? []
        : [sentence`${nodeCount.value} nodes, ${gpuNodeCount.value} with a GPU`]),
    ],
    '; ',
  );
}

const AS_WANTED: Said = {
  words: 'as the recipe wants',
  tone: 'good',
  claim: 'recorded as what the recipe wants',
};

function dimensionOf(row: DimensionJson): Inline {
  const { dimension, recipeRequires = '', fingerprintProvides = '', match } = row;
  const value = fingerprintProvides === '' ? words('not shown') : sentence`${fingerprintProvides}`;
  const has = [...sentence`${words(dimension)} `, ...value];
  if (match === 'matched') return has;
  return [...has, ' ', ...state(sayMatch(row)), ...sentence` (wants ${recipeRequires})`];
}
