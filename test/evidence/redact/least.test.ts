// Nothing is published, or revealed, that only looks like what is read or named.
import { describe, expect, it } from 'vitest';

import { encodeRevealed } from '../../../src/evidence/redact/revealed.ts';
import { DEMO, replaced } from '../demo.ts';
import { commitDemo, judge, remade, reveal } from './committed.ts';

const NODES = Array.from({ length: 6 }, (_, at) => `node-${at}.secret.internal`);
const LABELS = DEMO.snapshot.indexOf('      - subtype: label\n');

type Label = readonly [key: string, value: string, nodes: readonly string[]];

function withItems(labels: readonly Label[]): string {
  const items = labels.map(
    ([key, value, nodes]) => `          - context: {key: ${key}, value: ${value}}
            data: {node-count: ${nodes.length}, node-list: "${nodes.join(',')}", truncated: false}\n`,
  );
  return `${DEMO.snapshot.slice(0, LABELS)}      - subtype: label\n        items:\n${items.join('')}`;
}

const ITEMS = withItems([
  ...NODES.map((node): Label => ['kubernetes.io/hostname', node, [node]]),
  ['example.com/owner', 'secret-team', NODES],
  ['nvidia.com/gpu.product', 'NVIDIA-H100-80GB-HBM3', NODES.slice(0, 4)],
]);

function demanding(name: string, value: string): string {
  return replaced(
    DEMO.recipe,
    'constraints:\n',
    `constraints:\n  - name: "${name}"\n    value: "${value}"\n`,
  );
}

async function packed(recipe: string, snapshot: string) {
  const { contents, openings } = await commitDemo({ recipe, snapshot });
  const { exitCode, faults } = judge(contents);
  expect([exitCode, faults]).toEqual([0, []]);
  return { contents, openings, text: String(contents.get('snapshot.yaml')) };
}

describe('a constraint that reads one item of the labels', () => {
  it.each([
    ['by its index', 'NodeTopology.label[0].node-count', '>= 1', 1],
    ['by its key', 'NodeTopology.label[key=example.com/owner].node-count', '>= 1', 0],
  ])('%s keeps no value that it does not read', async (_, name, value, count) => {
    const { text } = await packed(demanding(name, value), ITEMS);
    expect(text).not.toContain('secret');
    expect(text.match(/key: kubernetes\.io\/hostname/g) ?? []).toHaveLength(count);
    expect(text).toContain('value: NVIDIA-H100-80GB-HBM3');
  });

  it('keeps another name of the node if it reads the value', async () => {
    const { text } = await packed(demanding('NodeTopology.label[0].value', '!= x'), ITEMS);
    expect(text).not.toContain('secret');
    expect(text).toContain('value: n1');
    const exact = commitDemo({
      recipe: demanding('NodeTopology.label[0].value', NODES[0] ?? ''),
      snapshot: ITEMS,
    });
    await expect(exact).rejects.toMatchObject({ code: 'REDACTION_CHANGES_RESULT' });
  });
});

describe('an item of the labels that is not where it was', () => {
  const [own, others] = [NODES.slice(0, 4), NODES.slice(4)];
  const snapshot = withItems([
    ['example.com/owner', 'secret-team', NODES],
    ['nvidia.com/gpu.product', 'NVIDIA-H100-80GB-HBM3', own],
    ['example.com/rack', 'r1', others],
  ]);

  it.each([
    ['[1].value', '!= x', 'another item'],
    ['[2].value', '!= x', 'another item'],
    ['[key=example.com/rack].node-list', others.join(','), 'failed on the redacted'],
    ['[0].note', 'x', 'unevaluable on the redacted'],
  ])('is no longer what %s reads: nothing is packed', async (path, value, found) => {
    const noted = snapshot.replace('data: {', 'data: {note: x, ');
    const recipe = demanding(`NodeTopology.label${path}`, value);
    await expect(commitDemo({ recipe, snapshot: noted })).rejects.toMatchObject({
      code: 'REDACTION_CHANGES_RESULT',
      found: expect.stringContaining(found) as string,
      hint: expect.stringContaining('items of labels by key or value') as string,
    });
  });

  it('is read by its index if all before it are kept, and by a field wherever it is', async () => {
    const byIndex = await packed(demanding('NodeTopology.label[0].node-count', '6'), snapshot);
    const named = demanding('NodeTopology.label[key=example.com/rack].value', 'r1');
    const byField = await packed(named, snapshot);
    expect([byIndex.text, byField.text].join()).not.toContain('secret');
    expect(byField.text).toContain('value: r1');
  });
});

