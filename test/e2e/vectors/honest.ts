// Vectors that nobody tampered with: good ones, honest red ones, and the edges of each rule.
import { gzipSync } from 'node:zlib';

import { tar } from '../../archive/tar-parts.ts';
import { SIGNED_AT, type Signing } from '../../trust/forge.ts';
import { ATTESTATION, fileIn, withFile, type Edits } from '../evidence.ts';
import { INPUTS, edit, packed, packedUnsigned, report, type Inputs, type Make } from './kit.ts';

const { recipe: RECIPE, snapshot: SNAPSHOT, results: RESULTS } = INPUTS;

const honest =
  (change: Partial<Inputs> = {}, signing: Signing = {}): Make =>
  async (kit) =>
    await packed(await kit.honest(change, signing));
const unsigned =
  (change: Partial<Inputs>): Make =>
  async (kit) =>
    await packedUnsigned(await kit.honest(change));

type Changes = readonly (readonly [string, string])[];

const recipe = (...changes: Changes): Make => unsigned({ recipe: edit(RECIPE, ...changes) });
const snapshot = (...changes: Changes): Make => unsigned({ snapshot: edit(SNAPSHOT, ...changes) });
const results = (change: Readonly<Record<string, string | undefined>>): Make => {
  const all = Object.entries({ ...RESULTS, ...change });
  return unsigned({
    results: Object.fromEntries(
      all.flatMap(([phase, text]) => (text === undefined ? [] : [[phase, text]])),
    ),
  });
};
const lied =
  (edits: Edits): Make =>
  async (kit) =>
    await packed(await kit.liar(edits));

const minutes = (count: number): Date => new Date(SIGNED_AT.getTime() + count * 60_000);

const GOOD: Readonly<Record<string, Make>> = {
  good: honest(),
  'good-rekor-v1': honest({}, { rekor: 1 }),
  'good-rekor-v1-and-timestamp': honest(
    { attestedAt: minutes(3) },
    {
      rekor: 1,
      timestamp: true,
      stampedAt: minutes(2),
      loggedAt: minutes(-1),
      notBefore: minutes(-2),
    },
  ),
  'good-timestamp-with-its-certificate': honest({}, { embed: true }),
  'good-two-log-entries': honest({}, { rekor: 'both' }),
  'good-packed-otherwise': async (kit) => {
    const files = [...(await kit.honest())].toReversed();
    const folders = ['./', './logs/', './ctrf/'].map((name) => ({ name, typeFlag: '5' }));
    const parts = files.map(([name, content]) => ({ name: `./${name}`, content }));
    return gzipSync(tar(...folders, ...parts));
  },
  'good-key-id-empty': async (kit) =>
    await kit.attested((bundle) => {
      for (const signature of bundle.dsseEnvelope.signatures) signature.keyid = '';
    }),
  'good-attestation-on-several-lines': async (kit) => {
    const files = await kit.honest();
    const indented = JSON.stringify(JSON.parse(fileIn(files, ATTESTATION).toString()), null, 2);
    return await packed(withFile(files, ATTESTATION, indented));
  },
  'good-statement-on-one-line': async (kit) => {
    const files = await kit.restated((text) => JSON.stringify(JSON.parse(text)));
    return await packed(files);
  },
  'good-other-producer': lied({
    statement: {
      '/predicate/affidavit': undefined,
      '/predicate/aicrVersion': 'v0.9.0',
      '/predicate/aicrCommit': '0123abc',
      '/predicate/validatorImages': null,
    },
  }),
  'good-newer-minor-versions': lied({
    manifest: { '/schemaVersion': '1.7', '/files/0/blake3': 'x' },
    statement: {
      '/predicate/schemaVersion': '1.12.3',
      '/predicate/affidavit/schemaVersion': '1.2.0',
      '/predicate/affidavit/mood': 'good',
      '/predicate/affidavit/tool/vendor': 'x',
    },
  }),
  'good-unknown-fields': lied({
    statement: {
      '/comment': 'x',
      '/predicate/weather': { rain: true },
      '/predicate/fingerprint/kernel': { value: '6.8' },
      '/predicate/fingerprint/os/codename': 'noble',
      '/predicate/criteriaMatch/perDimension/0/weight': 2,
      '/predicate/phases/deployment/flaky': 3,
      '/predicate/bom/serialNumber': 'x',
    },
  }),
  'good-nothing-written-as-any': lied({
    statement: {
      '/predicate/fingerprint/service/note': '',
      '/predicate/criteriaMatch/perDimension/4/recipeRequires': 'any',
      '/predicate/criteriaMatch/perDimension/4/fingerprintProvides': '',
    },
  }),
  'good-further-file': lied({ files: { 'README.md': 'read me\n' } }),
  'good-metadata-with-version-alone': recipe([
    'metadata:\n    appliedOverlays:\n        - base\n        - h100-eks\n    version: v1.0.0\n',
    'metadata:\n    version: v1.0.0\n',
  ]),
  'good-without-metadata': recipe([
    'metadata:\n    appliedOverlays:\n        - base\n        - h100-eks\n    version: v1.0.0\n',
    '',
  ]),
  'good-attested-5-minutes-after-signing': honest({ attestedAt: minutes(5) }),
  'good-bom-of-another-tool': lied({
    files: { 'bom.cdx.json': '{"bomFormat": "CycloneDX", "specVersion": "1.4"}' },
    statement: { '/predicate/bom/version': '1.4', '/predicate/bom/imageCount': 0 },
  }),
};

