import { decodeJson } from '../../../src/document/json.ts';
import { parseRecipe, type Recipe } from '../../../src/evidence/recipe/recipe.ts';
import { parseSnapshot, type Snapshot } from '../../../src/evidence/snapshot/snapshot.ts';

const encoder = new TextEncoder();

export const COMPONENTS = [
  {
    name: 'gpu-operator',
    type: 'Helm',
    source: 'https://helm.ngc.nvidia.com/nvidia',
    version: 'v25.10.1',
    chart: 'gpu-operator',
    namespace: 'gpu-operator',
    overrides: {
      driver: { repository: 'nvcr.io/nvidia', image: 'driver', version: '580.105.08' },
      validator: { repository: 'nvcr.io/nvidia/cloud-native', enabled: true },
    },
  },
  { name: 'cert-manager', type: 'Helm', source: '', version: 'v1.17.2', chart: 'cert-manager' },
  { name: 'tuning', type: 'Kustomize', source: 'https://example.com/tuning', tag: 'v3' },
  { name: 'grafana', type: 'Helm', version: '1.0.0', overrides: { enabled: false } },
];

export const IMAGES = { 'gpu-operator': 'v25.10.1', pause: '3.10', coredns: 'v1.11.4' };

export function exampleRecipe(components: readonly unknown[] = COMPONENTS): Recipe {
  const document = {
    kind: 'RecipeResult',
    apiVersion: 'aicr.run/v1',
    metadata: { version: 'v1.0.0' },
    criteria: { service: 'eks', accelerator: 'h100', intent: 'training' },
    componentRefs: components,
    deploymentOrder: [],
  };
  return parseRecipe(decodeJson(encoder.encode(JSON.stringify(document)), 'r'), 'recipe.yaml');
}

export function exampleSnapshot(images: Readonly<Record<string, string>> = IMAGES): Snapshot {
  const document = {
    kind: 'Snapshot',
    apiVersion: 'aicr.run/v1',
    metadata: { version: 'v1.0.0' },
    measurements: [{ type: 'K8s', subtypes: [{ subtype: 'image', data: images }] }],
  };
  return parseSnapshot(decodeJson(encoder.encode(JSON.stringify(document)), 's'), 'snapshot.yaml');
}

export const TOOL = { name: 'affidavit', version: '0.1.0' };
export const ATTESTED_AT = new Date('2026-06-10T02:00:00Z');

export interface JsonComponent {
  readonly type: string;
  readonly name: string;
  readonly version?: string;
  readonly 'bom-ref': string;
}

export interface JsonBom {
  readonly serialNumber: string;
  readonly metadata: unknown;
  readonly components: readonly JsonComponent[];
  readonly dependencies: readonly {
    readonly ref: string;
    readonly dependsOn?: readonly string[];
  }[];
}

/** What JSON.parse makes of a bill of materials that this project wrote. */
export function jsonOf(bytes: Uint8Array): JsonBom {
  return JSON.parse(new TextDecoder().decode(bytes)) as JsonBom;
}
