// What recipe, snapshot and results can have many of.
import { decodeYaml } from '../../src/document/yaml.ts';
import { parseRecipe } from '../../src/evidence/recipe/recipe.ts';
import { snapshotKeep } from '../../src/evidence/redact/policy.ts';
import { redactSnapshot } from '../../src/evidence/redact/redact-snapshot.ts';
import { parseSnapshot } from '../../src/evidence/snapshot/snapshot.ts';
import { largeSnapshot } from '../../tools/large-snapshot.ts';
import { exampleReport, exampleTest, type ExampleTest } from '../evidence/phase/example-reports.ts';
import { evidenceKinds, listOf, many, mapOf, type Kinds } from './work.ts';

const HEAD = 'kind: RecipeResult\napiVersion: aicr.run/v1\n';
const SNAPSHOT_HEAD = 'kind: Snapshot\napiVersion: aicr.run/v1\n';

function recipe(text: string): { recipe: string } {
  return { recipe: `${HEAD}${text}` };
}

/** Constraints by name, and items to select from. */
function constrained(
  names: readonly string[],
  measurements = '',
): { recipe: string; snapshot: string } {
  const constraints = names.map((name) => `- name: ${name}\n  value: x\n`).join('');
  return {
    ...recipe(`constraints:\n${constraints}componentRefs: []\n`),
    ...measured(measurements),
  };
}

function measured(text: string): { snapshot: string } {
  return { snapshot: `${SNAPSHOT_HEAD}measurements:\n${text === '' ? '- type: OS\n' : text}` };
}

function subtype(type: string, name: string, data: string): string {
  return `- type: ${type}\n  subtypes:\n  - subtype: ${name}\n    ${data}`;
}

function rails(count: number): string {
  return many(count, (index) => `    - data: {rail: ${index}}\n`);
}

function nodes(count: number): string {
  return listOf(count, (index) => `n${index}`).join(',');
}

/** The report of a phase with so many tests. */
function results(count: number, more: (index: number) => Partial<ExampleTest>): object {
  const tests = listOf(count, (index) => exampleTest(`test-${index}`, 'passed', more(index)));
  return { results: { deployment: JSON.stringify(exampleReport(tests)) } };
}

const one = (more: Record<string, unknown>): object => results(1, () => more);

export const RECIPE_KINDS: Kinds = evidenceKinds({
  'components of one name': (count) =>
    recipe(`componentRefs:\n${many(count, (i) => `- name: a\n  version: v${i}\n`)}`),
  components: (count) => recipe(`componentRefs:\n${many(count, (i) => `- name: a${i}\n`)}`),
  'unknown fields of components': (count) =>
    recipe(`componentRefs:\n${many(count, (i) => `- name: a\n  field${i}: b\n`)}`),
  'images of one component': (count) =>
    recipe(
      `componentRefs:\n- name: a\n  overrides:\n${many(count, (i) => `    k${i}: {image: 'a/b:${i}'}\n`)}`,
    ),
  'tags of one image': (count) =>
    recipe(
      `componentRefs:\n- name: a\n  overrides:\n    l: [${many(count, (i) => `{image: 'x${i}/b:1'}, `)}]\n`,
    ),
  constraints: (count) => constrained(listOf(count / 10, (i) => `OS.release.K${i}`)),
  'constraints of one name': (count) => constrained(listOf(count / 10, () => 'OS.release.ID')),
  'constraints, and items to select from': (count) =>
    constrained(
      listOf(count / 10, (i) => `NetworkTopology.pfs[rail=${i}].id`),
      subtype('NetworkTopology', 'pfs', `items:\n${rails(count)}`),
    ),
  'constraints on other fields, and items to select from': (count) =>
    constrained(
      listOf(count / 10, (i) => `NetworkTopology.pfs[rail${i}=1].id`),
      subtype('NetworkTopology', 'pfs', `items:\n${rails(count)}`),
    ),
  'constraints on labels of GPU nodes, and nodes': (count) => ({
    ...recipe(
      `constraints:\n${many(count / 10, (i) => `- name: NodeTopology.gpu-nodes.label\n  value: l=v${i}\n`)}componentRefs: []\n`,
    ),
    ...measured(
      subtype(
        'NodeTopology',
        'label',
        `data:\n      cloud.google.com/gke-accelerator: h|${nodes(count)}\n      l: v1|${nodes(count)}\n`,
      ),
    ),
  }),
  'characters of a value that ten constraints name': (count) => ({
    ...constrained(listOf(10, () => 'OS.release.ID')),
    ...measured(subtype('OS', 'release', `data: {ID: "a${' '.repeat(count)}"}\n`)),
  }),
  'choices of one constraint': (count) =>
    recipe(
      `constraints:\n- name: OS.release.ID\n  value: ${many(count, (i) => `a${i} || `)}b\ncomponentRefs: []\n`,
    ),
  'terms of one constraint': (count) =>
    recipe(
      `constraints:\n- name: OS.release.ID\n  value: "${many(count, (i) => `!= ${i} `)}"\ncomponentRefs: []\n`,
    ),
  'blanks in one constraint': (count) =>
    recipe(
      `constraints:\n- name: OS.release.ID\n  value: "a${' '.repeat(count)}b"\ncomponentRefs: []\n`,
    ),
  'checks of a phase': (count) =>
    recipe(
      `validation:\n  deployment:\n    checks: [${many(count, (i) => `c${i}, `)}]\ncomponentRefs: []\n`,
    ),
  'checks of one name': (count) =>
    recipe(
      `validation:\n  deployment:\n    checks: [${many(count, () => 'c, ')}]\ncomponentRefs: []\n`,
    ),
  'constraints of a phase': (count) =>
    recipe(
      `validation:\n  performance:\n    constraints:\n${many(count, (i) => `    - {name: c${i}, value: '>= 1'}\n`)}componentRefs: []\n`,
    ),
  'fields below configuration': (count) =>
    recipe(`configuration:\n${many(count, (i) => `  field${i}: a\n`)}componentRefs: []\n`),
  'entries of the metadata': (count) =>
    recipe(
      `metadata:\n  appliedOverlays:\n${many(count, (i) => `  - a${i}\n`)}componentRefs: []\n`,
    ),
});