const FINGERPRINTS: Readonly<Record<string, Make>> = {
  'fingerprint-scalars-are-no-texts': snapshot(
    ['version: v1.33.4-eks-e386d34', 'version: 1.33'],
    ['model: h100', 'model: 100'],
    ['VERSION_ID: "24.04"', 'VERSION_ID: 24.04'],
    ['node-count: 3', 'node-count: "3"'],
  ),
  'fingerprint-duplicates': snapshot(
    [
      '        data:\n          provider: eks\n',
      '        data:\n          provider: eks\n      - subtype: node\n        data:\n          provider: gke\n',
    ],
    [
      '  - type: OS\n',
      '  - type: OS\n    subtypes:\n      - subtype: release\n        data:\n          ID: cos\n  - type: OS\n',
    ],
  ),
  'fingerprint-own-claim-is-ignored': snapshot([
    'measurements:\n',
    'fingerprint:\n  service:\n    value: gke\nmeasurements:\n',
  ]),
  'fingerprint-oracle-and-redhat': snapshot(
    ['provider: eks', 'provider: ocid1.instance.oc1.iad.x'],
    ['ID: ubuntu', 'ID: " RedHat "'],
  ),
  'fingerprint-unknown-system': snapshot(['ID: ubuntu', 'ID: debian']),
  'fingerprint-several-products': snapshot([
    'nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3|gpu-1,gpu-2',
    'nvidia.com/gpu.product.NVIDIA-H100: NVIDIA-H100|gpu-1\n          nvidia.com/gpu.product.NVIDIA-L40: NVIDIA-L40|gpu-2,gpu-1',
  ]),
  'fingerprint-unknown-product-and-model': snapshot(
    ['NVIDIA-H100-80GB-HBM3|', 'NVIDIA-GH200-480GB|'],
    ['model: h100', 'model: gh200'],
  ),
  'fingerprint-unknown-product-known-model': snapshot([
    'NVIDIA-H100-80GB-HBM3|',
    'NVIDIA-GH200-480GB|',
  ]),
  'fingerprint-unknown-model-alone': snapshot(
    ['          nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3|gpu-1,gpu-2\n', ''],
    ['model: h100', 'model: H100'],
  ),
  'fingerprint-product-with-blanks': snapshot([
    'NVIDIA-H100-80GB-HBM3|',
    'nvidia rtx pro-6000 blackwell|',
  ]),
  'fingerprint-several-regions': snapshot([
    'topology.kubernetes.io/region: us-west-2|cpu-1,gpu-1,gpu-2',
    'topology.kubernetes.io/region.a: a|cpu-1\n          topology.kubernetes.io/region.b: b|gpu-1',
  ]),
  'fingerprint-one-suffixed-region': snapshot([
    'topology.kubernetes.io/region: us-west-2|',
    'topology.kubernetes.io/region.us-west-2: us-west-2|',
  ]),
  'fingerprint-node-names': snapshot(['HBM3|gpu-1,gpu-2', 'HBM3|gpu-1, gpu-2 ,,gpu-1,gpu-3']),
  'fingerprint-no-labels': snapshot([
    '      - subtype: label\n        data:\n          nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3|gpu-1,gpu-2\n          topology.kubernetes.io/region: us-west-2|cpu-1,gpu-1,gpu-2\n',
    '',
  ]),
  'fingerprint-items': snapshot([
    '          topology.kubernetes.io/region: us-west-2|cpu-1,gpu-1,gpu-2\n',
    `          topology.kubernetes.io/region: us-west-2|cpu-1,gpu-1,gpu-2
        items:
          - context: {key: nvidia.com/gpu.product, value: NVIDIA-H200}
            data: {node-count: 5, node-list: "gpu-7,gpu-8 (+3 more)", truncated: true}
          - context: {key: nvidia.com/gpu.product, value: NVIDIA-H200}
            data: {node-count: 1, node-list: gpu-7, truncated: false}
          - context: {key: topology.kubernetes.io/region, value: us-west-2}
            data: {node-count: 3, node-list-ref: topology.kubernetes.io/region, truncated: false}
`,
  ]),
  'fingerprint-items-contradict-themselves': snapshot([
    '          topology.kubernetes.io/region: us-west-2|cpu-1,gpu-1,gpu-2\n',
    `          topology.kubernetes.io/region: us-west-2|cpu-1,gpu-1,gpu-2
        items:
          - context: {key: nvidia.com/gpu.product, value: NVIDIA-H200}
            data: {node-count: 1, node-list: gpu-7, truncated: false}
          - context: {key: topology.kubernetes.io/region, value: us-west-2}
            data: {node-count: 2, node-list: gpu-7, truncated: false}
`,
  ]),
  'snapshot-negative-node-count': lied({
    files: { 'snapshot.yaml': edit(SNAPSHOT, ['node-count: 3', 'node-count: -3']) },
  }),
  'snapshot-of-another-kind': lied({
    files: { 'snapshot.yaml': edit(SNAPSHOT, ['kind: Snapshot', 'kind: RecipeResult']) },
  }),
  'snapshot-with-a-tab': lied({
    files: { 'snapshot.yaml': edit(SNAPSHOT, ['kind: Snapshot', 'kind:\tSnapshot']) },
  }),
  'snapshot-measurement-without-type': lied({
    files: { 'snapshot.yaml': edit(SNAPSHOT, ['- type: GPU\n    subtypes', '- subtypes']) },
  }),
};

