// The checks that a recipe can demand: those of AICR's validators, and those that a directory of recipes adds.

import { listOf, scalarText } from '../../document/data.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import { nearest } from '../../nearest.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { RecipeDocument } from '../resolve/overlay.ts';
import type { Part } from '../resolve/part.ts';
import type { Rules } from '../resolve/rules.ts';
import { didYouMean, someOf } from './constraint-faults.ts';

/** Where a directory of recipes says which validators there are. */
export const VALIDATORS = 'validators/catalog.yaml';

/** By name: the phase that runs it. */
export type Checks = ReadonlyMap<string, string>;

const V011: Readonly<Record<string, string>> = {
  deployment: 'operator-health expected-resources gpu-operator-version check-nvidia-smi',
  performance: 'nccl-all-reduce-bw',
  conformance:
    'dra-support gang-scheduling accelerator-metrics ai-service-metrics inference-gateway pod-autoscaling cluster-autoscaling robust-controller secure-accelerator-access gpu-operator-health platform-health',
};

const LATER: Readonly<Record<string, string>> = {
  deployment: 'gke-gpu-nic-networks',
  performance:
    'nccl-all-reduce-bw-net nccl-all-reduce-bw-nvls inference-perf nccl-cre-all-reduce-bw cre-training-goodput',
  conformance: 'slinky-slurm-health slinky-slurm-imex-channel',
};

/** @param own those of the directory, which come on top */
export function checksOf(rules: Rules, own: Checks): Checks {
  const tables = rules === 'v0.11' ? [V011] : [V011, LATER];
  const rows = tables.flatMap((table) => Object.entries(table));
  const known = rows.flatMap(([phase, names]) =>
    names.split(' ').map((name) => [name, phase] as const),
  );
  return new Map([...known, ...own]);
}

/** Reads `validators/catalog.yaml`. Throws FIELD_MISSING, FIELD_INVALID. */
export function parseValidators({ data, file }: RecipeDocument): Checks {
  const document = new ObjectReader(data, file);
  return new Map(
    document.optionalList('validators', (item, at) => {
      const validator = new ObjectReader(item, at);
      return [validator.text('name'), validator.text('phase')] as const;
    }),
  );
}

/** What is wrong with the checks that one phase demands. */
export function checkFaults({ name: phase, value, at }: Part, checks: Checks): readonly Fault[] {
  const ofPhase = [...checks].filter(([, other]) => other === phase).map(([name]) => name);
  return listOf(value, 'checks').flatMap((item, index): readonly Fault[] => {
    const name = scalarText(item) ?? '';
    const other = checks.get(name);
    if (other === phase) return [];
    const home = other === undefined ? undefined : quote(other);
    const fix = home === undefined ? didYouMean(nearest(name, ofPhase)) : `move it to ${home}`;
    const hint =
      fix ?? (ofPhase.length === 0 ? 'remove it' : `correct it, or add it to ${VALIDATORS}`);
    const found = `${quote(name)}${home === undefined ? '' : `, a check of ${home}`}`;
    const expected =
      ofPhase.length === 0
        ? `no checks in ${phase}`
        : `a check of ${phase}${fix === undefined ? `: ${someOf(ofPhase.map((each) => quote(each)))}` : ''}`;
    return [faultAt({ code: 'CHECK_UNKNOWN', at: `${at}/checks/${index}`, hint }, found, expected)];
  });
}
