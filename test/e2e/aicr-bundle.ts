// A summary bundle as aicr makes it, written by hand from its format: no bundle of a current aicr could be had. What a
// test changes is changed before anything is hashed or signed, as a producer would.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { digestOf, hexOf } from '../../src/digest.ts';
import type { Json } from '../../src/document/data.ts';
import { canonicalRecipe, recipeDigest } from '../../src/evidence/aicr/canonical-yaml.ts';
import { ROOT } from '../run-cli.ts';
import {
  ATTESTATION,
  MANIFEST,
  STATEMENT,
  edited,
  valueAt,
  withFile,
  type Evidence,
  type Files,
} from './evidence.ts';

type Edits = Readonly<Record<string, unknown>>;

export interface AicrBundle {
  /** By default v3. */
  readonly version?: 'v1' | 'v2' | 'v3';
  /** Of a recipe with a profile. */
  readonly profiled?: boolean;
  readonly recipe?: string;
  /** By path: added or replaced. */
  readonly files?: Readonly<Record<string, string>>;
  /** By JSON pointer into what is signed, and into the unsigned copy. */
  readonly signed?: Edits;
  readonly copy?: Edits;
}

const INPUTS = join(ROOT, 'testdata/vectors/inputs');
const input = (name: string): string => readFileSync(join(INPUTS, name), 'utf8');

export const AICR_RECIPE = input('recipe.yaml');

const TAKEN_AT = /timestamp: "(?<time>.*)"/.exec(input('snapshot.yaml'))?.groups?.['time'] ?? '';

/** The digest of the OCI manifest that was pushed. */
export const ARTIFACT = 'ab'.repeat(32);
export const ARTIFACT_NAME = 'ghcr.io/octo/aicr-evidence:h100-eks-ubuntu-training-0123456789ab';

/** gpu-operator alone is deployed, and the profile owns its `devicePlugin.enabled`. */
const DESCRIPTORS_OF_OPERATOR = '993bfe01fc07ffa0a65353ace107d46218cb5d476fe40a845c5d5061ca453142';

/** The same recipe, resolved with a profile. */
export const PROFILED_RECIPE = AICR_RECIPE.replace('aicr.run/v1\n', 'aicr.run/v1beta2\n').replace(
  'metadata:\n',
  `metadata:
    selectedProfile:
        name: gpuStack
        ownedPaths:
            gpu-operator:
                - devicePlugin.enabled
                - driver.enabled
                - enabled
        value: operator-managed
`,
);

export const PROFILE = {
  selection: 'gpuStack=operator-managed',
  policyDescriptorIdentity: DESCRIPTORS_OF_OPERATOR,
};

/** As aicr redacts by default: its rules of version 4. */
export const REDACTED: AicrBundle = {
  files: {
    'ctrf/deployment.json': withoutOutput('deployment.json'),
    'ctrf/performance.json': withoutOutput('performance.json'),
    'snapshot.yaml': `apiVersion: aicr.run/v1
fingerprint:
  region:
    source: nodeTopology.label.topology.kubernetes.io/region
    value: us-west-2
kind: Snapshot
measurements:
  - subtypes:
      - data:
          version: v1.33.4-eks-e386d34
        subtype: server
      - data:
          provider: eks
        subtype: node
    type: K8s
  - subtypes:
      - data:
          gpu-count: 8
          model: h100
        subtype: hardware
    type: GPU
  - subtypes:
      - data:
          ID: ubuntu
          VERSION_ID: "24.04"
        subtype: release
    type: OS
  - subtypes:
      - data:
          node-count: 3
        subtype: summary
    type: NodeTopology
metadata:
  timestamp: "${TAKEN_AT}"
  version: v1.0.0
`,
  },
  ...both({
    '/predicate/redaction': {
      policy: 'minimal',
      version: 'v4',
      applied: [
        'ctrf.tests.extra.allowlist',
        'ctrf.tests.omit:message',
        'ctrf.tests.omit:stdout',
        'ctrf.tests.runtimeProvenance.bound',
        'snapshot.header.allowlist',
        'snapshot.measurements.allowlist',
      ],
    },
  }),
};

/** What signed and copy both have. */
function both(edits: Edits): Pick<AicrBundle, 'signed' | 'copy'> {
  return { signed: edits, copy: edits };
}

function withoutOutput(name: string): string {
  const report = JSON.parse(input(name)) as { results: { tests: Record<string, unknown>[] } };
  for (const test of report.results.tests) {
    delete test['stdout'];
    delete test['message'];
  }
  return indented(report);
}

