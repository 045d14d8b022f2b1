import { scalarText } from '../../document/data.ts';
import type { Finding } from '../../errors/evidence-error.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import { fingerprintOf, type Fingerprint } from '../snapshot/fingerprint.ts';
import { subtypeOf, type Snapshot } from '../snapshot/snapshot.ts';
import { whyUnknown, type ShownCluster } from '../snapshot/unknown.ts';
import type { Catalogue } from './catalogue.ts';
import type { DimensionName } from './criteria.ts';
import { isKnown, normalised } from './query.ts';

/** What a snapshot says of the criteria that nobody named. */
export interface DerivedCriteria {
  readonly values: ReadonlyMap<DimensionName, string>;
  readonly findings: readonly Finding[];
}

const NAMES = ['service', 'accelerator', 'os'] as const;
type Name = (typeof NAMES)[number];
type Read = Readonly<Record<Name, string>>;

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
  const fingerprint = fingerprintOf(snapshot);
  const today = readToday(fingerprint);
  const read = catalogue.rules === 'v0.11' ? readV011(snapshot) : today;
  const usable = (name: Name, value: string): string | undefined => {
    const known = value === '' ? undefined : normalised(name, value);
    return known !== undefined && isKnown(name, known, catalogue) ? known : undefined;
  };
  const values = new Map<DimensionName, string>();
  const findings = NAMES.filter((name) => !asked.has(name)).flatMap((name): readonly Finding[] => {
    const value = usable(name, read[name]);
    if (value !== undefined) values.set(name, value);
    if (value !== undefined) return [];
    const other = usable(name, today[name]);
    if (other !== undefined) return [readElsewhere(name, other, snapshot.file)];
    const shown = read[name] === '' ? today[name] : read[name];
    return [stayingOpen(name, shown, { snapshot, fingerprint })];
  });
  return { values, findings: [...snapshot.findings, ...findings] };
}

function readToday({ service, accelerator, os }: Fingerprint): Read {
  return { service: service.value, accelerator: accelerator.value, os: os.value };
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
  return {
    service: service ?? text('K8s', 'server', 'service'),
    accelerator: accelerators[0] ?? '',
    os: text('OS', 'release', 'ID'),
  };
}

/** Where v0.11 reads each. */
const SOURCES: Read = {
  service: 'K8s.server',
  accelerator: 'GPU.smi and GPU.device',
  os: 'OS.release.ID',
};

/** What today's rules would read. */
function readElsewhere(name: Name, value: string, at: string): Finding {
  const hint = `add --${name} ${value}; without it, ${name} stays open`;
  const found = `${name}: the snapshot shows ${quote(value)}, but not in ${SOURCES[name]}, which the rules of v0.11 read`;
  return faultAt({ code: 'DIMENSION_UNKNOWN', at, hint }, found, 'one that these rules can read');
}

function stayingOpen(name: Name, value: string, cluster: ShownCluster): Finding {
  const isShown = value !== '';
  return {
    code: isShown ? 'CRITERIA_WITHOUT_OVERLAY' : 'DIMENSION_UNKNOWN',
    at: cluster.snapshot.file,
    found: `${name}: ${isShown ? quote(value) : whyUnknown(name, cluster).found}`,
    expected: 'one that there are recipes for',
    hint: `it stays open; name the one that is meant with --${name}`,
  };
}
