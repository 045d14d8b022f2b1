// The names that cloud providers have in the provider id of a node, and the service that each means.

/** What comes before `://` of a provider id, or alone. */
const SERVICES: ReadonlyMap<string, string> = new Map([
  ['aws', 'eks'],
  ['gce', 'gke'],
  ['azure', 'aks'],
  ['oci', 'oke'],
  ['linode', 'lke'],
]);

/** AICR's own fingerprint gives the service for these; it leaves the others as they are. */
const NAMED_BY_AICR: ReadonlySet<string> = new Set(['oci', 'linode']);

export interface Provider {
  /** What a recipe would demand, e.g. `eks`; any other text as it is. */
  readonly service: string;
  /** AICR would show the provider's own name here. */
  readonly isRaw: boolean;
}

/** Reads `K8s.node.provider`: a service, a provider's name, or a provider id. */
export function readProvider(text: string): Provider {
  if (text.startsWith('ocid1.')) return { service: 'oke', isRaw: false };
  const [name = ''] = text.split('://', 1);
  const service = SERVICES.get(name);
  if (service === undefined) return { service: text, isRaw: false };
  return { service, isRaw: !NAMED_BY_AICR.has(name) };
}