/** A bundle with its attestation in it; what is signed is about the artifact that was pushed. */
export async function aicrBundle(
  evidence: Pick<Evidence, 'sign'>,
  change: AicrBundle = {},
): Promise<Files> {
  const { version = 'v3', files = {}, signed = {}, copy = {} } = change;
  const { recipe, name, profile } = change.profiled === true ? WITH_PROFILE : WITHOUT_PROFILE;
  const listed = new Map<string, Buffer>();
  const canonical = canonicalRecipe(Buffer.from(change.recipe ?? recipe), 'recipe.yaml', 'legacy');
  const contents = {
    'bom.cdx.json': indented(BOM),
    'ctrf/deployment.json': indented(JSON.parse(input('deployment.json'))),
    'ctrf/performance.json': indented(JSON.parse(input('performance.json'))),
    'recipe.yaml': canonical,
    'snapshot.yaml': input('snapshot.yaml'),
    ...files,
  };
  for (const [path, text] of Object.entries(contents)) listed.set(path, Buffer.from(text));
  const manifest = indented(manifestOf(listed));
  const digest = recipeDigest(Buffer.from(canonical), 'recipe.yaml', RULES[version]);
  const predicate = {
    ...predicateOf(listed, manifest, { name, digest: hexOf(digest) }),
    ...profile,
  };
  const statement = (subject: string, sha256: string, edits: Edits): Buffer => {
    const type = `https://aicr.run/recipe-evidence/${version}`;
    return Buffer.from(protojson(statementOf({ name: subject, sha256 }, type, predicate), edits));
  };
  const bundle = new Map([...listed, [MANIFEST, Buffer.from(manifest)]]);
  bundle.set(STATEMENT, statement(`recipe:${name}`, hexOf(digest), copy));
  const payload = statement(ARTIFACT_NAME, ARTIFACT, signed);
  return bundle.set(ATTESTATION, await evidence.sign(payload));
}

/** The same, with one change of the predicate that signed and copy both have. */
export async function aicrClaiming(
  evidence: Evidence,
  edits: Edits,
  change: AicrBundle = {},
): Promise<Files> {
  return await aicrBundle(evidence, { ...change, ...both(edits) });
}

/** The same before anybody signed it. */
export function unsignedAicr(bundle: Files): Files {
  return withFile(bundle, ATTESTATION);
}

const RULES = { v1: 'legacy', v2: 'legacy', v3: 'v3' } as const;
const NAME = 'h100-eks-ubuntu-training';
const WITHOUT_PROFILE = { recipe: AICR_RECIPE, name: NAME, profile: {} };
const WITH_PROFILE = {
  recipe: PROFILED_RECIPE,
  name: `${NAME}-gpustack-operator-managed`,
  profile: { profile: PROFILE },
};

interface Subject {
  readonly name: string;
  readonly sha256: string;
}

function statementOf({ name, sha256 }: Subject, predicateType: string, predicate: unknown): object {
  const subject = [{ name, digest: { sha256 } }];
  return { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate };
}

/** In the order of aicr's own fields; the statement sorts them. */
function predicateOf(files: Files, manifest: string, recipe: Json): object {
  const digest = (path: string): string => digestOf(files.get(path) ?? Buffer.alloc(0));
  const phase = (name: string, passed: number, skipped: number): object => ({
    ...{ passed, failed: 0, skipped },
    ctrfDigest: digest(`ctrf/${name}.json`),
  });
  const label = 'nodeTopology.label.nvidia.com/gpu.product';
  const regionLabel = 'nodeTopology.label.topology.kubernetes.io/region';
  return {
    schemaVersion: '1.0.0',
    attestedAt: '2026-06-10T01:20:00Z',
    aicrVersion: 'v1.0.0',
    aicrCommit: '7f0c2a91d4be',
    validatorCatalogVersion: 'v1.0.0',
    validatorImages: [{ image: 'ghcr.io/nvidia/aicr-validators:v1.0.0', digest: '' }],
    recipe,
    fingerprint: {
      service: { value: 'eks', source: 'k8s.node.provider' },
      accelerator: { value: 'h100', source: label },
      gpuModel: { value: 'h100', source: 'gpu.hardware.model' },
      os: { value: 'ubuntu', version: '24.04', source: 'os.release' },
      k8sVersion: { value: '1.33.4-eks-e386d34', source: 'k8s.server.version' },
      region: { value: 'us-west-2', source: regionLabel },
      nodeCount: { value: 3, source: 'nodeTopology.summary.node-count' },
      gpuNodeCount: { value: 2, source: label },
    },
    criteriaMatch: { matched: true, perDimension: ROWS },
    phases: { deployment: phase('deployment', 1, 1), performance: phase('performance', 1, 0) },
    bom: { format: 'CycloneDX', version: '1.6', digest: digest('bom.cdx.json'), imageCount: 4 },
    manifest: { digest: digestOf(manifest), fileCount: files.size },
  };
}

