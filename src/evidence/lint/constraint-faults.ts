// Constraints that no cluster can meet, because they name nothing that AICR measures or demand nothing that can be decided.

import { textOf } from '../../document/data.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import { nearest } from '../../nearest.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import { isVirtual } from '../constraint/evaluate.ts';
import { undecidable } from '../constraint/expression.ts';
import { parsePath, type ConstraintPath } from '../constraint/path.ts';
import type { Part } from '../resolve/part.ts';
import type { Rules } from '../resolve/rules.ts';

/** What AICR's collectors measure, by type and subtype: the keys, and `…` if there may be others. */
const MEASURED = new Map(
  `K8s.server version platform goVersion service
K8s.image …
K8s.policy …
K8s.helm …
K8s.node source-node provider provider-id container-runtime-id container-runtime-name container-runtime-version kubelet-version kernel-version operating-system os-image
K8s.aks-gpu-pools gpu-driver gpu-pool-count gpu-pools
K8s.gke-gpu-pools gpu-pool-count gpu-pools gpu-driver-installation
K8s.oke-addons addon-count nvidia-gpu-plugin
K8s.oke-legacy-plugin nvidia-gpu-device-plugin daemonset
K8s.default-storage-class collection-state default-count default-classes
K8s.mariadb-operator collection-state api-available api-version
K8s.percona-server-mongodb …
K8s.slinky-slurm …
GPU.hardware gpu-present gpu-count driver-loaded detection-source model
GPU.smi driver cuda-version gpu-count gpu.model gpu.product-architecture gpu.display-mode gpu.display-active gpu.persistence-mode gpu.addressing-mode gpu.vbios-version gpu.gsp-firmware-version …
GPU.device gpu.model model …
OS.release NAME ID ID_LIKE PRETTY_NAME VERSION VERSION_ID VERSION_CODENAME VARIANT VARIANT_ID BUILD_ID IMAGE_ID IMAGE_VERSION PLATFORM_ID UBUNTU_CODENAME SUPPORT_END …
OS.grub …
OS.sysctl …
OS.kmod …
OS.extensions …
SystemD.containerd.service …
SystemD.docker.service …
SystemD.kubelet.service …
NodeTopology.summary node-count taint-count label-count
NodeTopology.taint …
NodeTopology.label …
NodeTopology.gpu-nodes label
NetworkTopology.identity …
NetworkTopology.capabilities sriov rdma ib
NetworkTopology.pfs …
NetworkTopology.kernel-modules …`
    .split('\n')
    .map((line) => line.split(' '))
    .map(([subtype = '', ...keys]) => [subtype, keys] as const),
);

const TYPES = [...new Set([...MEASURED.keys()].map((name) => name.split('.', 1)[0] ?? ''))];

/** What is wrong with a constraint on a snapshot. */
export function constraintFaults(part: Part, rules: Rules): readonly Fault[] {
  const path = parsePath(part.name, rules);
  const named = 'outcome' in path ? unreadable(part, path.reason) : unmeasured(part, path);
  return [named, unreadableValue(part, rules)].filter((fault) => fault !== undefined);
}

function unreadable({ name, at }: Part, reason: string): Fault {
  const [type = ''] = name.split('.', 1);
  const hint = didYouMean(corrected(name, type, TYPES)) ?? 'correct the name';
  const expected = 'what a snapshot shows, e.g. "K8s.server.version"';
  return faultAt({ code: 'CONSTRAINT_INVALID', at: `${at}/name`, hint }, reason, expected);
}

function unmeasured({ name, at }: Part, path: ConstraintPath): Fault | undefined {
  const subtype = `${path.type}.${path.subtype}`;
  const keys = MEASURED.get(subtype);
  if (keys === undefined) {
    const known = [...MEASURED.keys()].filter((each) => each.startsWith(`${path.type}.`));
    return unknown(`${at}/name`, name, corrected(name, subtype, known), known);
  }
  if (subtype === 'OS.sysctl' && !path.key.startsWith('/proc/sys/')) {
    return unknown(`${at}/name`, name, undefined, ['a path below /proc/sys/']);
  }
  const isKnown = path.selector !== undefined || keys.includes(path.key);
  return isKnown ? undefined : unknownKey(name, subtype, keys, `${at}/name`);
}

/** Where others may be, what is nearly a known key may be another one all the same. */
function unknownKey(
  name: string,
  subtype: string,
  keys: readonly string[],
  at: string,
): Fault | undefined {
  const isOpen = keys.includes('…');
  const known = keys.filter((key) => key !== '…');
  const key = nearest(name.slice(subtype.length + 1), known);
  if (isOpen && key === undefined) return undefined;
  const meant = key === undefined ? undefined : `${subtype}.${key}`;
  const fault = unknown(at, name, meant, known);
  return isOpen ? { ...fault, code: 'CONSTRAINT_PATH_UNKNOWN' } : fault;
}

/** The name with another beginning, that of a known one; undefined if none is like it. */
function corrected(name: string, start: string, known: readonly string[]): string | undefined {
  const meant = nearest(start, known);
  return meant === undefined || meant === start ? undefined : `${meant}${name.slice(start.length)}`;
}

/** What is nearly a known name is misspelt; another one may be of a newer AICR. */
function unknown(
  at: string,
  name: string,
  meant: string | undefined,
  known: readonly string[],
): Fault {
  return {
    code: meant === undefined ? 'CONSTRAINT_PATH_UNKNOWN' : 'CONSTRAINT_INVALID',
    at,
    found: quote(name),
    expected: someOf(known),
    hint: didYouMean(meant) ?? 'correct the name, unless a newer AICR measures this',
  };
}

function unreadableValue({ name, value, at }: Part, rules: Rules): Fault | undefined {
  if (isVirtual(name, { dialect: rules })) return undefined;
  const decision = undecidable(textOf(value, 'value'), rules);
  if (decision === undefined) return undefined;
  const hint = 'correct the value';
  const place = { code: 'CONSTRAINT_INVALID', at: `${at}/value`, hint } as const;
  return faultAt(place, decision.reason, 'a demand that can be decided, e.g. ">= 1.32.4"');
}

/** The first of many names. */
export function someOf(names: readonly string[]): string {
  const more = names.length > 6 ? ` and ${names.length - 5} more` : '';
  return `${names.slice(0, more === '' ? 6 : 5).join(', ')}${more}`;
}

export function didYouMean(meant: string | undefined): string | undefined {
  return meant === undefined ? undefined : `did you mean ${quote(meant)}?`;
}
