// Documents that are full of what a verifier looks at one by one, whole ones: as large, and as many in them, as the
// limits allow. By path in the bundle.
import { PHASES } from '../../src/evidence/phase/phase.ts';
import {
  MAX_BOM_COMPONENTS,
  MAX_IMAGES,
  MAX_JSON_BYTES,
  MAX_NODE_NAMES,
  MAX_RECIPE_BYTES,
  MAX_SNAPSHOT_BYTES,
  MAX_TESTS,
  MAX_WITHHELD_VALUES,
} from '../../src/limits.ts';
import { exampleReport, exampleTest } from '../evidence/phase/example-reports.ts';
import { propertyRuns } from '../property-runs.ts';
import { numbered, times, type Filler } from './shapes.ts';

export type Documents = Readonly<Record<string, string>>;

/** Of a document that may have so many bytes: in `./dev test` only the small ones are as large as they may be. */
export function sizeOf(limit: number): number {
  return Math.max(limit / propertyRuns(4, 1), Math.min(limit, MAX_RECIPE_BYTES));
}

/** Room for all that is not the list itself. */
const REST = 4096;

/** So many different names that together fill a document, each in so many bytes of other things. */
function names(count: number, bytes: number, around: number): readonly string[] {
  const length = Math.floor((bytes - REST) / count) - around;
  return Array.from({ length: count }, (_, index) => `n${index}`.padEnd(length, '-'));
}

const SNAPSHOT_BYTES = sizeOf(MAX_SNAPSHOT_BYTES);
const SNAPSHOT = 'kind: Snapshot\napiVersion: aicr.run/v1\nmeasurements:\n';

function snapshotOf(type: string, subtype: string, filler: Filler): Documents {
  const head = `${SNAPSHOT}- type: ${type}\n  subtypes:\n  - subtype: ${subtype}\n`;
  return { 'snapshot.yaml': head + filler(SNAPSHOT_BYTES - REST) };
}

/** With room behind it: else there are more values than a document of this size may have. */
function item(index: string): string {
  const data = '{node-list: a, node-count: 1, truncated: false}';
  return `    - {context: {key: k${index}, value: v}, data: ${data}}${' '.repeat(90)}\n`;
}

const ITEMS = snapshotOf(
  'NodeTopology',
  'label',
  (bytes) => `    items:\n${numbered(item)(bytes - REST)}`,
);

function nodesAtLabels(labels: number): string {
  const nodes = Array.from({ length: MAX_NODE_NAMES / labels }, (_, index) => `n${index}`);
  const lines = Array.from(
    { length: labels },
    (_, index) => `      nvidia.com/gpu.product.v${index}: v${index}|${nodes.join(',')}\n`,
  );
  return `    data:\n${lines.join('')}`;
}

function recipeOf(filler: Filler): Documents {
  return {
    'recipe.yaml': `componentRefs:\n${filler(MAX_RECIPE_BYTES - 100)}kind: RecipeResult\n`,
  };
}

/** A report with all of its tests in one state, and with a name that fills it. */
function reportOf(status: 'failed' | 'skipped'): string {
  const more = { flaky: true, message: '\u4e00' };
  const around = JSON.stringify(exampleTest('', status, more)).length + 3;
  const tests = names(MAX_TESTS, MAX_JSON_BYTES, around).map((name) =>
    exampleTest(name, status, more),
  );
  return JSON.stringify(exampleReport(tests));
}

const TESTS = Object.fromEntries(
  PHASES.map((phase) => [`ctrf/${phase}.json`, reportOf('skipped')]),
);

/** A bill of materials that lists images alone. */
function imagesOf(bom: string): Documents {
  const around = '{"type":"container","name":""},'.length;
  const components = names(MAX_BOM_COMPONENTS, MAX_JSON_BYTES, around).map((name) => ({
    type: 'container',
    name,
  }));
  return { 'bom.cdx.json': JSON.stringify({ ...(JSON.parse(bom) as object), components }) };
}

/** A snapshot with nearly as many values as may be withheld; in `./dev test` an eighth of them. */
export function manyWithheld(snapshot: string): Documents {
  const count = propertyRuns(MAX_WITHHELD_VALUES / 8, MAX_WITHHELD_VALUES) - 1000;
  const values = names(count, 84 * count, 30).map(
    (value, index) => `          k${index}: ${value}\n`,
  );
  const data = `    subtypes:\n      - subtype: x\n        data:\n${values.join('')}`;
  const [head = '', ...rest] = snapshot.split(/^measurements:\n/m);
  return { 'snapshot.yaml': `${head}measurements:\n  - type: Other\n${data}${rest.join('')}` };
}

/** @param bom the bill of materials that is there */
export function crowds(bom: string): Readonly<Record<string, () => Documents>> {
  return {
    'items of a topology': () => ITEMS,
    'names of nodes': () => snapshotOf('NodeTopology', 'label', () => nodesAtLabels(16)),
    'names of nodes at one label': () =>
      snapshotOf(
        'NodeTopology',
        'label',
        (bytes) => `    data: {a: "x|${times('a,')(bytes - 50)}"}\n`,
      ),
    labels: () =>
      snapshotOf('NodeTopology', 'label', (bytes) => {
        const label = (index: string): string => `      l${index}: v|n${' '.repeat(12)}\n`;
        return `    data:\n${numbered(label)(bytes - 50)}`;
      }),
    'images of a snapshot': () => {
      const lines = names(MAX_IMAGES, SNAPSHOT_BYTES, 10).map(
        (name) => `      ${name.slice(0, 1000)}: v\n`,
      );
      return snapshotOf('K8s', 'image', () => `    data:\n${lines.join('')}`);
    },
    types: () => ({
      'snapshot.yaml': SNAPSHOT + numbered((index) => `- type: T${index}\n`)(SNAPSHOT_BYTES - REST),
    }),
    'components of a recipe': () =>
      recipeOf(numbered((index) => `- name: a${index}\n  version: ${'b'.repeat(180)}\n`)),
    'values of a recipe': () => recipeOf(times('- name: a\n  x: a\n')),
    'skipped tests': () => TESTS,
    'failed tests': () => ({ 'ctrf/deployment.json': reportOf('failed') }),
    'images of a bill of materials': () => imagesOf(bom),
    'everything at once': () => ({ ...ITEMS, ...TESTS, ...imagesOf(bom) }),
  };
}