it('keeps of a field of an item what is read: that of what was measured, or of what describes it', async () => {
  const items = `      - subtype: net
        items:
          - {context: {dev: secret-b, speed: 10}, data: {dev: c, speed: null}}\n`;
  const OS = '  - type: OS\n    subtypes:\n';
  const snapshot = replaced(DEMO.snapshot, OS, OS + items);
  const { text, openings } = await packed(demanding('OS.net[dev=c].speed', '10'), snapshot);
  expect(text).toContain(
    '- context:\n              speed: 10\n            data:\n              dev: c\n',
  );
  expect(text).not.toContain('secret');
  const place = '/measurements/OS/subtypes/net/items/0/';
  const paths = openings.values.map(({ path }) => path).filter((path) => path.startsWith(place));
  expect(paths).toEqual([`${place}context/dev`, `${place}data/speed`]);
});

const GPU_LABELS = [
  `cloud.google.com/gke-accelerator: h100|${NODES.slice(0, 2).join(',')}`,
  `nvidia.com/gpu: "yes|${NODES.slice(0, 2).join(',')}"`,
  `nvidia.com/gpu.machine: SECRET|${NODES[0]}`,
];

describe('a label whose name begins with that of another one', () => {
  const snapshot = replaced(
    DEMO.snapshot,
    '          nvidia.com/gpu.present:',
    `${GPU_LABELS.map((line) => `          ${line}\n`).join('')}          nvidia.com/gpu.present:`,
  );

  it('is withheld if a constraint demands the other one', async () => {
    const recipe = demanding('NodeTopology.gpu-nodes.label', 'nvidia.com/gpu=yes');
    const { text } = await packed(recipe, snapshot);
    expect(text).toContain('nvidia.com/gpu: yes|n5,n6');
    expect(text).not.toContain('SECRET');
  });

  it('is not revealed with the other one', async () => {
    const { openings } = await packed(DEMO.recipe, snapshot);
    const { values } = reveal(openings, 'NodeTopology.label.nvidia.com/gpu');
    expect(values.map(({ path }) => path.split('/').at(-1))).toEqual(['nvidia.com~1gpu']);
    expect(() => encodeRevealed(openings, ['NodeTopology.label.nvidia'])).toThrowError(
      expect.objectContaining({ code: 'USAGE' }) as Error,
    );
  });

  it('is revealed with it if both are values of one label', async () => {
    const two = replaced(snapshot, 'nvidia.com/gpu: "yes|', 'nvidia.com/gpu.yes: "yes|');
    const { openings } = await packed(
      DEMO.recipe,
      replaced(two, 'gpu.machine: SECRET', 'gpu.no: "no').replace(/("no\|.*)\n/, '$1"\n'),
    );
    const { values } = reveal(openings, 'NodeTopology.label.nvidia.com/gpu');
    expect(values.map(({ text }) => text.split('|')[0])).toEqual(['yes', 'no']);
  });
});

describe('an empty UID of the cluster', () => {
  const REPORT = 'ctrf/performance.json';
  const empty = async (names: readonly string[]) =>
    await commitDemo({
      results: Object.fromEntries(
        Object.entries(DEMO.results ?? {}).map(([name, text]) => [
          name,
          names.includes(name) ? text.replace(/"clusterUid": "[^"]*"/, '"clusterUid": ""') : text,
        ]),
      ),
    });

  it.each([
    ['in one report', ['performance']],
    ['in all reports', ['deployment', 'performance', 'conformance']],
  ])('%s is no UID, as it is none in the whole report', async (_, names) => {
    const { contents } = await empty(names);
    expect(String(contents.get(REPORT))).not.toContain('clusterUid');
    const { exitCode, faults, report } = judge(contents);
    expect([exitCode, faults]).toEqual([0, []]);
    const missing = report.findings.filter(({ code }) => code === 'RUN_DATA_MISSING');
    expect(missing).not.toEqual([]);
  });

  it.each(['', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'])(
    'as %j is refused in a redacted report',
    async (uid) => {
      const { contents } = await commitDemo();
      const text = String(contents.get(REPORT)).replace(/"sha256:[0-9a-f]{64}"/, `"${uid}"`);
      const { exitCode, faults } = judge(remade(contents, { [REPORT]: text }));
      expect(exitCode).toBe(2);
      expect(faults).toContain(`redaction-matches-policy: REDACTION_DIFFERS ${REPORT}`);
    },
  );
});

describe('the bill of materials', () => {
  it('names no registry of an image whose value is a whole reference', async () => {
    const snapshot = replaced(
      DEMO.snapshot,
      '      - subtype: image\n        data:\n',
      '      - subtype: image\n        data:\n          appthree: reg3.secretcorp.io/team/appthree:v3\n',
    );
    const { contents } = await packed(DEMO.recipe, snapshot);
    const bom = String(contents.get('bom.cdx.json'));
    expect(bom).toContain('appthree');
    expect([...contents.values()].map(String).join('')).not.toContain('secretcorp');
  });
});