const MATCHES: Readonly<Record<string, Make>> = {
  'match-spelling-of-criteria': recipe(
    ['accelerator: h100', 'accelerator: H100'],
    ['os: ubuntu', 'os: Ubuntu\n    platform: Any'],
    ['service: eks', "service: ' EKS '"],
  ),
  'match-nothing-demanded': recipe(
    ['accelerator: h100', 'accelerator: ""'],
    ['    intent: training\n', ''],
    ['os: ubuntu', 'os: any'],
    ['service: eks', 'service: vanilla'],
  ),
  'match-generic-service': recipe(['service: eks', 'service: generic']),
  'match-nodes-not-shown': unsigned({
    recipe: edit(RECIPE, ['    intent: training\n', '    intent: training\n    nodes: 3\n']),
    snapshot: edit(SNAPSHOT, ['node-count: 3', 'nodes: 3']),
  }),
  'match-nodes-differ': recipe(['    intent: training\n', '    intent: training\n    nodes: 2\n']),
  'match-other-accelerator': recipe(['accelerator: h100', 'accelerator: b200']),
  'match-amazon-linux': recipe(['os: ubuntu', 'os: al2023']),
  'recipe-dash-in-a-value': lied({
    files: {
      'recipe.yaml': edit(RECIPE, [
        '    service: eks\n',
        '    platform: h100-eks\n    service: eks\n',
      ]),
    },
  }),
  'recipe-overlay': lied({
    files: { 'recipe.yaml': edit(RECIPE, ['kind: RecipeResult', 'kind: RecipeMetadata']) },
  }),
  'recipe-profile': lied({
    files: {
      'recipe.yaml': edit(RECIPE, [
        '    version: v1.0.0\n',
        '    selectedProfile:\n        name: x\n    version: v1.0.0\n',
      ]),
    },
  }),
  'recipe-unknown-api-version': lied({
    files: { 'recipe.yaml': edit(RECIPE, ['apiVersion: aicr.run/v1', 'apiVersion: aicr.run/v2']) },
  }),
  'recipe-anchor': lied({
    files: { 'recipe.yaml': edit(RECIPE, ['kind: RecipeResult', 'kind: &x RecipeResult']) },
  }),
  'recipe-key-twice': lied({
    files: {
      'recipe.yaml': edit(RECIPE, [
        'kind: RecipeResult',
        'kind: RecipeResult\n"kind": RecipeResult',
      ]),
    },
  }),
};

