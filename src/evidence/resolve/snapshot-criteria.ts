import { scalarText } from '../../document/data.ts';
import type { Finding } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import { fingerprintOf } from '../snapshot/fingerprint.ts';
import { subtypeOf, type Snapshot } from '../snapshot/snapshot.ts';
import type { Catalogue } from './catalogue.ts';
import type { DimensionName } from './criteria.ts';
import { isKnown, normalised } from './query.ts';

/** What a snapshot says of the criteria that nobody named. */
export interface DerivedCriteria {
  readonly values: ReadonlyMap<DimensionName, string>;
  readonly findings: readonly Finding[];
}

/**
 * Reads criteria from a snapshot, as the AICR of these rules does. What it has no recipes for stays open.
 *
 * @param asked those that somebody named: they count more
 */
export function deriveCriteria(
  snapshot: Snapshot | undefined,
  asked: ReadonlySet<DimensionName>,
  catalogue: Catalogue,
): DerivedCriteria {
  if (snapshot === undefined) return { values: new Map(), findings: [] };
  const read = catalogue.rules === 'v0.11' ? readV011(snapshot) : readToday(snapshot);
  const found = [...read].filter(([name, value]) => !asked.has(name) && value !== '');
  const values = found.map(([name, value]) => [name, normalised(name, value)] as const);
  const isUsable = ([name, value]: readonly [DimensionName, string | undefined]): boolean =>
    value !== undefined && isKnown(name, value, catalogue);
  return {
    values: new Map(values.filter(isUsable).map(([name, value = '']) => [name, value])),
    findings: [
      ...snapshot.findings,
      ...found
        .filter((_, index) => !isUsable(values[index] ?? ['os', undefined]))
        .map(([name, value]) => unknown(name, value, snapshot.file)),
    ],
  };
}

type Read = ReadonlyMap<DimensionName, string>;

function readToday(snapshot: Snapshot): Read {
  const { service, accelerator, os } = fingerprintOf(snapshot);
  return new Map([
    ['service', service.value],
    ['accelerator', accelerator.value],
    ['os', os.value],
  ]);
}

/** The parts of a server's version that name a service. */
const SERVICES = [
  ['-eks-', 'eks'],
  ['-gke', 'gke'],
  ['-aks', 'aks'],
] as const;

/** The parts of a product's name that name an accelerator: gb200 before b200. */
const ACCELERATORS = ['gb200', 'b200', 'h100', 'a100', 'l40'];

function readV011(snapshot: Snapshot): Read {
  const text = (type: string, subtype: string, key: string): string =>
    scalarText(subtypeOf(snapshot, type, subtype)?.data.get(key)) ?? '';
  const version = text('K8s', 'server', 'version');
  const service = SERVICES.find(([part]) => version.includes(part))?.[1];
  const models = ['gpu.model', 'model'].flatMap((key) =>
    ['smi', 'device'].map((subtype) => text('GPU', subtype, key).toLowerCase()),
  );
  const accelerators = models.flatMap(
    (model) => ACCELERATORS.find((each) => model.includes(each)) ?? [],
  );
  return new Map([
    ['service', service ?? text('K8s', 'server', 'service')],
    ['accelerator', accelerators[0] ?? ''],
    ['os', text('OS', 'release', 'ID')],
  ]);
}

function unknown(name: DimensionName, value: string, at: string): Finding {
  return {
    code: 'CRITERIA_WITHOUT_OVERLAY',
    at,
    found: `${name} ${quote(value)}`,
    expected: `a ${name} that there are recipes for`,
    hint: `name the one that is meant with --${name}; it stays open`,
  };
}