export const SNAPSHOT_KINDS: Kinds = evidenceKinds({
  measurements: (count) => measured(many(count, (i) => `- type: T${i}\n`)),
  'measurements of one type': (count) => measured(many(count, () => '- type: T\n')),
  subtypes: (count) =>
    measured(`- type: OS\n  subtypes:\n${many(count, (i) => `  - subtype: s${i}\n`)}`),
  'subtypes of one name': (count) =>
    measured(`- type: OS\n  subtypes:\n${many(count, () => '  - subtype: s\n')}`),
  'entries of data': (count) =>
    measured(subtype('OS', 'release', `data:\n${many(count, (i) => `      k${i}: v\n`)}`)),
  images: (count) =>
    measured(subtype('K8s', 'image', `data:\n${many(count, (i) => `      image${i}: v1\n`)}`)),
  'images of one base name': (count) =>
    measured(subtype('K8s', 'image', `data:\n${many(count, (i) => `      r${i}/image: v1\n`)}`)),
  'labels, folded': (count) =>
    measured(
      subtype('NodeTopology', 'label', `data:\n${many(count, (i) => `      l${i}: v|n${i}\n`)}`),
    ),
  'values of one label, folded': (count) =>
    measured(
      subtype(
        'NodeTopology',
        'label',
        `data:\n${many(count, (i) => `      nvidia.com/gpu.product.v${i}: v${i}|n${i}\n`)}`,
      ),
    ),
  'nodes of one label': (count) =>
    measured(
      subtype(
        'NodeTopology',
        'label',
        `data:\n      nvidia.com/gpu.product: v|${many(count, (i) => `n${i},`)}z\n`,
      ),
    ),
  'labels, lossless': (count) =>
    measured(
      subtype(
        'NodeTopology',
        'label',
        `items:\n${many(count, (i) => `    - context: {key: k, value: v${i}}\n      data: {node-list: a, node-count: 1, truncated: false}\n`)}`,
      ),
    ),
  'nodes with all their labels, folded and lossless': (count) => ({
    snapshot: largeSnapshot(Math.ceil(count / 10)),
  }),
  'unknown fields of a snapshot': (count) => ({
    snapshot: `${SNAPSHOT_HEAD}measurements: []\n${many(count, (i) => `field${i}: a\n`)}`,
  }),
  'lines of a plain text': (count) =>
    measured(subtype('OS', 'x', `data:\n      a: b${many(count, () => '\n        c')}\n`)),
  'lines of a text in quotes': (count) =>
    measured(subtype('OS', 'x', `data:\n      a: "b${many(count, () => '\n        c')}"\n`)),
  'escapes of a text': (count) =>
    measured(subtype('OS', 'x', `data:\n      a: "${'\\n'.repeat(count)}"\n`)),
  'quotes in a text': (count) =>
    measured(subtype('OS', 'x', `data:\n      a: '${"''".repeat(count)}'\n`)),
  'lines of a block': (count) =>
    measured(subtype('OS', 'x', `data:\n      a: |\n${many(count, () => '        c\n')}`)),
  'lines of a folded block': (count) =>
    measured(subtype('OS', 'x', `data:\n      a: >\n${many(count, () => '        c\n\n')}`)),
  'comments and empty lines': (count) => measured(`${'# a\n\n'.repeat(count)}- type: OS\n`),
  'lines that end as on Windows': (count) => measured(`${'\r\n'.repeat(count)}- type: OS\n`),
  'characters of a key': (count) =>
    measured(subtype('OS', 'x', `data:\n      ? ${'a'.repeat(count)}\n      : b\n`)),
  'lists in brackets': (count) =>
    measured(subtype('OS', 'x', `data:\n      a: [${'[], {}, '.repeat(count)}]\n`)),
});