/** What the constraints below look at. */
const PROBED = edit(SNAPSHOT, [
  '  - type: NodeTopology\n',
  `      - subtype: probe
        data:
          two: 1.32
          tens: 24.10
          build: v1.33.4-gke.1200
          bare: 1.33.4
          malformed: 1.33.4-gke.x
          text: Ubuntu
          blanks: "  ubuntu  "
          empty: ""
          nothing: ~
          flag: true
          list: [a]
          hex: 0x10
          negative: "-1.2"
          plus: "+1.2"
          four: 1.2.3.4
          large: "9223372036854775808.1"
        items:
          - context: {rail: 0, name: a}
            data: {rail: 3, mtu: 9000}
          - context: {rail: 3}
            data: {mtu: 1500}
  - type: SystemD
    subtypes:
      - subtype: containerd.service
        data:
          ActiveState: active
  - type: NetworkTopology
    subtypes:
      - subtype: pfs
        data:
          count: 8
  - type: NodeTopology
`,
]);

/** `name value` as they stand in the recipe. */
const PROBES: readonly (readonly [string, string])[] = [
  ['OS.probe.two', "'>= 1.32.4'"],
  ['OS.probe.two', "'> 1.31'"],
  ['OS.probe.tens', "'== 24.1'"],
  ['OS.probe.tens', '24.10'],
  ['OS.probe.tens', '24.1'],
  ['OS.probe.build', "'>= 1.33.4'"],
  ['OS.probe.build', "'> 1.33.4-gke.1199'"],
  ['OS.probe.build', "'> 1.33.4-gke.1200'"],
  ['OS.probe.build', "'== 1.33.4'"],
  ['OS.probe.build', "'> 1.33'"],
  ['OS.probe.bare', "'>= 1.33.4-gke.1'"],
  ['OS.probe.bare', "'>= 1.33.4-gke.x'"],
  ['OS.probe.malformed', "'>= 1.33.4'"],
  ['OS.probe.text', 'ubuntu'],
  ['OS.probe.text', "'!= ubuntu'"],
  ['OS.probe.text', "'!Ubuntu'"],
  ['OS.probe.text', "'!'"],
  ['OS.probe.text', "'>= 1.0'"],
  ['OS.probe.text', "'== 1.0 >= 2.0'"],
  ['OS.probe.blanks', 'ubuntu'],
  ['OS.probe.empty', "'!= x'"],
  ['OS.probe.nothing', "'!= x'"],
  ['OS.probe.flag', 'true'],
  ['OS.probe.list', "'!= x'"],
  ['OS.probe.hex', '16'],
  ['OS.probe.hex', '0x10'],
  ['OS.probe.negative', "'>= 0.1'"],
  ['OS.probe.plus', "'>= 1.2'"],
  ['OS.probe.four', "'>= 1'"],
  ['OS.probe.four', "'!= 1.2.3'"],
  ['OS.probe.large', "'>= 1.0'"],
  ['OS.probe.two', "'>= 1.30 < 1.34'"],
  ['OS.probe.two', "'< 1.0 || >= 1.32'"],
  ['OS.probe.two', "'>= 1.32 || >= x'"],
  ['OS.probe.two', "'!= 1.33 == 1.0'"],
  ['OS.probe.two', '=1.32.0'],
  ['OS.probe.two', '""'],
  ['OS.probe[1].mtu', '"1500"'],
  ['OS.probe[rail=3].mtu', "'>= 1'"],
  ['OS.probe[name=a].rail', '"3"'],
  ['OS.probe[2].mtu', '"1500"'],
  ['SystemD.containerd.service.ActiveState', 'active'],
  ['NetworkTopology.pfs.count', '"8"'],
  ['K8s.probe', 'x'],
  ['Weather.rain.today', 'x'],
];