const ROWS = [
  { dimension: 'service', recipeRequires: 'eks', fingerprintProvides: 'eks', match: 'matched' },
  {
    dimension: 'accelerator',
    recipeRequires: 'h100',
    fingerprintProvides: 'h100',
    match: 'matched',
  },
  { dimension: 'os', recipeRequires: 'ubuntu', fingerprintProvides: 'ubuntu', match: 'matched' },
  { dimension: 'intent', recipeRequires: 'training', match: 'unknown' },
  { dimension: 'platform', recipeRequires: 'any', match: 'matched' },
  { dimension: 'nodes', fingerprintProvides: '3', match: 'matched' },
];

/** As it was before the first release: a map, by dimension. */
export const ROWS_BY_DIMENSION = Object.fromEntries(
  ROWS.map(({ dimension, ...row }) => [dimension, row]),
);

/** As cyclonedx-go writes it: two components that no recipe has, and what runs as container. */
const BOM = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  serialNumber: 'urn:uuid:0c1b7e5e-6f35-4a0b-9a5e-2f4d3c2b1a09',
  version: 1,
  metadata: {
    timestamp: '2026-06-10T01:20:03Z',
    tools: { components: [{ type: 'application', name: 'aicr', version: 'v1.0.0' }] },
    component: {
      'bom-ref': NAME,
      type: 'application',
      supplier: { name: 'NVIDIA Corporation' },
      name: NAME,
      version: 'v1.0.0',
      description: 'Recipe-bound CycloneDX BOM auto-generated by aicr validate',
    },
  },
  components: [
    {
      'bom-ref': `${NAME}/gpu-operator`,
      type: 'application',
      name: 'gpu-operator',
      version: 'v25.10.1',
      description: 'gpu-operator',
      properties: [
        { name: 'aicr:component:type', value: 'Helm' },
        { name: 'aicr:helm:version', value: 'v25.10.1' },
      ],
    },
    { 'bom-ref': `${NAME}/observed-images`, type: 'application', name: 'observed-images' },
    { 'bom-ref': `${NAME}/validators`, type: 'application', name: 'validators' },
    {
      'bom-ref': 'img:gpu-operator:v25.10.1',
      type: 'container',
      name: 'gpu-operator',
      version: 'v25.10.1',
      properties: [{ name: 'aicr:image:tag', value: 'v25.10.1' }],
    },
  ],
  dependencies: [{ ref: NAME, dependsOn: [`${NAME}/gpu-operator`] }],
};

export const BOM_TEXT = indented(BOM);

function manifestOf(files: Files): object {
  const paths = [...files.keys()].toSorted();
  const entries = paths.map((path) => {
    const bytes = files.get(path) ?? Buffer.alloc(0);
    const mediaType = path.endsWith('.cdx.json')
      ? 'application/vnd.cyclonedx+json'
      : `application/${path.endsWith('.json') ? 'json' : 'yaml'}`;
    return { path, size: bytes.length, sha256: digestOf(bytes), mediaType };
  });
  return { schemaVersion: '1.0.0', files: entries };
}

/** Go's `json.MarshalIndent`, which escapes what HTML would read. */
function indented(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replaceAll(/[<>&\u2028\u2029]/g, (character) => {
    const hex = character.charCodeAt(0).toString(16);
    return `\\u${hex.padStart(4, '0')}`;
  });
  return `${text}\n`;
}

/** Go's `protojson.Marshal`: on one line, the keys of the predicate sorted, and in some builds a space behind each comma. */
function protojson(statement: object, edits: Edits): string {
  const whole = JSON.parse(edited(Buffer.from(JSON.stringify(statement)), edits).toString()) as {
    readonly predicate: unknown;
  };
  return oneLine({ ...whole, predicate: sorted(whole.predicate) });
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([key, field]) => `${JSON.stringify(key)}:${oneLine(field)}`,
  );
  return `{${fields.join(', ')}}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, field]) => [key, sorted(field)]));
}

/** What the attestation signs. */
export function payloadOf(bundle: Files): Buffer {
  const attestation = bundle.get(ATTESTATION) ?? Buffer.alloc(0);
  return Buffer.from(String(valueAt(attestation, '/dsseEnvelope/payload')), 'base64');
}