export const REDACTION_KINDS: Kinds = {
  'labels that a recipe names, and labels': (count) => {
    const name = 'NodeTopology.gpu-nodes.label';
    const named = recipe(
      `constraints:\n${many(count / 10, (i) => `- {name: ${name}, value: "!l${i}"}\n`)}`,
    );
    const labels = many(count, (i) => `      l0.v${i}: v${i}|n${i}\n`);
    const { snapshot } = measured(subtype('NodeTopology', 'label', `data:\n${labels}`));
    const keep = snapshotKeep(
      parseRecipe(decodeYaml(Buffer.from(named.recipe), 'recipe.yaml'), 'recipe.yaml'),
    );
    const read = parseSnapshot(decodeYaml(Buffer.from(snapshot), 'snapshot.yaml'), 'snapshot.yaml');
    return () => redactSnapshot(read, keep);
  },
};

export const RESULT_KINDS: Kinds = evidenceKinds({
  tests: (count) => results(count, () => ({})),
  'skipped tests': (count) => results(count, () => ({ status: 'skipped', message: 'why' })),
  'failed tests': (count) => results(count, () => ({ status: 'failed', message: 'why' })),
  'flaky tests': (count) => results(count, () => ({ flaky: true, retries: 1 })),
  'tests of one name': (count) => results(count, () => ({ name: 'a', status: 'skipped' })),
  'tests of three phases in one report': (count) => ({
    results: {
      all: JSON.stringify(
        exampleReport(
          ['deployment', 'performance', 'conformance'].flatMap((suite) =>
            listOf(count, (i) => exampleTest(`t${i}`, 'passed', { suite })),
          ),
        ),
      ),
    },
  }),
  'suites of a test': (count) => one({ suite: listOf(count, () => 'deployment') }),
  'unknown fields of a test': (count) => one(mapOf(count, () => 1)),
  'extra fields of a test': (count) => one({ extra: mapOf(count, () => 1) }),
  'lines of output': (count) => one({ stdout: listOf(count, (i) => `Bus BW: ${i} GB/s`) }),
  'figures in one line of output': (count) =>
    one({ stdout: ['NCCL bandwidth 1 GB/s '.repeat(count)] }),
  'attempts of a test': (count) =>
    one({ retryAttempts: listOf(count, (i) => ({ attempt: i, status: 'failed' })) }),
  'steps of a test': (count) =>
    one({ steps: listOf(count, () => ({ name: 'a', status: 'failed' })) }),
  'characters of a message': (count) => one({ status: 'skipped', message: 'a '.repeat(count) }),
  'escapes of a message': (count) =>
    one({ status: 'skipped', message: '\u0001\u202E"'.repeat(count) }),
  'characters of an unknown text': (count) => one({ extra: { a: '1'.repeat(count) } }),
});