function constraintsOf(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, value]) => `    - name: ${name}\n      value: ${value}\n`).join('');
}

/** The recipe with other constraints of its own, and some of its readiness. */
function demanding(rows: readonly (readonly [string, string])[], from = RECIPE): string {
  return edit(from, [
    `    - name: K8s.server.version\n      value: '>= 1.32'\n    - name: OS.release.VERSION_ID\n      value: "24.04"\n`,
    constraintsOf(rows),
  ]);
}

const V011 = edit(RECIPE, ['aicr.run/v1', 'aicr.nvidia.com/v1alpha1']);

const GKE = edit(SNAPSHOT, [
  '          nvidia.com/gpu.product',
  `          cloud.google.com/gke-accelerator: nvidia-h100|gpu-1,gpu-2,gpu-1
          gke-no-plugin: "true|gpu-1,gpu-2,cpu-1"
          half.a: a|gpu-1
          half.b: b|cpu-1
          alone.x: x|gpu-1
          twice.x: x|gpu-1
          twice.y: y|gpu-1
          cut: "true|gpu-1 (+1 more)"
          blank: "true|gpu-1, gpu-2"
          none: "true"
          nvidia.com/gpu.product`,
]);

const GPU_NODES = [
  ['gke-no-plugin=true', "'!gke-no-plugin'", "'! absent'", 'absent=true', 'gke-no-plugin=false'],
  ['half=a', "'!half'", "'!alone'", 'twice=x', "'!cut'", 'blank=true', "'!none'", 'none=true'],
  ['gke-no-plugin', "'gke-no-plugin =true'", "'!a_/b'", 'cloud.google.com/gke-accelerator='],
]
  .flat()
  .map((value) => ['NodeTopology.gpu-nodes.label', value] as const);

const CONSTRAINTS: Readonly<Record<string, Make>> = {
  'constraints-current-dialect': unsigned({ recipe: demanding(PROBES), snapshot: PROBED }),
  'constraints-dialect-0.11': unsigned({ recipe: demanding(PROBES, V011), snapshot: PROBED }),
  'constraints-of-readiness': recipe([
    "              value: '>= 300'\n",
    `              value: '>= 300'
    readiness:
        constraints:
            - name: OS.release.ID
              severity: warning
              value: rhel
`,
  ]),
  'constraints-gpu-nodes': unsigned({ recipe: demanding(GPU_NODES), snapshot: GKE }),
  'constraints-gpu-nodes-of-items': unsigned({
    recipe: demanding([
      ['NodeTopology.gpu-nodes.label', 'pool=a'],
      ['NodeTopology.gpu-nodes.label', "'!pool'"],
      ['NodeTopology.gpu-nodes.label', 'pool=b'],
    ]),
    snapshot: edit(SNAPSHOT, [
      '          topology.kubernetes.io/region: us-west-2|cpu-1,gpu-1,gpu-2\n',
      `          topology.kubernetes.io/region: us-west-2|cpu-1,gpu-1,gpu-2
        items:
          - context: {key: cloud.google.com/gke-accelerator, value: nvidia-h100}
            data: {node-count: 3, node-list: "gpu-1,gpu-2,gpu-3", truncated: false}
          - context: {key: pool, value: a}
            data: {node-count: 2, node-list: "gpu-1,gpu-1", truncated: false}
          - context: {key: pool, value: a}
            data: {node-count: 1, node-list: gpu-2, truncated: false}
          - context: {key: pool, value: b}
            data: {node-count: 1, node-list: cpu-1, truncated: false}
          - context: {key: nvidia.com/gpu.product, value: NVIDIA-H100}
            data: {node-count: 3, node-list: "gpu-1,gpu-2,gpu-3", truncated: false}
`,
    ]),
  }),
  'constraints-gpu-nodes-elsewhere': unsigned({
    recipe: demanding([['NodeTopology.gpu-nodes.label', "'!gke-no-plugin'"]]),
  }),
};

const NO_VALIDATION = edit(RECIPE, [RECIPE.slice(RECIPE.indexOf('validation:')), '']);

const PHASES: Readonly<Record<string, Make>> = {
  // Signed: of it is asked too who signed.
  'phase-test-failed': honest({
    results: { ...RESULTS, deployment: report('deployment', ['operator-health', 'failed']) },
  }),
  'phase-test-pending': results({
    deployment: report('deployment', ['operator-health', 'passed'], ['x', 'pending']),
  }),
  'phase-test-other': results({
    deployment: report('deployment', ['operator-health', 'passed'], ['x', 'other']),
  }),
  'phase-check-missing': unsigned({
    recipe: edit(RECIPE, [
      '            - operator-health\n',
      '            - a\n            - operator-health\n            - b\n            - a\n',
    ]),
  }),
  'phase-only-skipped': results({
    deployment: report('deployment', ['operator-health', 'skipped']),
  }),
  'phase-declared-check-skipped': results({
    deployment: report('deployment', ['operator-health', 'skipped'], ['x', 'passed']),
  }),
  'phase-check-with-two-tests': results({
    deployment: report('deployment', ['operator-health', 'skipped'], ['operator-health', 'passed']),
  }),
  'phase-not-run': results({ performance: undefined }),
  'phase-required-by-null': recipe(['validation:\n', 'validation:\n    conformance:\n']),
  'phase-other-failed': results({
    conformance: report('conformance', ['x', 'failed'], ['y', 'passed']),
  }),
  'phase-other-pending': results({
    conformance: report('conformance', ['x', 'pending'], ['y', 'other']),
  }),
  'phase-none-required': unsigned({ recipe: NO_VALIDATION }),
  'phase-nothing-passed': unsigned({
    recipe: NO_VALIDATION,
    results: { conformance: report('conformance', ['x', 'skipped']) },
  }),
  'phase-suite-of-other-shapes': results({
    deployment: report(
      'deployment',
      ['operator-health', 'passed', { suite: 'deployment' }],
      ['b', 'passed', { suite: ['deployment', 'inner'] }],
      ['c', 'passed', { suite: null }],
      ['d', 'passed', { suite: [] }],
    ),
  }),
  'phase-flaky': results({
    deployment: report(
      'deployment',
      ['operator-health', 'passed', { flaky: true }],
      ['b', 'passed', { retries: 2 }],
      ['c', 'passed', { rawStatus: 'FAILURE, then ok' }],
      ['d', 'passed', { retryAttempts: [{ attempt: 1, status: 'failed' }] }],
      ['e', 'passed', { steps: [{ name: 's', status: 'failed' }] }],
      ['f', 'passed', { retries: 0, flaky: false, rawStatus: 'ok' }],
    ),
  }),
  'report-of-another-phase': lied({
    files: {
      'ctrf/deployment.json': report(
        'performance',
        ['operator-health', 'passed'],
        ['check-nvidia-smi', 'skipped'],
      ),
    },
  }),
  'report-summary-differs': lied({
    files: {
      'ctrf/deployment.json': report(
        'deployment',
        ['operator-health', 'passed'],
        ['x', 'skipped'],
      ).replace('"passed": 1', '"passed": 2'),
    },
  }),
  'report-summary-1.0': lied({
    files: {
      'ctrf/deployment.json': report(
        'deployment',
        ['operator-health', 'passed'],
        ['x', 'skipped'],
      ).replace('"passed": 1', '"passed": 1.0'),
    },
  }),
  'report-of-another-format': lied({
    files: {
      'ctrf/deployment.json': report('deployment', ['operator-health', 'passed']).replace(
        '"CTRF"',
        '"JUnit"',
      ),
    },
  }),
  'report-unknown-status': lied({
    files: { 'ctrf/deployment.json': report('deployment', ['operator-health', 'Passed']) },
  }),
  'report-key-in-other-case': lied({
    files: {
      'ctrf/deployment.json': report(
        'deployment',
        ['operator-health', 'passed', { Status: 'failed' }],
        ['x', 'skipped'],
      ),
    },
  }),
  'bom-of-another-format': lied({
    files: { 'bom.cdx.json': '{"bomFormat": "SPDX", "specVersion": "1.6"}' },
  }),
  'bom-unknown-version': lied({
    files: { 'bom.cdx.json': '{"bomFormat": "CycloneDX", "specVersion": "1.3"}' },
  }),
};

const BANDWIDTH = 'NCCL All Reduce bandwidth:';

/** The report of performance with what its one test printed. */
function printing(...stdout: readonly unknown[]): Make {
  const performance = report('performance', ['nccl-all-reduce-bw', 'passed', { stdout }]);
  return results({ performance });
}

const FIGURES: Readonly<Record<string, Make>> = {
  'figure-contradicts': printing(`${BANDWIDTH} 214.30 GB/s`, 'Constraint: >= 300 → true'),
  'figure-within-tolerance': printing(
    ` ${BANDWIDTH} 1.00 GB/s`,
    `${BANDWIDTH} 1e1 GB/s`,
    5,
    `first\n${BANDWIDTH} 270.000000 GB/s\r\nlast`,
  ),
  'figure-worst-counts': printing(
    `${BANDWIDTH} 488.37 GB/s`,
    `NCCL All Reduce bandwidth (nccl-all-reduce-bw): 269.999999 GB/s`,
  ),
  'figure-of-another-test': results({
    performance: report(
      'performance',
      ['nccl-all-reduce-bw', 'passed'],
      ['other', 'passed', { stdout: [`${BANDWIDTH} 1.00 GB/s`] }],
    ),
  }),
  'figure-of-inference': unsigned({
    recipe: edit(RECIPE, [
      "            - name: nccl-all-reduce-bw\n              value: '>= 300'\n",
      `            - name: inference-throughput
              value: '>= 40000 tokens/sec || >= 5000 < 38000'
            - name: inference-ttft-p99
              value: <= 200
            - name: inference-ttft-p99
              value: fast
            - name: inference-model
              value: llama
`,
    ]),
    results: {
      ...RESULTS,
      performance: report(
        'performance',
        ['nccl-all-reduce-bw', 'passed'],
        [
          'inference-perf',
          'passed',
          {
            stdout: [
              'RESULT: Inference throughput: 37961.24 tokens/sec',
              'RESULT: Inference TTFT p99: 146.30 ms',
            ],
          },
        ],
      ),
    },
  }),
};

export const HONEST: Readonly<Record<string, Make>> = {
  ...GOOD,
  ...FINGERPRINTS,
  ...MATCHES,
  ...CONSTRAINTS,
  ...PHASES,
  ...FIGURES,
};
